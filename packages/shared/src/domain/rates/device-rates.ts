/**
 * Points of one device may be read at different rates. The fastest one gives the device its ticks; every other
 * period is a whole multiple of it, so that slower points are read along with a tick that is due anyway, all
 * rates meet at the same moments since 1970, and a tick is never scheduled in vain.
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

/** Whether the point is read in this tick of its device. */
export function isDue(tick: number, periodMs: number, pointPeriodMs: number): boolean {
  return tick % (pointPeriodMs / periodMs) === 0;
}

/** Points whose period does not fit the device's ticks. */
export function misfitRates(
  taskPeriodMs: number,
  points: readonly RatedPoint[],
): { readonly code: string; readonly periodMs: number; readonly devicePeriodMs: number }[] {
  const ticksMs = devicePeriodMs(taskPeriodMs, points);
  return points.flatMap(({ code, period_ms }) => {
    const periodMs = period_ms ?? taskPeriodMs;
    return periodMs % ticksMs === 0 ? [] : [{ code, periodMs, devicePeriodMs: ticksMs }];
  });
}

/** Whole multiples of the device's period next to the one that is none: one, or the one below and the one above. */
export function nearestPeriodsMs(periodMs: number, devicePeriodMs: number): number[] {
  const below = Math.floor(periodMs / devicePeriodMs) * devicePeriodMs;
  return below === 0 ? [devicePeriodMs] : [below, below + devicePeriodMs];
}

/** "10000 ms is no multiple of the 3000 ms in which its device is read: 9000 ms or 12000 ms would be". */
export function describeMisfit(misfit: {
  readonly periodMs: number;
  readonly devicePeriodMs: number;
}): string {
  const { periodMs, devicePeriodMs } = misfit;
  const nearest = nearestPeriodsMs(periodMs, devicePeriodMs).map((ms) => `${ms} ms`);
  return `${periodMs} ms is no multiple of the ${devicePeriodMs} ms in which its device is read: ${nearest.join(' or ')} would be`;
}
