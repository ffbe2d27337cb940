import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const limits = { firstMs: 1_000, maxMs: 10_000 };

describe('the pause after failures in a row', () => {
  it('is none for the first two, then doubles up to its bound and stays there for ever', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1_000, 1_000_000].map((n) => backoffMs(n, limits, 0));
    expect(pauses).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000]);
  });

  it('is up to a fifth shorter, so that devices that failed together part', () => {
    expect(backoffMs(5, limits, 1)).toBe(3_200);
    expect(backoffMs(5, limits, 0.5)).toBe(3_600);
  });
});
