import { describe, expect, it } from 'vitest';
import { runningIntervals, scheduledTicks, type TimedSessionEvent } from './schedule.ts';
import type { TickRanges } from './tick-ranges.ts';

const range = (from: number, to: number): TickRanges => [{ from, to }];

describe('the schedule of a session', () => {
  it('counts the tick under way at the start, and none that is due at or after the end', () => {
    const ticksOf = (fromMs: number, toMs: number) => scheduledTicks([{ fromMs, toMs }], 1_000, 1e9);
    expect(ticksOf(10_500, 12_000)).toEqual(range(10, 11));
    expect(ticksOf(10_500, 12_001)).toEqual(range(10, 12));
    expect(ticksOf(10_000, 10_000)).toEqual([]);
  });

  it('reads each tick once however often the session is paused within it', () => {
    const intervals = [
      { fromMs: 10_100, toMs: 10_200 },
      { fromMs: 10_300, toMs: 10_400 },
      { fromMs: 10_500, toMs: undefined },
    ];
    expect(scheduledTicks(intervals, 1_000, 12_500)).toEqual(range(10, 12));
  });

  it('goes on through a recovery, which is no pause', () => {
    const events = (['session.started', 'session.resumed', 'session.stopped'] as const).map(
      (type, index): TimedSessionEvent => ({ event: { type }, timeMs: 1_000 * (index + 1) }),
    );
    expect(runningIntervals(events)).toMatchObject([{ fromMs: 1_000, toMs: 3_000 }]);
  });

  it('goes on through a change of configuration, in a pause too', () => {
    const types = ['started', 'reconfigured', 'paused', 'reconfigured', 'resumed', 'stopped'] as const;
    const events = types.map(
      (type, index): TimedSessionEvent => ({ event: { type: `session.${type}` }, timeMs: 1_000 * index }),
    );
    expect(runningIntervals(events)).toMatchObject([
      { fromMs: 0, toMs: 2_000 },
      { fromMs: 4_000, toMs: 5_000 },
    ]);
  });

  it('has no interval that ends before it began, though two clocks say so', () => {
    const events: TimedSessionEvent[] = [
      { event: { type: 'session.started' }, timeMs: 5_000 },
      { event: { type: 'session.stopped' }, timeMs: 4_000 },
    ];
    expect(runningIntervals(events)).toMatchObject([{ fromMs: 5_000, toMs: 5_000 }]);
  });
});
