interface RatedDevice {
  readonly points: readonly {
    /** Number of values, for an array. */
    readonly count?: number | undefined;
    readonly period_ms?: number | undefined;
  }[];
}

/** Values that are read each second when every device answers. */
export function valuesPerSecond({
  devices,
  period_ms,
}: {
  readonly devices: readonly RatedDevice[];
  readonly period_ms: number;
}): number {
  return devices.reduce(
    (sum, { points }) =>
      points.reduce(
        (inner, point) => inner + ((point.count ?? 1) * 1_000) / (point.period_ms ?? period_ms),
        sum,
      ),
    0,
  );
}
