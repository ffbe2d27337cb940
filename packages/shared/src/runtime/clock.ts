/**
 * Time as a port, so that tests and simulations own it. A single reading cannot be compared across processes;
 * only what has passed between two marks of one clock counts.
 */
export interface Clock {
  /** ms since 1970; may jump either way. */
  wallMs(): number;
  /** Never runs backwards; on Linux it stands still while the machine is suspended. */
  monotonicMs(): number;
}

export interface ClockMark {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export function mark(clock: Clock): ClockMark {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * The larger of what both clocks saw pass. A suspended machine shows only on the wall clock, a wall clock set
 * back shows only on the monotonic one; a wall clock set forward makes a lease end early, which is safe.
 */
export function elapsedMs(clock: Clock, since: ClockMark): number {
  return Math.max(clock.wallMs() - since.wallMs, clock.monotonicMs() - since.monotonicMs);
}
