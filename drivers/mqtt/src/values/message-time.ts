import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';

/** Smaller numbers are seconds since 1970, which stay below this until the year 5138; others are ms. */
const msFrom = 100_000_000_000;

/** The time that a source gives, in ms since 1970; undefined for anything that is no time. */
export function messageTimeMs(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms = rfc3339Ms(value);
    if (ms !== undefined) return ms;
    return /^[0-9]{1,16}(\.[0-9]+)?$/.test(value) ? messageTimeMs(Number(value)) : undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return value < msFrom ? value * 1_000 : value;
}
