import { normalise, type TickRange, without } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { History, Violation } from '../history.ts';

/**
 * I7: of every tick that the kept account says was sent, without saying what became of it, something lies in SAMPLES, as
 * far back as that goes. Else ticks that nobody has read would be called lost.
 */
export function confirmedTicks({
  database,
  samples,
  told = [],
  sinceMs,
}: Pick<History, 'database' | 'samples' | 'told' | 'sinceMs'>): Violation[] {
  const published = new Map<string, { ranges: TickRange[]; periodMs: number }>();
  for (const { sample } of [...samples, ...told]) {
    const subject = `${sample.session}/${sample.device}`;
    const known = published.get(subject) ?? { ranges: [], periodMs: sample.period_ms };
    published.set(subject, known);
    known.ranges.push({ from: sample.tick, to: sample.through_tick ?? sample.tick });
  }
  const violations: Violation[] = [];
  for (const { session, device, outcome, ranges } of database?.coverage ?? []) {
    const subject = `${session}/${device}`;
    const there = published.get(subject);
    // Where the stream has nothing of a device the length of a tick is not known: all of it is older.
    if (outcome !== 'confirmed' || !there) continue;
    const beforeStream = { from: 0, to: Math.ceil(sinceMs / there.periodMs) - 1 };
    const [first] = without(normalise(ranges), normalise([...there.ranges, beforeStream]));
    if (!first) continue;
    violations.push({
      invariant: 'I7',
      subject,
      what: `ticks ${first.from} to ${first.to} are on record as sent, and SAMPLES has nothing of them`,
    });
  }
  return violations;
}
