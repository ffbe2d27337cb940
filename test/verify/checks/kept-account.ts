import { outcomeOfSample } from '@holdfast/sample-store/tick-coverage.ts';
import {
  countTicks,
  fromTicks,
  intersection,
  normalise,
  without,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { hasReadings } from '../has-readings.ts';
import type { History, Violation } from '../history.ts';

/**
 * I7: the account that the product keeps of its ticks says "stored" of those that are stored, and of no others but those
 * in which nothing had changed enough to be sent: of these the stream is believed, as far back as it goes. Of sessions
 * that were cleaned away there is no account any more, while what they read is stored.
 */
export function keptAccount({
  database,
  samples,
  sinceMs,
}: Pick<History, 'database' | 'samples' | 'sinceMs'>): Violation[] {
  const values = database?.values;
  if (!values) return [];
  const unchanged = new Map<string, { ticks: number[]; periodMs: number }>();
  for (const { sample } of samples) {
    if (hasReadings(sample) || outcomeOfSample(sample) !== 'stored') continue;
    const subject = `${sample.session}/${sample.device}`;
    const known = unchanged.get(subject);
    if (known) known.ticks.push(sample.tick);
    else unchanged.set(subject, { ticks: [sample.tick], periodMs: sample.period_ms });
  }
  const kept = new Map(
    database.coverage
      .filter(({ outcome }) => outcome === 'stored')
      .map(({ session, device, ranges }) => [`${session}/${device}`, normalise(ranges)]),
  );
  const stored = new Map(
    [...Map.groupBy(values, ({ session, device }) => `${session}/${device}`)].map(([subject, rows]) => [
      subject,
      fromTicks(rows.map(({ tick }) => tick)),
    ]),
  );
  const cleaned = new Set(database.cleaned?.map(({ sessionId }) => sessionId));
  const violations: Violation[] = [];
  for (const subject of new Set([...kept.keys(), ...stored.keys()])) {
    if (cleaned.has(subject.split('/', 1)[0] ?? '')) continue;
    const account = kept.get(subject) ?? [];
    const ticks = stored.get(subject) ?? [];
    const quiet = unchanged.get(subject);
    const beforeStream = quiet ? [{ from: 0, to: Math.ceil(sinceMs / quiet.periodMs) - 1 }] : [];
    const believed = normalise([...fromTicks(quiet?.ticks ?? []), ...beforeStream]);
    const tooMany = without(without(account, ticks), believed);
    const difference = normalise([...tooMany, ...without(ticks, account)]);
    const [first] = difference;
    if (!first) continue;
    const both = countTicks(intersection(account, ticks));
    violations.push({
      invariant: 'I7',
      subject,
      what: `the kept account says stored of ${countTicks(account)} ticks, ${countTicks(ticks)} are stored, ${both} of them the same; they differ first at tick ${first.from}`,
    });
  }
  return violations;
}
