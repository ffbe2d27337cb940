import { rfc3339Ms } from '../values/rfc3339.ts';

/** Smaller numbers are seconds since 1970, which stay below this until the year 5138; ms, µs and ns are each 1000 times as large. */
const secondsBelow = 100_000_000_000;

/** The time that a source gives, in ms since 1970; undefined for anything that is no time, or leaves open which one. */
export function messageTimeMs(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms = rfc3339Ms(value.replace(' ', 'T'));
    if (ms !== undefined) return ms;
    return /^[0-9]{1,19}(\.[0-9]+)?$/.test(value) ? messageTimeMs(Number(value)) : undefined;
  }
  if (typeof value === 'bigint') return messageTimeMs(Number(value));
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  if (value < secondsBelow) return value * 1_000;
  if (value < secondsBelow * 1e3) return value;
  return value < secondsBelow * 1e6 ? value / 1e3 : value / 1e6;
}
