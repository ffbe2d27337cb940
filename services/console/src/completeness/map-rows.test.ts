import { expect, it } from 'vitest';
import { holeSize, mapRow, rowsOfHours, sumRow } from './map-rows.ts';

const periods = [
  { start_time: '2026-11-24T16:00:00Z', end_time: '2026-11-25T16:00:00Z' },
  { start_time: '2026-11-25T16:00:00Z', end_time: '2026-11-26T16:00:00Z' },
];
const counts = (expected: number, stored: number) => ({
  ...{ expected, stored, quarantined: 0, missing: expected - stored },
  ...{ missing_by_cause: {}, completeness: stored / expected },
});
const row = (
  session_id: string,
  missing: { period: number; cause: 'timeout' | 'failover'; ticks: number }[],
  due: { period: number; from: string; to: string }[] = [],
) =>
  mapRow(
    {
      ...{ session_id, task_code: 'press', task_name: '', status: 'running', device: null, sites: [] },
      ...{ values: null, never_delivered: null },
      counts: counts(20, 20 - missing.reduce((sum, { ticks }) => sum + ticks, 0)),
      by_period: {
        expected: [10, 10],
        stored: [10, 10],
        quarantined: [{ period: 0, ticks: 1 }],
        missing,
        due,
      },
    },
    periods,
  );

it('a hole is as great as what is missing, and the smallest loss has one', () => {
  const sizes = [1_000_000, 999_999, 995_000, 950_000, 500_000, 0].map((stored) =>
    holeSize({ expected: 1_000_000, stored }),
  );
  expect(sizes).toEqual([0, 1, 2, 3, 4, 5]);
  expect(holeSize({ expected: 0, stored: 0 })).toBe(0);
});

it('the causes of a field are ordered by their weight, those of the plant as the sum of its rows', () => {
  const rows = [
    row('1-1', [
      { period: 1, cause: 'timeout', ticks: 1 },
      { period: 1, cause: 'failover', ticks: 2 },
    ]),
    row('2-1', [{ period: 1, cause: 'timeout', ticks: 4 }]),
  ];
  expect(rows[0]?.cells[1]?.byCause).toEqual([
    ['failover', 2],
    ['timeout', 1],
  ]);
  expect(sumRow(rows, 'All')).toMatchObject({
    ...{ name: 'All', expected: 40, missing: 7 },
    cells: [
      { quarantined: 2, missing: 0 },
      {
        missing: 7,
        byCause: [
          ['timeout', 5],
          ['failover', 2],
        ],
      },
    ],
  });
});

it('hours stand below each other by the day of the plant, however many a day has', () => {
  const hours = Array.from({ length: 26 }, (_, hour) => ({
    start_time: new Date(Date.parse('2026-11-25T15:00:00Z') + hour * 3_600_000).toISOString(),
    end_time: new Date(Date.parse('2026-11-25T16:00:00Z') + hour * 3_600_000).toISOString(),
  }));
  const all = mapRow(
    {
      ...{ session_id: '1-1', task_code: 'press', task_name: '', status: 'running', device: null, sites: [] },
      ...{ values: null, never_delivered: null },
      counts: counts(26, 26),
      by_period: {
        expected: hours.map(() => 1),
        stored: hours.map(() => 1),
        quarantined: [],
        missing: [],
        due: [],
      },
    },
    hours,
  );
  const day = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  expect(rowsOfHours(all, day).map(({ name, cells }) => [name, cells.length])).toEqual([
    ['2026-11-25', 1],
    ['2026-11-26', 24],
    ['2026-11-27', 1],
  ]);
});

it('a day on which anything was due as a whole was due as a whole, else since the first of its rows', () => {
  const lateOnly = (from: string) => [{ period: 0, from, to: periods[0]?.end_time ?? '' }];
  const rows = [
    row('1-1', [], lateOnly('2026-11-25T13:14:00Z')),
    row('2-1', [], lateOnly('2026-11-25T12:00:00Z')),
  ];
  const dueOf = (...of: typeof rows) => sumRow(of, 'all').cells.map(({ due }) => due?.from);
  expect(dueOf(...rows)).toEqual(['2026-11-25T12:00:00Z', undefined]);
  expect(dueOf(...rows, row('3-1', []))).toEqual([undefined, undefined]);
});
