import { describe, expect, it } from 'vitest';
import type { ObservedTick } from '../ports.ts';
import { LoadMeter } from './load-meter.ts';

const nobody = { onRead: () => {}, onTick: () => {} };

describe('the load of a collector', () => {
  it('is that of the last minute, with the share of late ticks', () => {
    let second = 0;
    const meter = new LoadMeter({
      monotonicMs: () => second * 1_000,
      cpuMicros: () => second * 250_000,
      memoryBytes: () => 90_000_000,
    });
    const { onTick } = meter.counting(nobody);
    const ticked = (changes: Partial<ObservedTick>) =>
      onTick({ values: 10, missCause: undefined, latenessMs: 0, ticks: 1, ...changes });
    for (second = 1; second <= 60; second += 1) {
      ticked({ latenessMs: second % 4 === 0 ? 100 : 99 });
      if (second % 5 === 0) meter.load();
    }
    second = 60;
    const busy = { values_per_s: 10, ticks_per_s: 1, late_share: 0.25 };
    expect(meter.load()).toEqual({ ...busy, cpu_share: 0.25, memory_bytes: 90_000_000 });
    // Ticks for which no device could be asked count as ticks too, but not as late ones.
    second = 90;
    ticked({ values: 0, missCause: 'timeout', latenessMs: undefined, ticks: 30 });
    expect(meter.load()).toMatchObject({ values_per_s: 5, ticks_per_s: 1, late_share: 8 / 60 });
    second = 150;
    expect(meter.load()).toMatchObject({ values_per_s: 0, ticks_per_s: 0, late_share: 0 });
  });
});
