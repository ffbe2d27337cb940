const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Lengths into which people divide time. */
const lengths = [
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * hourMs),
];

/** The shortest of these lengths that divides a time into at most this many; beyond half a day, whole days. */
export function niceInterval(timeMs: number, atMost: number): number {
  const least = timeMs / atMost;
  return lengths.find((length) => length >= least) ?? Math.ceil(least / dayMs) * dayMs;
}
