import type { RunningInterval } from './schedule.ts';
import { normalise, type TickRange, type TickRanges } from './tick-ranges.ts';

/** How a device is read by a version of the configuration, from a time on until the next leg begins. */
export interface DeviceLeg {
  /** ms since 1970; -Infinity for the first one. */
  readonly fromMs: number;
  /** Undefined while it is not read at all. */
  readonly periodMs: number | undefined;
}

/** The ticks of one length that a device was to be read in. */
export interface DueTicks {
  readonly periodMs: number;
  readonly scheduled: TickRanges;
}

/**
 * The ticks that are due in the intervals, up to `nowMs`, by the length that they had at their scheduled time. The tick
 * under way when an interval begins counts, with the length that the device has then, unless a tick of another length
 * was due since it began. When a leg begins within an interval, its first tick is the first one scheduled in the leg.
 * @param intervals oldest first
 */
export function dueTicks(
  legs: readonly DeviceLeg[],
  intervals: readonly RunningInterval[],
  nowMs: number,
): DueTicks[] {
  const byPeriod = new Map<number, TickRange[]>();
  let lastDueMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of intervals) {
    for (const [index, { fromMs: legMs, periodMs }] of legs.entries()) {
      if (periodMs === undefined) continue;
      const legEndMs = legs[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      const endMs = Math.min(toMs ?? nowMs, nowMs, legEndMs);
      const isInForce = legMs <= fromMs;
      if (isInForce ? legEndMs <= fromMs : legMs >= endMs) continue;
      const begun = Math.max(Math.floor(fromMs / periodMs), Math.floor(lastDueMs / periodMs) + 1);
      const from = isInForce ? begun : Math.ceil(legMs / periodMs);
      const to = Math.ceil(endMs / periodMs) - 1;
      const ranges = byPeriod.get(periodMs) ?? [];
      byPeriod.set(periodMs, ranges);
      ranges.push({ from, to });
      if (from <= to) lastDueMs = to * periodMs;
    }
  }
  return [...byPeriod]
    .map(([periodMs, ranges]) => ({ periodMs, scheduled: normalise(ranges) }))
    .filter(({ scheduled }) => scheduled.length > 0);
}
