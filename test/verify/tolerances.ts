/** Differences that are allowed although everything is in order. All in ms. */
export interface Tolerances {
  /**
   * How long after a stop was stored a session may still be polled: LEASE_TTL and a margin. A collector that is cut off
   * learns of a stop only by the end of its lease.
   */
  readonly stopMs: number;
  /** Largest difference between the clocks of the machines that take part. */
  readonly clockMs: number;
  /** A sample that says it was read this long after it was stored, or before its epoch, comes from a wrong clock. */
  readonly wrongClockMs: number;
  /** Time that a tick may still be on its way. */
  readonly settleMs: number;
  /** Greatest age of the last sample or miss of a running session. */
  readonly freshMs: number;
  /** The plant may read requests of two connections within this time in either order. */
  readonly plantMs: number;
}

export const defaultTolerances: Tolerances = {
  stopMs: 11_000,
  clockMs: 1_000,
  wrongClockMs: 5 * 60_000,
  settleMs: 15_000,
  freshMs: 30_000,
  plantMs: 1_000,
};
