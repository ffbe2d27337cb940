import { say, speaksChinese } from '../words/say.ts';
/** A nested object of an answer, or an empty object where there is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

export function records(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

/** `3d 4h`, `2m 5s`: the two largest units. */
export function duration(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number') return undefined;
  let rest = Math.floor(seconds);
  const parts = (
    [
      ['days', 86_400],
      ['hours', 3_600],
      ['minutes', 60],
      ['seconds', 1],
    ] as const
  ).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return { unit, count };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return say('seconds', { count: 0 });
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => say(unit, { count }))
    .join(' ');
}

/** Chinese has no space before the sign. */
export const percentText = (percent: number): string => `${percent}${speaksChinese() ? '%' : ' %'}`;

/** A share in percent: never 100 % while something is missing. */
export function percent(share: unknown): string {
  if (typeof share !== 'number') return say('nothing_was_due');
  return percentText(Math.floor(share * 10_000) / 100);
}
