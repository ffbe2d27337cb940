import type { PointTrend, PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';

/** The figures that people want to know about a whole curve. */
export interface TrendFigures {
  readonly last: PointTrend['last'][number] | undefined;
  readonly min: number | undefined;
  readonly mean: number | undefined;
  readonly max: number | undefined;
  /** Ticks of its device without anything on record; undefined where unknown. */
  readonly missing: number | undefined;
}

export function figuresOf(
  { last, min, mean, max, device }: PointTrend,
  devices: PointTrends['devices'],
): TrendFigures {
  const numbers = (values: readonly unknown[]) =>
    values.filter((value) => value !== null && typeof value !== 'boolean' && value !== '').map(Number);
  const [lows, means, highs] = [numbers(min ?? last), numbers(mean ?? last), numbers(max ?? last)];
  const isNumber = means.length > 0 && means.every(Number.isFinite);
  const gaps = devices.find((each) => each.device === device)?.gaps;
  return {
    last: last.at(-1),
    ...(isNumber
      ? {
          min: lows.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
          mean: means.reduce((sum, value) => sum + value, 0) / means.length,
          max: highs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
        }
      : { min: undefined, mean: undefined, max: undefined }),
    missing: gaps?.reduce((sum, { ticks }) => sum + ticks, 0),
  };
}
