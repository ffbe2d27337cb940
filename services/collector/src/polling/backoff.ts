export interface BackoffLimits {
  /** The first pause, after the third failure in a row. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Pause after a number of failures in a row. It doubles from the third failure on, for ever, up to the maximum. The
 * first two cost no pause, since one lost reply is no reason to leave a tick out.
 * @param jitter 0…1, takes up to a fifth off, so that devices that failed together are not asked together
 */
export function backoffMs(failuresInARow: number, { firstMs, maxMs }: BackoffLimits, jitter: number): number {
  if (failuresInARow < 3) return 0;
  const doublings = Math.min(failuresInARow - 3, 30);
  return Math.min(maxMs, firstMs * 2 ** doublings) * (1 - 0.2 * jitter);
}
