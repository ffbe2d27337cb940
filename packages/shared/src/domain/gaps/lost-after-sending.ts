import type { KnownOfDevice } from './cause-from-log.ts';
import type { GapCause } from './gap-causes.ts';
import { firstRangeAfter, type TickRange, type TickRanges } from './tick-ranges.ts';

/** A sample that is sent once more, or is with another writer, comes so much later than its successors at the most. */
const onItsWayMs = 10_000;

export interface KnownOfSending extends Omit<KnownOfDevice, 'intervals'> {
  /** See `Coverage`. */
  readonly sent: TickRanges;
}

/**
 * Of ticks of which nothing is on record those that were certainly sent. One process reads a device without leaving out
 * a tick, and each of its samples says since when. So what is missing between two of them was read and sent, and was
 * dropped where samples wait: no restart explains it. Ticks from before that process began keep their own cause.
 */
export function lostAfterSending(
  open: TickRanges,
  { recorded, sent, placements, periodMs, nowMs }: KnownOfSending,
): (TickRange & { readonly cause: GapCause })[] {
  if (sent.length === 0) return [];
  return open.flatMap((hole) => {
    const after = firstRangeAfter(recorded, hole.to);
    const next = recorded[after];
    const source = next && sent[firstRangeAfter(sent, next.from) - 1];
    if (!source || source.from > hole.to) return [];
    const before = recorded[after - 1];
    // Somebody else was given the session in the hole, and it is not known since when he reads.
    const isWithin = (timeMs: number) =>
      timeMs >= ((before?.to ?? hole.from) + 1) * periodMs && timeMs < (next.from + 1) * periodMs;
    const isKnown = source.to >= next.from || source.from > (before?.to ?? -1);
    if (!isKnown && placements.some(({ timeMs }) => isWithin(timeMs))) return [];
    const isRecent = nowMs - next.from * periodMs < onItsWayMs;
    const from = Math.max(hole.from, source.from);
    return [{ from, to: hole.to, cause: isRecent ? 'not_arrived' : 'buffer_full' }];
  });
}
