/** The times that the holder of a lease and those who watch it agree on. */
export interface LeaseTimes {
  /** How long the holder may act after sending its last confirmed renewal. */
  readonly ttlMs: number;
  /** Time that others wait beyond `ttlMs` before they call a lease over. */
  readonly marginMs: number;
  readonly renewEveryMs: number;
}
