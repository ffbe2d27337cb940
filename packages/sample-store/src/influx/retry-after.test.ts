import { expect, it } from 'vitest';
import { retryAfterMs } from './influx-errors.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

it.each([
  ['3', 3_000],
  ['0', undefined],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('of %o is a wait of %o ms', (header, waitMs) => {
  expect(retryAfterMs(header, nowMs)).toBe(waitMs);
});
