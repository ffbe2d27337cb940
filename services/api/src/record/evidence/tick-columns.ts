import type { TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { TickColumns } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import { lowerBound, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import { type CountedDevice, ticksByColumn } from '../accounting/ticks-by-column.ts';

/** Ticks by period, without the times when they were due. */
export type TickCounts = Omit<TickColumns, 'due'>;

/** Ticks of all devices by the period in which they are scheduled. @param periods in order, without overlap */
export function tickColumns(devices: readonly CountedDevice[], periods: readonly Period[]): TickCounts {
  const counted = ticksByColumn(devices, periods.length, (into, ranges, periodMs) =>
    count(into, ranges, periodMs, periods),
  );
  return {
    ...counted,
    quarantined: counted.quarantined.map(({ column: period, ticks }) => ({ period, ticks })),
    missing: counted.missing.map(({ column: period, ticks, cause }) => ({ period, ticks, cause })),
  };
}

/** The same, with the counts of each period together. */
export function countsOfPeriods({ expected, stored, quarantined, missing }: TickCounts): TickCountsView[] {
  const refused = new Map(quarantined.map(({ period, ticks }) => [period, ticks]));
  const lost = Map.groupBy(missing, ({ period }) => period);
  return expected.map((due, period) => {
    const byCause = lost.get(period) ?? [];
    const storedTicks = stored[period] ?? 0;
    return {
      expected: due,
      stored: storedTicks,
      quarantined: refused.get(period) ?? 0,
      missing: byCause.reduce((sum, { ticks }) => sum + ticks, 0),
      missing_by_cause: Object.fromEntries(byCause.map(({ cause, ticks }) => [cause, ticks])),
      completeness: due === 0 ? null : storedTicks / due,
    };
  });
}

function count(into: number[], ranges: TickRanges, periodMs: number, periods: readonly Period[]): void {
  for (const { from, to } of ranges) {
    const first = lowerBound(periods.length, (at) => (periods[at] as Period).toMs > from * periodMs);
    for (let index = first; index < periods.length; index += 1) {
      const { fromMs, toMs } = periods[index] as Period;
      const begin = Math.max(from, Math.ceil(fromMs / periodMs));
      if (begin > to) break;
      const end = Math.min(to, Math.ceil(toMs / periodMs) - 1);
      if (begin <= end) into[index] = (into[index] ?? 0) + end - begin + 1;
    }
  }
}
