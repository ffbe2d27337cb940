import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoundTrips } from './round-trips.ts';

describe('round trips', () => {
  it('are known within a tenth or so', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 30_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (times) => {
          const roundTrips = new RoundTrips();
          for (const time of times) roundTrips.add(time);
          const sorted = times.toSorted((a, b) => a - b);
          const exact = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          const { p50, p99 } = roundTrips.percentiles() ?? { p50: 0, p99: 0 };
          for (const [reported, real] of [
            [p50, exact(0.5)],
            [p99, exact(0.99)],
          ] as const) {
            expect(reported / real).toBeGreaterThan(0.85);
            expect(reported / real).toBeLessThan(1.18);
          }
        },
      ),
    );
  });

  it('of long ago are forgotten', () => {
    const roundTrips = new RoundTrips();
    for (let count = 0; count < 1_900; count += 1) roundTrips.add(500);
    for (let count = 0; count < 20_000; count += 1) roundTrips.add(5);
    expect(roundTrips.percentiles()?.p99).toBeLessThan(6);
  });

  it('say nothing before there are any', () => {
    expect(new RoundTrips().percentiles()).toBeUndefined();
  });
});
