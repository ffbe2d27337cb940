import type { HistoryPoint, HistoryQuery } from '@holdfast/sample-store/sample-store.ts';
import { expect, it } from 'vitest';
import type { ExportedPoint } from './exported-values.ts';
import { type WideRow, wideRows } from './wide-rows.ts';

const hourMs = 3_600_000;
const [start, end] = [new Date(0), new Date(2 * hourMs)];

it('rows have the values of all points by time, whatever their periods, with few values in memory', async () => {
  const timesOf: Readonly<Record<string, readonly number[]>> = {
    often: Array.from({ length: 7_200 }, (_, second) => second * 1_000),
    seldom: [0, 90_000, 7_100_000],
    between: [500, 3_600_500],
    twice: [2_000, 2_000],
    never: [],
  };
  const points = Object.keys(timesOf).map(
    (pointCode): ExportedPoint => ({
      ...{ device: { deviceCode: 'press', measurement: 'press' }, pointCode, name: '', unit: '' },
    }),
  );
  let [mostValues, underWay, mostAtOnce] = [0, 0, 0];
  const samples = {
    history: async ({ pointCode, start, end, limit }: HistoryQuery) => {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      const values = (timesOf[pointCode] ?? [])
        .filter((ms) => ms >= start.getTime() && ms < end.getTime())
        .slice(-limit)
        .map(
          (ms): HistoryPoint => ({
            ...{ time: new Date(ms), device: 'press', pointCode, value: ms / 1_000 },
            quality: pointCode === 'seldom' && ms === 90_000 ? 'uncertain' : 'good',
          }),
        );
      mostValues = Math.max(mostValues, values.length);
      return values;
    },
    aggregate: async () => [],
  };
  const { signal } = new AbortController();
  const options = { samples, start, end, spans: undefined, signal, atOnce: 500 };
  const rows: WideRow[] = [];
  for await (const batch of wideRows(points, options, ({ figures: [value = null] }) => value))
    rows.push(...batch);
  const rowAt = (ms: number) => rows.filter(({ timeMs }) => timeMs === ms).map(({ cells }) => cells);
  // 7,200 seconds, two times between them, and a time with two values of one point.
  expect(rows).toHaveLength(7_203);
  expect(rows.map(({ timeMs }) => timeMs)).toEqual(
    rows.map(({ timeMs }) => timeMs).toSorted((one, other) => one - other),
  );
  expect(rowAt(0)).toEqual([[0, 0, null, null, null]]);
  expect(rowAt(500)).toEqual([[null, null, 0.5, null, null]]);
  expect(rowAt(2_000)).toEqual([
    [2, null, null, 2, null],
    [null, null, null, 2, null],
  ]);
  expect(rowAt(7_100_000)).toEqual([[7_100, 7_100, null, null, null]]);
  expect(rows.filter(({ uncertain }) => uncertain.length > 0)).toEqual([
    { timeMs: 90_000, cells: [90, 90, null, null, null], uncertain: [1] },
  ]);
  for (const [place, times] of Object.values(timesOf).entries())
    expect(rows.filter(({ cells }) => cells[place] !== null)).toHaveLength(times.length);
  expect(mostValues).toBeLessThanOrEqual(101);
  expect(mostAtOnce).toBe(3);
});
