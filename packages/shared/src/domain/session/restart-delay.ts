const minuteMs = 60_000;

/**
 * Pause before a session that failed for a passing cause is tried again: n² + n minutes, an hour at most, for
 * ever. The first try comes after ten seconds, since most such causes are gone by then.
 */
export function restartDelayMs(triesBefore: number): number {
  if (triesBefore === 0) return 10_000;
  return Math.min(60, triesBefore ** 2 + triesBefore) * minuteMs;
}
