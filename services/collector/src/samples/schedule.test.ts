import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickAt, tickTimeMs } from './schedule.ts';

describe('the ticks of a schedule', () => {
  it('are numbered by what they were scheduled for, the same on every machine', () => {
    expect(tickAt(1_740_000_000_000, 1_000)).toBe(1_740_000_000);
    expect(tickAt(1_740_000_000_999, 1_000)).toBe(1_740_000_000);
    expect(tickTimeMs(1_740_000_000, 1_000)).toBe(1_740_000_000_000);
  });

  it('cover time without a hole and without an overlap', () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    const period = fc.integer({ min: 10, max: 86_400_000 });
    fc.assert(
      fc.property(time, period, (timeMs, periodMs) => {
        const tick = tickAt(timeMs, periodMs);
        expect(tickTimeMs(tick, periodMs)).toBeLessThanOrEqual(timeMs);
        expect(tickTimeMs(tick + 1, periodMs)).toBeGreaterThan(timeMs);
        expect(tickAt(tickTimeMs(tick, periodMs), periodMs)).toBe(tick);
      }),
    );
  });
});
