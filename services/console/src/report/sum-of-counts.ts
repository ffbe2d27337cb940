import type { TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';

export function sumOfCounts(all: readonly TickCountsView[]): TickCountsView {
  const sum = (of: (counts: TickCountsView) => number) => all.reduce((total, each) => total + of(each), 0);
  const byCause: Partial<Record<GapCause, number>> = {};
  for (const { missing_by_cause } of all) {
    for (const [cause, ticks] of Object.entries(missing_by_cause) as [GapCause, number][]) {
      byCause[cause] = (byCause[cause] ?? 0) + ticks;
    }
  }
  const [expected, stored] = [sum((each) => each.expected), sum((each) => each.stored)];
  return {
    ...{ expected, stored },
    quarantined: sum((each) => each.quarantined),
    missing: sum((each) => each.missing),
    missing_by_cause: byCause,
    completeness: expected === 0 ? null : stored / expected,
  };
}
