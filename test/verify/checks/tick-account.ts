import { outcomeOfSample } from '@holdfast/sample-store/tick-coverage.ts';
import {
  countTicks,
  fromTicks,
  intersection,
  normalise,
  without,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { hasReadings } from '../has-readings.ts';
import type { History, TickOfDevice, Violation } from '../history.ts';

/**
 * I7: the account that the product keeps of its ticks says "stored" of those that are stored, and of no others except
 * those in which nothing had changed enough to be sent: for these the stream is believed, as far back as it goes.
 * Sessions that were cleaned away have no account any more, while what they read is stored.
 */
export function checkTickAccount({
  database,
  samples,
  sinceMs,
}: Pick<History, 'database' | 'samples' | 'sinceMs'>): Violation[] {
  const values = database?.values;
  if (!values) return [];
  const keyOf = ({ session, device, periodMs }: Omit<TickOfDevice, 'tick'>) =>
    `${session}/${device}/${periodMs}`;
  const unchanged = new Map<string, { ticks: number[]; periodMs: number }>();
  for (const { sample } of samples) {
    if (hasReadings(sample) || outcomeOfSample(sample) !== 'stored') continue;
    const { session, device, period_ms: periodMs } = sample;
    const key = keyOf({ session, device, periodMs });
    const entry = unchanged.get(key);
    if (entry) entry.ticks.push(sample.tick);
    else unchanged.set(key, { ticks: [sample.tick], periodMs });
  }
  const accounts = new Map(
    database.coverage
      .filter(({ outcome }) => outcome === 'stored')
      .map((each) => [keyOf(each), normalise(each.ranges)]),
  );
  const ticksInDatabase = new Map(
    [...Map.groupBy(values, keyOf)].map(([key, rows]) => [key, fromTicks(rows.map(({ tick }) => tick))]),
  );
  const cleaned = new Set(database.cleaned?.map(({ sessionId }) => sessionId));
  const violations: Violation[] = [];
  for (const key of new Set([...accounts.keys(), ...ticksInDatabase.keys()])) {
    const subject = key.slice(0, key.lastIndexOf('/'));
    if (cleaned.has(subject.split('/', 1)[0] ?? '')) continue;
    const account = accounts.get(key) ?? [];
    const ticks = ticksInDatabase.get(key) ?? [];
    const quiet = unchanged.get(key);
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
