import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';
import { agoPattern, lengthPattern, utcOffsetPattern } from '@holdfast/shared/contracts/http/time-texts.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { validationFailed } from '../problems/problem.ts';

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * `now`, `-30m` (s, m, h, d, w) or RFC 3339, or undefined for anything else. A time before 1970 becomes 1970: nothing is
 * older, and PostgreSQL does not take the year 1, by which some programs mean "from the beginning".
 */
export function parseTime(text: string, now: Date): Date | undefined {
  if (text === 'now') return now;
  if (agoPattern.test(text)) return notBefore1970(now.getTime() - lengthMs(text.slice(1)));
  // A plus sign that was not escaped in a query arrives as a blank: 2025-01-01T08:00:00 08:00.
  const absolute = text.replace(/ (\d\d:\d\d)$/, '+$1');
  const ms = rfc3339Ms(absolute);
  return ms === undefined ? undefined : notBefore1970(ms);
}

function notBefore1970(ms: number): Date {
  return new Date(Math.max(0, ms));
}

/** Time in a field of the query. @throws Problem */
export function timeOf(field: string, text: string, now: Date): Date {
  const time = parseTime(text, now);
  if (!time) {
    throw validationFailed([
      {
        path: field,
        message: fieldText('time_rule'),
      },
    ]);
  }
  return time;
}

/** `90s`, `15m`, `1h`, `1d`, `2w` in ms, or undefined for anything else. */
export function parseInterval(text: string): number | undefined {
  return lengthPattern.test(text) ? lengthMs(text) : undefined;
}

function lengthMs(text: string): number {
  return Number(text.slice(0, -1)) * (unitsMs[text.slice(-1)] ?? 0);
}

/** @throws Problem */
export function intervalOf(text: string): number {
  const intervalMs = parseInterval(text);
  if (intervalMs === undefined) {
    throw validationFailed([{ path: 'interval', message: fieldText('duration_rule') }]);
  }
  return intervalMs;
}

/**
 * `+08:00`, `-03:30` or `Z` in ms; 0 for none. A plus sign that was not escaped in a query arrives as a blank.
 * @throws Problem
 */
export function utcOffsetOf(text: string | undefined): number {
  if (!text || text === 'Z') return 0;
  if (!utcOffsetPattern.test(text)) {
    throw validationFailed([{ path: 'utc_offset', message: fieldText('utc_offset_rule') }]);
  }
  const [hours, minutes] = text.slice(1).split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000);
}
