/** A tick is one scheduled reading of one device: its number is the scheduled time over the period. */
export function tickAt(timeMs: number, periodMs: number): number {
  return Math.floor(timeMs / periodMs);
}

/** ms since 1970 */
export function tickTimeMs(tick: number, periodMs: number): number {
  return tick * periodMs;
}
