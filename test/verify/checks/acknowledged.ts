import { hasReadings } from '../has-readings.ts';
import type { History, Violation } from '../history.ts';

/**
 * I9: whatever the writer has acknowledged is in the database or in quarantine, unless a later holder's sample
 * stood before it in the stream.
 */
export function acknowledged(history: History): Violation[] {
  const { database, acknowledged: writer } = history;
  if (!database || !writer) return [];
  const stored = new Set<string>();
  for (const { session, device, tick } of [...database.values, ...database.misses]) {
    stored.add(`${session}/${device}/${tick}`);
  }
  const inQuarantine = new Set(history.quarantined.map(({ sequence }) => sequence));
  const highest = new Map<string, number>();
  const lost = new Map<string, { first: number; ticks: number }>();
  for (const { sample, sequence } of history.samples) {
    if (sequence > writer.floor) break;
    const { session, device, tick, epoch } = sample;
    const isFenced = epoch < (highest.get(session) ?? 0);
    if (!isFenced) highest.set(session, epoch);
    // Nothing had changed enough to be sent: there is nothing to store.
    if (!hasReadings(sample) && !sample.miss) continue;
    if (isFenced || inQuarantine.has(sequence) || stored.has(`${session}/${device}/${tick}`)) continue;
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
