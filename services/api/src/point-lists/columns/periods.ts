import type { Text } from '@holdfast/texts/text.ts';
import { pointListsText } from '../texts.ts';

/** Units in which lists give periods. `hz` counts readings per second. */
export type PeriodUnit = 'ms' | 's' | 'min' | 'h' | 'hz';

const words: Readonly<Record<PeriodUnit, readonly string[]>> = {
  ms: ['ms', 'msec', 'msecs', 'millisecond', 'milliseconds', '毫秒'],
  s: ['s', 'sec', 'secs', 'second', 'seconds', '秒', '秒钟'],
  min: ['min', 'mins', 'minute', 'minutes', '分', '分钟'],
  h: ['h', 'hour', 'hours', '小时'],
  hz: ['hz', '赫', '赫兹', '次/秒', '次每秒', '1/s'],
};
const units = new Map(
  Object.entries(words).flatMap(([unit, all]) => all.map((word) => [word, unit as PeriodUnit] as const)),
);
/** Any of the words, with a `/次` (per reading) behind it. */
const word = `(${[...units.keys()].toSorted((one, other) => other.length - one.length).join('|')})(?:/次)?`;
const joint = '[\\s_/,:;.-]';
/** A unit at the end of a header: in brackets, after a joint, or right after a Chinese character. */
const headerPattern = new RegExp(
  `^(.*?)(?:${joint}*[(\\[【]\\s*|${joint}+|(?<=\\p{Script=Han}))(?:单位:?\\s*|unit:?\\s*|in\\s+)?${word}\\s*[)\\]】]?$`,
  'u',
);
const cellPattern = new RegExp(`^(.*?)\\s*${word}$`, 'u');

/** The unit that a header of periods names, and the header without it, or undefined if it names none. */
export function periodHeader(
  header: string,
): { readonly rest: string; readonly unit: PeriodUnit } | undefined {
  const [, rest = '', unitText = ''] = headerPattern.exec(plain(header)) ?? [];
  const unit = units.get(unitText);
  return unit && { rest, unit };
}

/** The number of a cell such as `1 s`, and the unit if the cell names one. */
export function periodParts(text: string): {
  readonly amount: string;
  readonly unit: PeriodUnit | undefined;
} {
  const [, amount = plain(text), unitText = ''] = cellPattern.exec(plain(text)) ?? [];
  return { amount, unit: units.get(unitText) };
}

const inMs: Readonly<Record<Exclude<PeriodUnit, 'hz'>, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
};

/** The milliseconds of a period; not always a whole number. */
export function periodMs(amount: number, unit: PeriodUnit): number {
  // 0.07 s is 70 ms, though 0.07 × 1000 is a little more.
  return Number((unit === 'hz' ? 1_000 / amount : amount * inMs[unit]).toPrecision(12));
}

/** Units that a number without one may have, for the question about it. */
export const periodUnits: readonly { readonly value: PeriodUnit; readonly label: Text }[] = [
  { value: 's', label: pointListsText('seconds') },
  { value: 'ms', label: pointListsText('milliseconds') },
  { value: 'hz', label: pointListsText('readings_per_second') },
];

/** The likeliest unit of numbers without one: 1 to 60 are seconds, as no list means a period of 10 ms unless it says so. */
export function likelyUnit(amounts: readonly number[]): PeriodUnit {
  return amounts.every((amount) => amount <= 60) ? 's' : 'ms';
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
