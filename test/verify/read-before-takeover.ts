import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import type { History, RecordedSample } from './history.ts';
import { sessionHistories } from './session-histories.ts';
import { sampleKey } from './tick-keys.ts';

/** Assignments of sessions whose holder was silent for the length of its lease. */
const isTakenOver: ReadonlySet<AssignReason> = new Set(['failover', 'recovery']);

/**
 * Sequences of the readings that the next holder rightly repeats. A tick may be longer than a takeover takes: then a
 * holder that is cut off reads it within its lease, and the next holder, who cannot know, reads it once more as its first
 * tick. Such a reading was made before the session was given to the next holder, and is the last of its epoch. A holder
 * that hands a session over says what it has read.
 */
export function readBeforeTakeover(history: Pick<History, 'events' | 'samples'>): Set<number> {
  const givenAtMs = new Map<number, number>();
  for (const { placements } of sessionHistories(history).values()) {
    for (const { event, sequence, storedAtMs } of placements) {
      if (event.type === 'session.assigned' && isTakenOver.has(event.reason)) {
        givenAtMs.set(sequence, storedAtMs);
      }
    }
  }
  const firsts = new Map<string, RecordedSample>();
  const lasts = new Map<string, RecordedSample>();
  const byTick = Map.groupBy(history.samples, ({ sample }) => sampleKey(sample));
  for (const recorded of history.samples) {
    const key = epochOf(recorded);
    const [first, last] = [firsts.get(key), lasts.get(key)];
    if (!first || recorded.sample.time < first.sample.time) firsts.set(key, recorded);
    if (!last || recorded.sample.time > last.sample.time) lasts.set(key, recorded);
  }
  const isFirst = (recorded: RecordedSample) => firsts.get(epochOf(recorded)) === recorded;
  const isLast = (recorded: RecordedSample) => lasts.get(epochOf(recorded)) === recorded;
  const sequences = new Set<number>();
  for (const ofTick of byTick.values()) {
    if (ofTick.length < 2) continue;
    const [former, next] = ofTick.toSorted((one, other) => one.sample.epoch - other.sample.epoch).slice(-2);
    if (!former || !next || former.sample.epoch === next.sample.epoch) continue;
    const takenOverMs = givenAtMs.get(next.sample.epoch) ?? Number.NEGATIVE_INFINITY;
    if (!isLast(former) || !isFirst(next) || former.sample.read_at >= takenOverMs) continue;
    sequences.add(former.sequence);
  }
  return sequences;
}

function epochOf({ sample: { session, device, epoch } }: RecordedSample): string {
  return `${session}/${device}/${epoch}`;
}
