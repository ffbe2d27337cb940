import type { History, TimedValues, Violation } from '../history.ts';
import { tooLateSamples } from '../too-late-samples.ts';

interface PublishedValue {
  readonly sequence: number;
  readonly value: unknown;
  /** Whether it has to be stored by now. */
  readonly isDue: boolean;
}

/** All are reported up to this number: a writer that loses values does so all the time. */
const reportedAtMost = 100;

/**
 * I8 and I9 for subscribed devices, whose values have times of their own: each value that the writer has acknowledged is
 * stored once, at its time and as it was published, unless it was fenced or lies in quarantine; and nothing else is stored.
 */
export function publishedValues(history: History): Violation[] {
  const rows = history.database?.timedValues;
  if (!rows) return [];
  const published = allPublished(history);
  const rowsByKey = new Map<string, unknown>();
  const violations: Violation[] = [];
  const report = (invariant: 'I8' | 'I9', { session, device }: Place, what: string): void => {
    if (violations.length < reportedAtMost)
      violations.push({ invariant, subject: `${session}/${device}`, what });
  };
  for (const row of rows) {
    const at = new Date(row.timeMs).toISOString();
    if (row.copies > 1) report('I8', row, `a value of ${at} is in the database ${row.copies} times`);
    for (const [code, value] of Object.entries(row.values ?? {})) {
      const key = keyOf(row, code, row.timeMs);
      rowsByKey.set(key, value);
      const values = published.get(key);
      if (!values) report('I8', row, `${code} of ${at} is in the database, but was never published`);
      else if (!values.some((each) => isSame(each.value, value)))
        report(
          'I8',
          row,
          `${code} of ${at} is ${value} in the database, ${values.at(-1)?.value} was published`,
        );
    }
  }
  for (const { sequence, sample } of history.changeSamples ?? []) {
    for (const [code, timeMs] of placesOf(sample)) {
      const key = keyOf(sample, code, timeMs);
      if (rowsByKey.has(key) || !published.get(key)?.some(({ isDue }) => isDue)) continue;
      rowsByKey.set(key, undefined);
      const at = new Date(timeMs).toISOString();
      report(
        'I9',
        sample,
        `${code} of ${at} was acknowledged (SAMPLES ${sequence}) and is not in the database`,
      );
    }
  }
  return violations;
}

function allPublished(history: History): Map<string, PublishedValue[]> {
  const tooLate = tooLateSamples(history);
  const floor = history.acknowledged?.floor ?? 0;
  const inQuarantine = new Map(history.quarantined.map(({ sequence, codes }) => [sequence, codes ?? 'all']));
  const published = new Map<string, PublishedValue[]>();
  for (const { sequence, sample } of history.changeSamples ?? []) {
    const refused = inQuarantine.get(sequence);
    for (const [code, timeMs, value] of placesOf(sample)) {
      const isRefused = refused === 'all' || refused?.includes(code) === true;
      const isDue = sequence <= floor && !tooLate.has(sequence) && !isRefused;
      const key = keyOf(sample, code, timeMs);
      const before = published.get(key);
      if (before) before.push({ sequence, value, isDue });
      else published.set(key, [{ sequence, value, isDue }]);
    }
  }
  return published;
}

type Place = Pick<TimedValues, 'session' | 'device'>;
type Sample = NonNullable<History['changeSamples']>[number]['sample'];

function placesOf({ time, changes = {} }: Sample): [code: string, timeMs: number, value: unknown][] {
  return Object.entries(changes).flatMap(([code, list]) =>
    list.map(([offset, value]): [string, number, unknown] => [code, time + offset, value]),
  );
}

function keyOf({ session, device }: Place, code: string, timeMs: number): string {
  return `${session}/${device}/${timeMs}/${code}`;
}

/** 64-bit integers are published as text. */
function isSame(value: unknown, row: unknown): boolean {
  return value === row || (typeof row === 'number' && Number(value) === row);
}
