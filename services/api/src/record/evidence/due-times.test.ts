import { describe, expect, it } from 'vitest';
import { DueTimes } from './due-times.ts';

const hourMs = 3_600_000;
const hours = (from: number, to: number) => ({ fromMs: from * hourMs, toMs: to * hourMs });
const days = [hours(0, 24), hours(24, 48), hours(48, 72)];
const time = { from: new Date(0), to: new Date(60 * hourMs) };
/** Ticks of one minute, from one hour up to another. */
const due = (from: number, to: number) => ({
  periodMs: 60_000,
  scheduled: [{ from: from * 60, to: to * 60 - 1 }],
});
const dueHours = (...devices: ReturnType<typeof due>[]) => {
  const times = new DueTimes(days, time);
  times.add(devices);
  return times
    .view()
    .map(({ period, from, to }) => [period, Date.parse(from) / hourMs, Date.parse(to) / hourMs]);
};

describe('the time in which ticks were due', () => {
  it('is given for the day on which a session began, and for that on which it ended', () => {
    expect(dueHours(due(21.25, 60))).toEqual([[0, 21.25, 24]]);
    expect(dueHours(due(0, 30))).toEqual([[1, 24, 30]]);
    expect(dueHours(due(25, 26))).toEqual([[1, 25, 26]]);
  });

  it('is not given for whole days, nor for the time to come, nor for days on which nothing was due', () => {
    expect(dueHours(due(0, 60))).toEqual([]);
    expect(dueHours()).toEqual([]);
  });

  it('is that of all devices together, and not that of their ticks', () => {
    expect(dueHours(due(21, 60), due(3, 5))).toEqual([[0, 3, 24]]);
    expect(dueHours({ periodMs: hourMs, scheduled: [{ from: 1, to: 59 }] })).toEqual([[0, 1, 24]]);
    // With ticks of ten minutes, the first one after midnight may be due ten minutes after it.
    const slow = new DueTimes([{ fromMs: 1, toMs: 24 * hourMs }], time);
    slow.add([{ periodMs: 600_000, scheduled: [{ from: 1, to: 143 }] }]);
    expect(slow.view()).toEqual([]);
  });
});
