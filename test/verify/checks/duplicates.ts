import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { History, Violation } from '../history.ts';
import { readBeforeTakeover } from '../read-before-takeover.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';

/**
 * I8 where it shows in the data: one message and one row per session, device and tick, and what the database has
 * came from the stream.
 */
export function duplicates(history: History): { violations: Violation[]; count: number } {
  const violations: Violation[] = [];
  let count = 0;
  const report = (subject: string, what: string) => {
    // All are counted, but only the first ones are reported.
    if (violations.length < 100) violations.push({ invariant: 'I8', subject, what });
  };
  const inStream = new Map<string, number>();
  const published = new Set<string>();
  const repeated = readBeforeTakeover(history);
  for (const { sample, sequence } of history.samples) {
    const subject = `${sample.session}/${sample.device}`;
    const key = sampleKey(sample);
    published.add(`${key}/${sample.epoch}`);
    // A tick that was missed in arrears may be answered for again by a later holder.
    const { cause } = sample.miss ?? {};
    if (cause === 'overrun' || cause === 'buffer_full' || cause === 'lease_lost') continue;
    if (repeated.has(sequence)) continue;
    const before = inStream.get(key);
    if (before !== undefined) {
      count += 1;
      report(subject, `tick ${sample.tick} stands in SAMPLES twice: ${before} and ${sequence}`);
    }
    inStream.set(key, sequence);
  }
  const { database } = history;
  const firstTimeMs = history.samples[0]?.storedAtMs ?? 0;
  const isWholeStream =
    (history.samples[0]?.sequence ?? 1) === 1 ||
    history.changeSamples?.[0]?.sequence === 1 ||
    history.forged?.[0]?.sequence === 1;
  // A restore brings rows back, not the messages that they came from.
  const restored = history.events.findLast(({ subject }) => subject === subjects.restored)?.sequence ?? 0;
  for (const row of [...(database?.values ?? []), ...(database?.misses ?? [])]) {
    const { session, device, tick, epoch, copies } = row;
    const subject = `${session}/${device}`;
    if (copies > 1) {
      count += 1;
      report(subject, `tick ${tick} is in the database ${copies} times`);
    }
    if (epoch <= restored) continue;
    if (isWholeStream && firstTimeMs > 0 && !published.has(`${tickKey(row)}/${epoch}`)) {
      report(subject, `tick ${tick} of epoch ${epoch} is in the database, but was never published`);
    }
  }
  return { violations, count };
}
