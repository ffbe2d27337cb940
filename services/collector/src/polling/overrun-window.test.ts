import { describe, expect, it } from 'vitest';
import { OverrunWindow } from './overrun-window.ts';

/** Ticks from `from` on, lost where `isLost` says so. */
function passing(periodMs: number, count: number, isLost: (index: number) => boolean, from = 1_000) {
  const window = new OverrunWindow(periodMs);
  for (let index = 0; index < count; index += 1) {
    window.passed(from + index);
    if (isLost(index)) window.lost(from + index);
  }
  return { window, last: from + count - 1 };
}

describe('the ticks that a device has lost to overruns', () => {
  it('make it slow from one in a hundred of five minutes on', () => {
    const two = passing(1_000, 300, (index) => index === 10 || index === 20);
    expect(two.window.isSlow(two.last)).toBe(false);
    const three = passing(1_000, 300, (index) => index % 100 === 0);
    expect(three.window.isSlow(three.last)).toBe(true);
    expect(three.window.share(three.last)).toBeCloseTo(0.01);
  });

  it('make it slow within seconds where every second one is lost, with the share of those known', () => {
    const { window, last } = passing(1_000, 6, (index) => index % 2 === 0);
    expect(window.isSlow(last)).toBe(true);
    expect(window.share(last)).toBe(0.5);
  });

  it('are forgotten after five minutes', () => {
    const { window, last } = passing(1_000, 20, () => true);
    expect(window.isSlow(last + 299)).toBe(true);
    expect(window.isSlow(last + 305)).toBe(false);
    expect(window.share(last + 305)).toBe(0);
  });

  it('count one by one where there are few', () => {
    const { window, last } = passing(3_600_000, 3, (index) => index === 1);
    expect(window.isSlow(last - 1)).toBe(true);
    expect(window.isSlow(last)).toBe(false);
    expect(passing(60_000, 5, (index) => index === 0).window.isSlow(1_004)).toBe(true);
  });
});
