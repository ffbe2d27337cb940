import { describe, expect, it } from 'vitest';
import { axisMoments, timeScale } from '../strip/time-scale.ts';
import { brushView, centreView, panView, zoomView } from './viewport.ts';

const all = { from: 0, to: 1_000_000 };

describe('the part of the time that is seen', () => {
  it('keeps the moment under the pointer where it is', () => {
    const near = zoomView({ from: 0, to: 800_000 }, 0.5, 200_000, all);
    expect(near).toEqual({ from: 100_000, to: 500_000 });
    expect(zoomView(near, 2, 200_000, all)).toEqual({ from: 0, to: 800_000 });
  });

  it('never leaves what there is, and is never shorter than a second', () => {
    expect(zoomView({ from: 0, to: 600_000 }, 5, 0, all)).toEqual(all);
    expect(zoomView({ from: 5_000, to: 6_000 }, 0.1, 5_500, all)).toEqual({ from: 5_000, to: 6_000 });
    expect(panView({ from: 0, to: 100_000 }, -5_000, all)).toEqual({ from: 0, to: 100_000 });
    expect(panView({ from: 0, to: 100_000 }, 5_000_000, all)).toEqual({ from: 900_000, to: 1_000_000 });
  });

  it('is moved to a moment that it lacks, and stays for one that it has', () => {
    const view = { from: 100_000, to: 200_000 };
    expect(centreView(view, 150_000, all)).toBe(view);
    expect(centreView(view, 500_000, all)).toEqual({ from: 450_000, to: 550_000 });
  });

  it('is drawn in the overview, from either side; a click is no drag', () => {
    expect(brushView(300_000, 100_000, all)).toEqual({ from: 100_000, to: 300_000 });
    expect(brushView(300_000, 300_500, all)).toBeUndefined();
  });
});

describe('the scale', () => {
  it('is even, and leads back', () => {
    const scale = timeScale({ from: 100, to: 200 });
    expect([scale.place(100), scale.place(150), scale.place(200)]).toEqual([0, 0.5, 1]);
    expect(scale.moment(scale.place(137))).toBeCloseTo(137, 6);
  });

  it('folds nothing of a few minutes', () => {
    expect(timeScale({ from: 0, to: 60_000 }, [1_000, 59_000]).folds).toEqual([]);
  });

  it('folds what is idle and gives its room to what is not, and leads back all the same', () => {
    const view = { from: 0, to: 1_000_000 };
    const scale = timeScale(view, [10_000, 20_000, 980_000, 990_000]);
    const [fold = view] = scale.folds;
    expect([scale.folds.length, Math.round(fold.from), Math.round(fold.to)]).toEqual([1, 53_333, 946_667]);
    expect(scale.place(fold.from)).toBeCloseTo(0.475, 3);
    expect(scale.place(fold.to)).toBeCloseTo(0.525, 3);
    for (const ms of [0, 15_000, 40_000, 500_000, 985_000, 1_000_000]) {
      expect(scale.moment(scale.place(ms))).toBeCloseTo(ms, 0);
    }
    expect([scale.place(0), scale.place(1_000_000)]).toEqual([0, 1]);
  });

  it('has its marks on full hours of the plant', () => {
    const hour = 3_600_000;
    const from = Date.parse('2026-11-26T22:20:00Z');
    const marks = axisMoments({ from, to: from + 12 * hour }, 6, 8 * hour);
    expect(marks.map((each) => new Date(each + 8 * hour).toISOString().slice(11, 16))).toEqual([
      '08:00',
      '10:00',
      '12:00',
      '14:00',
      '16:00',
      '18:00',
    ]);
  });
});
