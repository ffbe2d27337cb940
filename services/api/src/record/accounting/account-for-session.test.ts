import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { expect, it } from 'vitest';
import { type AccountingSources, accountForSession } from './account-for-session.ts';
import { pointsOf, valuesOf } from './count-values.ts';

const minute = 60_000;
const coverageStored = (from: number, to: number): Coverage => ({
  ...{ stored: [{ from, to }], quarantined: [], missed: new Map(), sent: [], confirmed: [] },
});
const lacks = (cause: 'timeout' | 'exception', from: number, to: number) => ({
  untold: [],
  sets: [{ ticks: [{ from, to }], points: [{ cause, period_ms: minute, codes: ['flow'] }] }],
});

it('values of a device whose period was changed are counted in ticks of all lengths, and points that deliver none since', async () => {
  // Two points are read every minute; from minute 110 on, the first one every second.
  const legs = [
    { fromMs: Number.NEGATIVE_INFINITY, configVersion: 1 },
    { fromMs: 110 * minute, configVersion: 2, sequence: 9 },
  ];
  const past = { intervals: [{ fromMs: 100 * minute, toMs: undefined }], placements: [], legs };
  const plans = {
    of: async (_task: number, version: number) => ({
      periodMs: minute,
      devices: [
        version === 1
          ? { code: 'press', periodMs: minute, rates: [{ periodMs: minute, points: 2 }] }
          : {
              ...{ code: 'press', periodMs: 1_000 },
              rates: [
                { periodMs: 1_000, points: 1 },
                { periodMs: minute, points: 1 },
              ],
            },
      ],
    }),
  };
  const ofDevice = <T>(lengths: [number, T][]) => new Map([['1-1', new Map([['press', new Map(lengths)]])]]);
  const second = (at: number) => (at * minute) / 1_000;
  const coverage = {
    readOf: async () =>
      ofDevice([
        [minute, coverageStored(100, 109)],
        [1_000, coverageStored(second(110), second(120) - 1)],
      ]),
    // The points were lacking only at times during the slow period, and not at all since.
    lackingOf: async () =>
      ofDevice([
        [minute, lacks('timeout', 105, 109)],
        [1_000, lacks('exception', second(110), second(120) - 1)],
      ]),
  };
  const settled = { now: async () => ({ beforeMs: 120 * minute, wasAsked: true }) };
  const pasts = { of: async () => new Map([['1-1', past]]) };
  const session = { session_id: '1-1', task_id: 1, config_version: 2, last_sequence: 9 };
  const account = await accountForSession(
    { pasts, plans, coverage, settled } as unknown as AccountingSources,
    {
      session: { ...session, started_at: new Date(100 * minute) } as never,
      to: new Date(120 * minute),
      withValues: true,
    },
  );
  const devices = account?.devices ?? [];
  expect(devices.map(({ periodMs }) => periodMs)).toEqual([minute, 1_000]);
  const byCause = { timeout: 5, exception: 10 };
  expect(valuesOf(devices)).toEqual({ expected: 20 + 610, delivered: 15 + 600, by_cause: byCause });
  expect(pointsOf(devices)).toEqual([{ point: 'flow', expected: 20, delivered: 5, by_cause: byCause }]);
  expect(devices.flatMap(({ values }) => values?.neverDelivered)).toEqual([
    { code: 'flow', sinceMs: 110 * minute, cause: 'exception' },
  ]);
});

it('others have their turn before each device that lacks points', async () => {
  const codes = ['press', 'mill', 'saw'];
  const plan = {
    periodMs: minute,
    devices: codes.map((code) => ({ code, periodMs: minute, rates: [{ periodMs: minute, points: 2 }] })),
  };
  let turn = 0;
  let isOver = false;
  const nextTurn = () => {
    turn += 1;
    if (!isOver) setImmediate(nextTurn);
  };
  const turns: number[] = [];
  /** Notes when a device is looked up. */
  class Noted<T> extends Map<string, T> {
    override get(code: string): T | undefined {
      turns.push(turn);
      return super.get(code);
    }
  }
  const lacked = codes.map((code) => [code, new Map([[minute, lacks('timeout', 100, 104)]])] as const);
  const coverage = {
    readOf: async () =>
      new Map([['1-1', new Map(codes.map((code) => [code, new Map([[minute, coverageStored(100, 109)]])]))]]),
    lackingOf: async () => {
      nextTurn();
      return new Map([['1-1', new Noted(lacked)]]);
    },
  };
  const past = { intervals: [{ fromMs: 100 * minute, toMs: undefined }], placements: [], legs: [] };
  const sources = {
    pasts: { of: async () => new Map([['1-1', past]]) },
    plans: { of: async () => plan },
    settled: { now: async () => ({ beforeMs: 110 * minute, wasAsked: true }) },
    coverage,
  };
  const session = { session_id: '1-1', task_id: 1, config_version: 1, last_sequence: 9 };
  const account = await accountForSession(sources as unknown as AccountingSources, {
    session: { ...session, started_at: new Date(100 * minute) } as never,
    to: new Date(110 * minute),
    withValues: true,
  });
  isOver = true;
  expect(account?.devices).toHaveLength(codes.length);
  expect(new Set(turns).size).toBe(codes.length);
});
