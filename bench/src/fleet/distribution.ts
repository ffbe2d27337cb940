/** Summary of a set of measured values. Percentiles are values that were measured (nearest rank). */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    if (value === undefined) throw new RangeError('no values have no distribution');
    return Math.round(value);
  };
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** As figures, under names that begin with `name`. */
export function asFigures(
  name: string,
  unit: string,
  { p50, p99, max }: Distribution,
): Record<string, number> {
  return { [`${name}_p50_${unit}`]: p50, [`${name}_p99_${unit}`]: p99, [`${name}_max_${unit}`]: max };
}
