import { describe, expect, it } from 'vitest';
import { asFigures, distributionOf } from './distribution.ts';

describe('a distribution', () => {
  it('names values that were measured', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(distributionOf(values)).toEqual({ count: 200, p50: 100, p99: 198, max: 200 });
  });

  it('of few values takes the largest for the 99th percentile', () => {
    expect(distributionOf([3, 1, 2])).toEqual({ count: 3, p50: 2, p99: 3, max: 3 });
  });

  it('of nothing there is not', () => {
    expect(() => distributionOf([])).toThrow(RangeError);
  });

  it('carries its unit in the names of its figures', () => {
    expect(asFigures('restart', 'ms', distributionOf([4]))).toEqual({
      restart_p50_ms: 4,
      restart_p99_ms: 4,
      restart_max_ms: 4,
    });
  });
});
