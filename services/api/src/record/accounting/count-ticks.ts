import type { PeriodCountsView, TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { countTicks, type TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import type { DeviceAccount } from './account-for-session.ts';

type Counted = Pick<DeviceAccount, 'scheduled' | 'stored' | 'quarantined' | 'gaps'>;
type Timed = Counted & Pick<DeviceAccount, 'periodMs'>;

export function countsOf(accounts: readonly Counted[]): TickCountsView {
  let expected = 0;
  let stored = 0;
  let quarantined = 0;
  let missing = 0;
  const byCause: Partial<Record<GapCause, number>> = {};
  for (const account of accounts) {
    expected += countTicks(account.scheduled);
    stored += countTicks(account.stored);
    quarantined += countTicks(account.quarantined);
    for (const { from, to, cause } of account.gaps) {
      const ticks = to - from + 1;
      missing += ticks;
      byCause[cause] = (byCause[cause] ?? 0) + ticks;
    }
  }
  return {
    expected,
    stored,
    quarantined,
    missing,
    missing_by_cause: byCause,
    completeness: expected === 0 ? null : stored / expected,
  };
}

/** The interval that contains a moment. */
export type IntervalAt = (atMs: number) => Period;

/** Intervals that begin at multiples of their length since 1970. @param utcOffsetMs how far their clock is ahead of UTC */
export function intervalsSince1970(intervalMs: number, utcOffsetMs: number): IntervalAt {
  return (atMs) => {
    const fromMs = Math.floor((atMs + utcOffsetMs) / intervalMs) * intervalMs - utcOffsetMs;
    return { fromMs, toMs: fromMs + intervalMs };
  };
}

/** Counts for each interval in which ticks were expected, in order. */
export function countsByInterval(accounts: readonly Timed[], intervalAt: IntervalAt): PeriodCountsView[] {
  const byInterval = new Map<number, Counted[]>();
  for (const account of accounts) {
    for (const [beginMs, part] of splitByInterval(account, intervalAt)) {
      const parts = byInterval.get(beginMs);
      if (parts) parts.push(part);
      else byInterval.set(beginMs, [part]);
    }
  }
  return [...byInterval]
    .sort(([a], [b]) => a - b)
    .map(([beginMs, parts]) => ({
      start_time: new Date(beginMs).toISOString(),
      end_time: new Date(intervalAt(beginMs).toMs).toISOString(),
      ...countsOf(parts),
    }));
}

/** Counts the intervals with expected ticks, without making them. */
export function countIntervals(
  { scheduled, periodMs }: Pick<DeviceAccount, 'scheduled' | 'periodMs'>,
  intervalMs: number,
): number {
  const indexOf = (tick: number) => Math.floor((tick * periodMs) / intervalMs);
  return scheduled.reduce((sum, { from, to }) => sum + indexOf(to) - indexOf(from) + 1, 0);
}

type Parts = {
  scheduled: TickRange[];
  stored: TickRange[];
  quarantined: TickRange[];
  gaps: Counted['gaps'][number][];
};

function splitByInterval({ periodMs, ...account }: Timed, intervalAt: IntervalAt): Map<number, Parts> {
  const parts = new Map<number, Parts>();
  const partOf = (beginMs: number): Parts => {
    const part = parts.get(beginMs) ?? { scheduled: [], stored: [], quarantined: [], gaps: [] };
    parts.set(beginMs, part);
    return part;
  };
  const cut = <R extends TickRange>(ranges: readonly R[], put: (part: Parts, range: R) => void): void => {
    for (const range of ranges) {
      for (let from = range.from; from <= range.to; ) {
        const { fromMs, toMs } = intervalAt(from * periodMs);
        const to = Math.min(range.to, Math.ceil(toMs / periodMs) - 1);
        put(partOf(fromMs), { ...range, from, to });
        from = to + 1;
      }
    }
  };
  cut(account.scheduled, (part, range) => part.scheduled.push(range));
  cut(account.stored, (part, range) => part.stored.push(range));
  cut(account.quarantined, (part, range) => part.quarantined.push(range));
  cut(account.gaps, (part, gap) => part.gaps.push(gap));
  return parts;
}
