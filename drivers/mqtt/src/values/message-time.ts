import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';

/** Seconds since 1970 have so few digits until the year 5138; beyond they are ms. */
const msFrom = 100_000_000_000;

/** ms since 1970 of what a source gives as a time; undefined for what is none. */
export function messageTimeMs(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms = rfc3339Ms(value);
    if (ms !== undefined) return ms;
    return /^[0-9]{1,16}(\.[0-9]+)?$/.test(value) ? messageTimeMs(Number(value)) : undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return value < msFrom ? value * 1_000 : value;
}
