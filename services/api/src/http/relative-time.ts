import { rfc3339Ms } from '@holdfast/shared/domain/rfc3339.ts';
import { validationFailed } from '../problems/api-problem.ts';

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * `now`, `-30m` (s, m, h, d, w) or RFC 3339; undefined for anything else. What is before 1970 is 1970: nothing is older, and
 * the year 1, as some programs write "from the beginning", is more than PostgreSQL takes.
 */
export function parseTime(text: string, now: Date): Date | undefined {
  if (text === 'now') return now;
  const relative = /^-([0-9]{1,9})([smhdw])$/.exec(text);
  if (relative) {
    const time = new Date(now.getTime() - Number(relative[1]) * (unitsMs[relative[2] ?? ''] ?? 0));
    return Number.isNaN(time.getTime()) ? undefined : notBefore1970(time.getTime());
  }
  // A plus sign that was not escaped in a query arrives as a blank: 2025-01-01T08:00:00 08:00.
  const absolute = text.replace(/ (\d\d:\d\d)$/, '+$1');
  const ms = rfc3339Ms(absolute);
  return ms === undefined ? undefined : notBefore1970(ms);
}

function notBefore1970(ms: number): Date {
  return new Date(Math.max(0, ms));
}

/** Time in a field of the query. @throws ApiProblem */
export function timeOf(field: string, text: string, now: Date): Date {
  const time = parseTime(text, now);
  if (!time) {
    throw validationFailed([
      {
        path: field,
        message: 'must be now, a time ago like -30m or -7d, or RFC 3339 like 2026-01-31T08:00:00+08:00',
      },
    ]);
  }
  return time;
}

/** `90s`, `15m`, `1h`, `1d`, `2w` in ms; undefined for anything else. */
export function parseInterval(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,8})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 0) : undefined;
}

/** @throws ApiProblem */
export function intervalOf(text: string): number {
  const intervalMs = parseInterval(text);
  if (intervalMs === undefined) {
    throw validationFailed([
      { path: 'interval', message: 'must be a length of time like 30s, 15m, 1h or 1d' },
    ]);
  }
  return intervalMs;
}

/**
 * `+08:00`, `-03:30` or `Z` in ms; 0 for none. A plus sign that was not escaped in a query arrives as a blank.
 * @throws ApiProblem
 */
export function utcOffsetOf(text: string | undefined): number {
  if (!text || text === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+ -])(0[0-9]|1[0-4]):([0-5][0-9])$/.exec(text) ?? [];
  if (sign === undefined) {
    throw validationFailed([
      { path: 'utc_offset', message: 'must be how far a clock is ahead of UTC, like +08:00 or -03:30' },
    ]);
  }
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3_600_000 + Number(minutes) * 60_000);
}
