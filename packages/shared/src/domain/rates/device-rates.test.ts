import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devicePeriodMs, isDue } from './device-rates.ts';

/** Times, in ms, of the first ticks in which a point is due. */
function dueAt(periodMs: number, pointPeriodMs: number, count: number): number[] {
  const times: number[] = [];
  for (let tick = 0; times.length < count; tick += 1) {
    if (isDue(tick, periodMs, pointPeriodMs)) times.push(tick * periodMs);
  }
  return times;
}

describe('rates of one device', () => {
  it('have the shortest period as their tick', () => {
    expect(devicePeriodMs(1_000, [{ code: 'a' }, { code: 'b', period_ms: 200 }])).toBe(200);
    expect(devicePeriodMs(1_000, [{ code: 'b', period_ms: 2_000 }])).toBe(2_000);
  });

  it('meet at every so many ticks when one is a multiple of the other', () => {
    expect(dueAt(200, 1_000, 4)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(dueAt(200, 200, 3)).toEqual([0, 200, 400]);
  });

  it('meet in the first tick of each period when none is', () => {
    expect(dueAt(2_000, 5_000, 6)).toEqual([0, 6_000, 10_000, 16_000, 20_000, 26_000]);
    expect(dueAt(300, 1_000, 4)).toEqual([0, 1_200, 2_100, 3_000]);
  });

  it('make up for what was due since a tick, once', () => {
    expect(isDue(7, 2_000, 5_000, 4)).toBe(true);
    expect(isDue(7, 2_000, 5_000, 5)).toBe(false);
    expect(isDue(8, 2_000, 5_000, 4)).toBe(true);
  });

  it('read every point once in each of its periods, whichever they are and however long after 1970', () => {
    const period = fc.integer({ min: 10, max: 86_400_000 });
    const epochMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(period, period, epochMs, (one, other, atMs) => {
        const [fast, slow] = [Math.min(one, other), Math.max(one, other)];
        const periodOfSlow = Math.floor(atMs / slow);
        const first = Math.ceil((periodOfSlow * slow) / fast);
        const end = Math.ceil(((periodOfSlow + 1) * slow) / fast);
        expect(isDue(first, fast, slow)).toBe(true);
        for (const later of [first + 1, Math.floor((first + end) / 2), end - 1]) {
          if (later > first && later < end) expect(isDue(later, fast, slow)).toBe(false);
        }
      }),
    );
  });
});
