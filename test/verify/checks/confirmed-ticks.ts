import { normalise, type TickRange, without } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { History, Violation } from '../history.ts';

/**
 * I7: for every tick that the kept account says was sent, without saying what became of it, SAMPLES has something, as far
 * back as it goes. Otherwise ticks that were never read would be called lost.
 */
export function confirmedTicks({
  database,
  samples,
  changeSamples = [],
  sinceMs,
}: Pick<History, 'database' | 'samples' | 'changeSamples' | 'sinceMs'>): Violation[] {
  /** By session, device and length of the ticks. */
  const published = new Map<string, TickRange[]>();
  const devices = new Set<string>();
  for (const { sample } of [...samples, ...changeSamples]) {
    devices.add(`${sample.session}/${sample.device}`);
    const key = `${sample.session}/${sample.device}/${sample.period_ms}`;
    const ticks = published.get(key) ?? [];
    published.set(key, ticks);
    ticks.push({ from: sample.tick, to: sample.through_tick ?? sample.tick });
  }
  const violations: Violation[] = [];
  for (const { session, device, periodMs, outcome, ranges } of database?.coverage ?? []) {
    const subject = `${session}/${device}`;
    // Where the stream has nothing of a device, everything of that device is older.
    if (outcome !== 'confirmed' || !devices.has(subject)) continue;
    const there = published.get(`${subject}/${periodMs}`) ?? [];
    const beforeStream = { from: 0, to: Math.ceil(sinceMs / periodMs) - 1 };
    const [first] = without(normalise(ranges), normalise([...there, beforeStream]));
    if (!first) continue;
    violations.push({
      invariant: 'I7',
      subject,
      what: `ticks ${first.from} to ${first.to} are on record as sent, and SAMPLES has nothing of them`,
    });
  }
  return violations;
}
