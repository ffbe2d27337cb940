import type { DeviceEvidence } from './cause-from-log.ts';
import type { GapCause } from './gap-causes.ts';
import type { RunningInterval } from './schedule.ts';
import { firstRangeAfter, type TickRange, type TickRanges } from './tick-ranges.ts';

/**
 * Longest time by which a sample that is sent once more, or is with a live writer, is on record later than its
 * successors. It has room for how late a sample is read, and for how far the clocks of collectors and broker differ.
 */
export const onItsWayMs = 10_000;

/**
 * The time before which every sample that was sent is on record by now, or lost. Samples that are unwritten in SAMPLES
 * still come, even those that a writer held when it died: the broker gives them out again after the ack wait, and counts
 * them as unwritten until then.
 * @param unwrittenSinceMs when the oldest sample that is not written was published, or undefined if all are
 */
export function settledMs(nowMs: number, unwrittenSinceMs: number | undefined): number {
  return Math.min(nowMs, unwrittenSinceMs ?? nowMs) - onItsWayMs;
}

export interface SendingEvidence extends Omit<DeviceEvidence, 'nowMs'> {
  /** See `Coverage`. */
  readonly sent: TickRanges;
  /** See `Coverage`. */
  readonly confirmed: TickRanges;
}

/**
 * Picks, from ticks without a record, those that were certainly sent. One process reads a device without leaving out a
 * tick, and each of its samples says since when: a tick missing between two of them was read and sent, and was dropped
 * where samples wait. No restart explains it. Ticks from before this process began keep their own cause. So do the last
 * ones of a session: no process reads beyond its end, and records there come from another process, or from a clock that
 * was ahead.
 */
export function lostAfterSending(
  open: TickRanges,
  { recorded, sent, confirmed, intervals, placements, periodMs, settledMs }: SendingEvidence,
): (TickRange & { readonly cause: GapCause })[] {
  if (sent.length === 0) return [];
  return open.flatMap((hole) => {
    const after = firstRangeAfter(recorded, hole.to);
    const next = recorded[after];
    const source = next && sent[firstRangeAfter(sent, next.from) - 1];
    if (!source || source.from > hole.to) return [];
    // Another sender has begun after it, and nothing else is known of that one. The sample may come from a third one.
    const other = confirmed[firstRangeAfter(confirmed, next.from) - 1];
    if (other && other.from > source.to) return [];
    const isCovered = source.to >= next.from;
    const isOver = ({ toMs }: RunningInterval) =>
      toMs !== undefined && toMs > hole.from * periodMs && toMs <= next.from * periodMs;
    if (!isCovered && intervals.some(isOver)) return [];
    const before = recorded[after - 1];
    // Another collector was given the session in the hole, and since when it reads is unknown.
    const isWithin = (timeMs: number) =>
      timeMs >= ((before?.to ?? hole.from) + 1) * periodMs && timeMs < (next.from + 1) * periodMs;
    const isKnown = isCovered || source.from > (before?.to ?? -1);
    if (!isKnown && placements.some(({ timeMs }) => isWithin(timeMs))) return [];
    const isOnItsWay = next.from * periodMs > settledMs;
    const from = Math.max(hole.from, source.from);
    return [{ from, to: hole.to, cause: isOnItsWay ? 'not_arrived' : 'buffer_full' }];
  });
}
