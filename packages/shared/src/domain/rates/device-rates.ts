/**
 * Points of one device may be read at different rates. The fastest one gives the device its ticks. A slower point is read
 * along in the first tick that begins in each of its own periods, counted since 1970: so rates meet wherever they can, and
 * a tick is never scheduled in vain.
 */
export interface RatedPoint {
  readonly code: string;
  readonly period_ms?: number | undefined;
}

/** Period of the device's ticks in ms: the shortest of its points' periods. */
export function devicePeriodMs(taskPeriodMs: number, points: readonly RatedPoint[]): number {
  return points.reduce(
    (shortest, point) => Math.min(shortest, point.period_ms ?? taskPeriodMs),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * Whether the point is read in this tick of its device.
 * @param since an earlier tick, up to which nothing is owed: the point is due if one of its periods has begun since
 */
export function isDue(tick: number, periodMs: number, pointPeriodMs: number, since = tick - 1): boolean {
  return Math.floor((tick * periodMs) / pointPeriodMs) > Math.floor((since * periodMs) / pointPeriodMs);
}
