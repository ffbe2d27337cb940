import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';

/**
 * A time of the API as the reader's clock shows it (TZ), in a form that can be pasted into an option:
 * `2026-07-03T14:05:09.123+02:00`. Anything else stays as it is.
 */
export function localTime(value: unknown): unknown {
  const ms = typeof value === 'string' ? rfc3339Ms(value) : undefined;
  if (ms === undefined) return value;
  const offsetMinutes = -new Date(ms).getTimezoneOffset();
  if (offsetMinutes === 0) return new Date(ms).toISOString();
  const shifted = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const two = (part: number) => String(Math.floor(Math.abs(part))).padStart(2, '0');
  return `${shifted}${offsetMinutes < 0 ? '-' : '+'}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
}

/** Reads a typed time: without an offset it means the reader's clock, and without an hour midnight there. */
export function parseTypedTime(text: string): string {
  const [, day, time = '00:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/.exec(text) ?? [];
  if (day === undefined || rfc3339Ms(`${day}T${time}Z`) === undefined) return text;
  return new Date(`${day}T${time}`).toISOString();
}
