import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { PointValueView } from '@holdfast/shared/contracts/http/points-http.ts';
import { describe, expect, it } from 'vitest';
import { SampleGatherer } from './sample-gatherer.ts';
import { drawnAtMost, ValueBoard } from './value-board.ts';

const begin = Date.parse('2026-11-27T08:00:00Z');
const at = (second: number) => new Date(begin + second * 1_000).toISOString();
const now = (second: number) => begin + second * 1_000;

function pointView(
  device: string,
  point_code: string,
  changes: Partial<PointValueView> = {},
): PointValueView {
  const about = { device, point_code, name: '', unit: '°C', session_id: '1-1', miss: null };
  const periods = { period_ms: 1_000, next_period_ms: null };
  return { ...about, ...periods, value: 1, quality: 'good', time: at(0), age_seconds: 0, ...changes };
}

function sample(
  device: string,
  second: number,
  values: LiveSample['values'],
  changes: Partial<LiveSample> = {},
): LiveSample {
  return {
    ...{
      sequence: second,
      session_id: '1-1',
      task_id: '1',
      device_id: '1',
      device,
      site: '',
      collector_id: 'c1',
    },
    ...{
      epoch: 1,
      tick: second,
      through_tick: second,
      period_ms: 1_000,
      time: at(second),
      read_at: at(second),
    },
    ...{ values, uncertain: [], miss: null },
    ...changes,
  };
}

const results = [
  pointView('press', 'oil'),
  pointView('press', 'mode', { value: 'auto' }),
  pointView('saw', 'speed', { value: null, time: null }),
];

function boardWith(...samples: LiveSample[]): ValueBoard {
  const board = new ValueBoard(results, { as_of: at(0) }, now(0));
  const gatherer = new SampleGatherer(board.devices);
  for (const each of samples) gatherer.take(each);
  const batch = gatherer.batch();
  if (batch) board.take(batch);
  return board;
}

describe('a board of last values', () => {
  it('has what was read at first, and then what came last of each point', () => {
    const board = boardWith(
      sample('press', 1, { oil: 2, other: 9 }),
      sample('press', 3, { oil: 4 }, { uncertain: ['oil'] }),
      sample('press', 2, { oil: 3, mode: 'hand' }),
      sample('unasked', 3, { oil: 5 }),
    );
    expect([0, 1, 2].map((place) => [board.value(place), board.timeMs(place)])).toEqual([
      [4, now(3)],
      ['hand', now(2)],
      [null, 0],
    ]);
    expect([0, 1, 2].map((place) => board.stateOf(place, now(4)))).toEqual(['uncertain', 'good', 'never']);
  });

  it('says of which nothing came for long, by the clock of the server', () => {
    const board = new ValueBoard(results, { as_of: at(100) }, now(0));
    expect(board.clockAheadMs).toBe(100_000);
    expect(board.stateOf(0, now(5))).toBe('good');
    expect(board.stateOf(0, now(6))).toBe('stale');
    expect(board.newestMs()).toBe(now(0));
  });

  it('waits as long as the next reading takes where the period was changed since, to and fro', () => {
    const slower = new ValueBoard(
      [pointView('press', 'oil', { next_period_ms: 60_000 })],
      { as_of: at(0) },
      now(0),
    );
    const take = (...samples: LiveSample[]) => {
      const gatherer = new SampleGatherer(slower.devices);
      for (const each of samples) gatherer.take(each);
      const batch = gatherer.batch();
      if (batch) slower.take(batch);
    };
    // The last reading before the change takes effect.
    take(sample('press', 2, { oil: 2 }));
    expect([slower.stateOf(0, now(60)), slower.stateOf(0, now(183))]).toEqual(['good', 'stale']);
    take(sample('press', 60, { oil: 3 }, { period_ms: 60_000 }));
    expect(slower.stateOf(0, now(200))).toBe('good');
    // A later change, which only the stream tells.
    take(sample('press', 240, { oil: 3 }));
    expect([slower.stateOf(0, now(245)), slower.stateOf(0, now(246))]).toEqual(['good', 'stale']);
    const faster = { period_ms: 60_000, next_period_ms: 1_000 };
    const soon = new ValueBoard([pointView('press', 'oil', faster)], { as_of: at(0) }, now(0));
    expect([soon.stateOf(0, now(180)), soon.stateOf(0, now(181))]).toEqual(['good', 'stale']);
  });

  it('says which are missing now, and why, until the device answers again', () => {
    const miss = { cause: 'timeout', detail: 'no answer' } as const;
    const silentBoard = boardWith(sample('press', 1, {}, { miss }));
    expect([silentBoard.stateOf(0, now(1)), silentBoard.missOf(0), silentBoard.value(0)]).toEqual([
      'missing',
      miss,
      1,
    ]);
    const back = boardWith(sample('press', 1, {}, { miss }), sample('press', 2, { oil: 2 }));
    expect([back.stateOf(0, now(2)), back.stateOf(1, now(2))]).toEqual(['good', 'good']);
  });

  it('hears a device that answers though nothing has changed', () => {
    const board = boardWith(sample('press', 60, {}));
    expect([board.stateOf(0, now(61)), board.timeMs(0)]).toEqual(['good', now(0)]);
  });

  it('draws the latest numbers, also when the points are read again', () => {
    const samples = Array.from({ length: drawnAtMost + 10 }, (_, index) =>
      sample('press', index + 1, { oil: index }),
    );
    const board = new ValueBoard(results, { as_of: at(0) }, now(0));
    const gatherer = new SampleGatherer(board.devices);
    for (const each of samples) {
      gatherer.take(each);
      const batch = gatherer.batch();
      if (batch) board.take(batch);
    }
    expect(board.recentNumbers(0)).toEqual(Array.from({ length: drawnAtMost }, (_, index) => index + 10));
    expect(board.recentNumbers(1)).toEqual([]);
    const boardAfter = new ValueBoard(
      [pointView('press', 'new'), pointView('press', 'oil', { value: 99, time: at(200) })],
      { as_of: at(200) },
      now(200),
      board,
    );
    expect(boardAfter.recentNumbers(1).slice(-2)).toEqual([drawnAtMost + 9, 99]);
    expect(boardAfter.recentNumbers(0)).toEqual([1]);
  });
});
