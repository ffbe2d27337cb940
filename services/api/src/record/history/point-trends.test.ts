import { expect, it } from 'vitest';
import { niceInterval } from './point-trends.ts';

const hourMs = 3_600_000;

it.each([
  [hourMs, 1_000, 5_000],
  [24 * hourMs, 1_000, 120_000],
  [28 * 24 * hourMs, 1_000, hourMs],
  [60_000, 1_000, 1_000],
  [3_650 * 24 * hourMs, 1_000, 4 * 24 * hourMs],
])('a time of %d ms in %d parts at most is divided by %d ms', (timeMs, atMost, intervalMs) => {
  expect(niceInterval(timeMs, atMost)).toBe(intervalMs);
});
