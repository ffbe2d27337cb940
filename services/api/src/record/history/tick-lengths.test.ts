import { describe, expect, it } from 'vitest';
import { holesBetween, tickLengths } from './tick-lengths.ts';

const span = (from: number, to: number, period: number) => ({
  ...{ fromMs: from * 1_000, toMs: to * 1_000, periodMs: period * 1_000 },
});
const inSeconds = (lengths: ReturnType<typeof tickLengths>) =>
  lengths.map(({ fromMs, periodMs }) => [fromMs / 1_000, periodMs / 1_000]);

describe('the lengths of the ticks of a device', () => {
  it('follow each other to and fro, and go on over pauses', () => {
    const changed = [span(0, 20, 1), span(50, 60, 1), span(70, 120, 10), span(118, 130, 1)];
    expect(inSeconds(tickLengths(changed))).toEqual([
      [0, 1],
      [70, 10],
      [118, 1],
    ]);
    expect(tickLengths([])).toEqual([]);
  });

  it('are the shortest while several sessions read it', () => {
    expect(inSeconds(tickLengths([span(0, 100, 10), span(20, 40, 1), span(30, 60, 2)]))).toEqual([
      [0, 10],
      [20, 1],
      [40, 2],
      [60, 10],
    ]);
  });
});

describe('the time in which no session reads a device', () => {
  const window = { fromMs: 0, toMs: 100_000 };
  const holes = (...spans: Parameters<typeof holesBetween>[0]) =>
    holesBetween(spans, window).map(({ fromMs, toMs }) => [fromMs / 1_000, toMs / 1_000]);

  it('is a pause, and no wait for the first tick of another length', () => {
    expect(holes(span(0, 13, 1), span(20, 100, 10))).toEqual([]);
    expect(holes(span(0, 13, 1), span(30, 100, 10))).toEqual([[13, 30]]);
    expect(holes(span(0, 13, 10), span(20, 90, 10))).toEqual([
      [13, 20],
      [90, 100],
    ]);
    expect(holes(span(4, 100, 10))).toEqual([[0, 4]]);
  });
});
