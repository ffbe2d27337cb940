import type { PointTrend, PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';
import { describe, expect, it } from 'vitest';
import { lineOf } from './line-of.ts';

const at = (second: number) => new Date(second * 1_000).toISOString();

const every = (second: number) => ({
  period_ms: second * 1_000,
  periods: [{ start_time: at(0), period_ms: second * 1_000 }],
});

function trend(seconds: readonly number[], changes: Partial<PointTrend> = {}): PointTrend {
  return {
    ...{ point: 'press/oil', device: 'press', point_code: 'oil', name: '', unit: '°C' },
    ...{ interval_seconds: null, ...every(1), uncertain: [] },
    times: seconds.map(at),
    last: [...seconds],
    ...changes,
  };
}

function holes(gaps: [number, number][], notRead: [number, number][] = []): PointTrends['devices'][number] {
  const span = ([from, to]: [number, number]) => ({ start_time: at(from), end_time: at(to) });
  const gap = {
    device: 'press',
    session_id: '1-1',
    cause: 'timeout',
    detail: '',
    from_tick: 0,
    to_tick: 0,
    ticks: 1,
  } as const;
  return {
    device: 'press',
    gaps: gaps.map((each) => ({ ...gap, ...span(each) })),
    not_read: notRead.map(span),
  };
}

describe('the line of a point', () => {
  it('is broken where ticks are missing, and where it was not read', () => {
    const { times, values } = lineOf(trend([1, 2, 5, 6, 10]), holes([[3, 5]], [[7, 10]]));
    expect(values).toEqual([1, 2, null, 5, 6, null, 10]);
    expect([times[2], times[5]]).toEqual([3, 7]);
  });

  it('goes on over values that are read less often than the device', () => {
    const slow = trend([0, 60, 120, 300], every(60));
    expect(
      lineOf(
        slow,
        holes([
          [30, 31],
          [180, 181],
        ]),
      ).values,
    ).toEqual([0, 60, 120, null, 300]);
  });

  it('goes on while a point that sends only changes has none', () => {
    const changes = trend([0, 500, 900], { period_ms: null, periods: [] });
    expect(lineOf(changes, holes([[600, 700]])).values).toEqual([0, 500, null, 900]);
    expect(lineOf(changes, { device: 'press', gaps: null, not_read: null }).values).toEqual([0, 500, 900]);
  });

  it('is broken by the distance that its values had at the time, before and after a change', () => {
    const [fast, slow] = [
      { start_time: at(0), period_ms: 1_000 },
      { start_time: at(10), period_ms: 10_000 },
    ];
    const slower = trend([1, 2, 7, 8, 10, 20, 40], { period_ms: 10_000, periods: [fast, slow] });
    expect(
      lineOf(
        slower,
        holes([
          [3, 7],
          [30, 40],
        ]),
      ).values,
    ).toEqual([1, 2, null, 7, 8, 10, 20, null, 40]);
    expect(lineOf(slower, undefined).values).toEqual([1, 2, null, 7, 8, 10, 20, 40]);
    const faster = trend([0, 10, 20, 21, 22, 26], {
      ...{
        period_ms: 1_000,
        periods: [
          { ...slow, start_time: at(0) },
          { ...fast, start_time: at(20) },
        ],
      },
    });
    expect(lineOf(faster, undefined).values).toEqual([0, 10, 20, 21, 22, null, 26]);
  });

  it('is broken at a long silence where holes are unknown', () => {
    expect(lineOf(trend([1, 2, 4, 8]), undefined).values).toEqual([1, 2, 4, null, 8]);
  });

  it('keeps the lowest and highest of each interval, and the places that are not to be trusted', () => {
    const line = lineOf(
      trend([0, 10, 30], {
        ...{ interval_seconds: 10, min: [1, 2, '9007199254740993'], mean: [5, 6, 7], max: [9, 99, 10] },
        uncertain: [2],
      }),
      holes([[20, 30]]),
    );
    expect(line.values).toEqual([5, 6, null, 7]);
    expect(line.range).toEqual({ low: [1, 2, null, 9007199254740992], high: [9, 99, null, 10] });
    expect(line.uncertainIndexes).toEqual([3]);
  });

  it('of a boolean is drawn as 0 and 1, and of texts not at all', () => {
    expect(lineOf(trend([1, 2], { last: [true, false] }), undefined)).toMatchObject({
      kind: 'boolean',
      values: [1, 0],
    });
    expect(lineOf(trend([1, 2], { last: ['auto', 'hand'] }), undefined).kind).toBe('text');
    expect(lineOf(trend([1, 2], { last: ['9007199254740993', '9007199254740995'] }), undefined).kind).toBe(
      'number',
    );
  });
});
