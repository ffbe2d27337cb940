import { firstRangeAfter, normalise, type TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { hasReadings } from '../has-readings.ts';
import type { DatabaseContent, History, TickOfDevice, Violation } from '../history.ts';
import { tickKey } from '../tick-keys.ts';
import { tooLateSamples } from '../too-late-samples.ts';

/**
 * I9: whatever the writer has acknowledged is in the database or in quarantine, unless a later holder's sample stood
 * before it in the stream and answers for the same tick. Where samples go into another database, the writer's record of
 * them in this one counts, which it makes after they are stored.
 */
export function acknowledged(history: History): Violation[] {
  const { database, acknowledged: writer } = history;
  if (!database || !writer) return [];
  const isStored = storedTicks(database);
  // A message only a part of which lies there has to be stored all the same.
  const inQuarantine = new Set(
    history.quarantined.flatMap(({ sequence, codes }) => (codes ? [] : [sequence])),
  );
  const tooLate = tooLateSamples(history);
  const lost = new Map<string, { first: number; ticks: number }>();
  for (const { sample, sequence } of history.samples) {
    if (sequence > writer.floor) break;
    const { session, device, tick, period_ms: periodMs } = sample;
    const isFenced = tooLate.has(sequence);
    // Nothing had changed enough to be sent: there is nothing to store.
    if (!hasReadings(sample) && !sample.miss) continue;
    if (isFenced || inQuarantine.has(sequence) || isStored({ session, device, tick, periodMs })) continue;
    const subject = `${session}/${device}`;
    const before = lost.get(subject);
    if (before) before.ticks += 1;
    else lost.set(subject, { first: sequence, ticks: 1 });
  }
  for (const sequence of history.undecodable) {
    if (sequence > writer.floor || inQuarantine.has(sequence)) continue;
    lost.set(`SAMPLES ${sequence}`, { first: sequence, ticks: 1 });
  }
  return [...lost].map(([subject, { first, ticks }]) => ({
    invariant: 'I9',
    subject,
    what: `${ticks} acknowledged messages are neither in the database nor in quarantine, the first is SAMPLES ${first}`,
  }));
}

/** Outcomes that say nothing of a sample's place in a database. */
const saysNothing: ReadonlySet<string> = new Set(['sent', 'confirmed', 'source_kept']);

/** Whether a tick is in the database. */
function storedTicks({
  values,
  misses,
  coverage,
  cleaned,
}: DatabaseContent): (tick: TickOfDevice) => boolean {
  if (values && misses) {
    const storedKeys = new Set([...values, ...misses].map(tickKey));
    return (tick) => storedKeys.has(tickKey(tick));
  }
  const settled = coverage.filter(({ outcome }) => !saysNothing.has(outcome));
  const keyOf = ({ session, device, periodMs }: Omit<TickOfDevice, 'tick'>) =>
    `${session}/${device}/${periodMs}`;
  const recorded = new Map<string, TickRanges>(
    [...Map.groupBy(settled, keyOf)].map(([key, ticks]) => [
      key,
      normalise(ticks.flatMap(({ ranges }) => ranges)),
    ]),
  );
  // Cleaning a session away takes its record, not its samples.
  const withoutRecord = new Set(cleaned?.map(({ sessionId }) => sessionId));
  return (point) => {
    if (withoutRecord.has(point.session)) return true;
    const ranges = recorded.get(keyOf(point)) ?? [];
    const last = ranges[firstRangeAfter(ranges, point.tick) - 1];
    return last !== undefined && point.tick <= last.to;
  };
}
