import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeMisfit, devicePeriodMs, isDue, misfitRates, nearestPeriodsMs } from './device-rates.ts';

describe('rates of one device', () => {
  it('have the shortest period as their tick', () => {
    expect(devicePeriodMs(1_000, [{ code: 'a' }, { code: 'b', period_ms: 200 }])).toBe(200);
    expect(devicePeriodMs(1_000, [{ code: 'b', period_ms: 2_000 }])).toBe(2_000);
    expect(isDue(10, 200, 1_000)).toBe(true);
    expect(isDue(11, 200, 1_000)).toBe(false);
  });

  it('that do not fit are named with those that would', () => {
    const [misfit] = misfitRates(1_000, [{ code: 'a' }, { code: 'b', period_ms: 2_500 }]);
    expect(misfit).toEqual({ code: 'b', periodMs: 2_500, devicePeriodMs: 1_000 });
    if (misfit) expect(describeMisfit(misfit)).toContain('2000 ms or 3000 ms');
  });

  it('would fit as proposed', () => {
    const period = fc.integer({ min: 10, max: 86_400_000 });
    fc.assert(
      fc.property(period, period, (one, other) => {
        for (const proposed of nearestPeriodsMs(one, other)) expect(proposed % other).toBe(0);
      }),
    );
  });
});
