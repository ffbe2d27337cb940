import {
  countTicks,
  fromTicks,
  intersection,
  normalise,
  without,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { DatabaseContent, Violation } from '../history.ts';

/** I7: the account that the product keeps of its ticks says "stored" of those that are stored, and of no others. */
export function keptAccount(database: DatabaseContent | undefined): Violation[] {
  if (!database) return [];
  const kept = new Map(
    database.coverage
      .filter(({ outcome }) => outcome === 'stored')
      .map(({ session, device, ranges }) => [`${session}/${device}`, normalise(ranges)]),
  );
  const stored = new Map(
    [...Map.groupBy(database.values, ({ session, device }) => `${session}/${device}`)].map(
      ([subject, rows]) => [subject, fromTicks(rows.map(({ tick }) => tick))],
    ),
  );
  const violations: Violation[] = [];
  for (const subject of new Set([...kept.keys(), ...stored.keys()])) {
    const account = kept.get(subject) ?? [];
    const ticks = stored.get(subject) ?? [];
    const difference = normalise([...without(account, ticks), ...without(ticks, account)]);
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
