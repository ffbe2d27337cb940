import type { TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { TickColumns } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { lowerBound, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import type { DeviceAccount } from '../accounting/account-for-session.ts';

type Counted = Pick<DeviceAccount, 'periodMs' | 'scheduled' | 'stored' | 'quarantined' | 'gaps'>;

/** Ticks of all devices by the period that they are scheduled in. @param periods in order, none over another */
export function tickColumns(devices: readonly Counted[], periods: readonly Period[]): TickColumns {
  const none = () => new Array<number>(periods.length).fill(0);
  const expected = none();
  const stored = none();
  const quarantined = none();
  const missing = new Map<GapCause, number[]>();
  for (const { periodMs, scheduled, gaps, ...device } of devices) {
    count(expected, scheduled, periodMs, periods);
    count(stored, device.stored, periodMs, periods);
    count(quarantined, device.quarantined, periodMs, periods);
    for (const gap of gaps) {
      const ofCause = missing.get(gap.cause) ?? none();
      missing.set(gap.cause, ofCause);
      count(ofCause, [gap], periodMs, periods);
    }
  }
  return {
    expected,
    stored,
    quarantined: sparse(quarantined),
    missing: [...missing]
      .flatMap(([cause, ticks]) => sparse(ticks).map((each) => ({ ...each, cause })))
      .sort((one, other) => one.period - other.period),
  };
}

/** The same with the counts of each period beside each other. */
export function countsOfPeriods({ expected, stored, quarantined, missing }: TickColumns): TickCountsView[] {
  const refused = new Map(quarantined.map(({ period, ticks }) => [period, ticks]));
  const lost = Map.groupBy(missing, ({ period }) => period);
  return expected.map((due, period) => {
    const byCause = lost.get(period) ?? [];
    const kept = stored[period] ?? 0;
    return {
      expected: due,
      stored: kept,
      quarantined: refused.get(period) ?? 0,
      missing: byCause.reduce((sum, { ticks }) => sum + ticks, 0),
      missing_by_cause: Object.fromEntries(byCause.map(({ cause, ticks }) => [cause, ticks])),
      completeness: due === 0 ? null : kept / due,
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

function sparse(ticks: readonly number[]): { period: number; ticks: number }[] {
  return ticks.flatMap((each, period) => (each === 0 ? [] : [{ period, ticks: each }]));
}
