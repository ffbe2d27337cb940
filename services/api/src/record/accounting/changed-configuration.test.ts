import { lackCauses } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { PointRate } from '@holdfast/shared/domain/gaps/point-values.ts';
import { describe, expect, it } from 'vitest';
import { type AccountingSources, accountForSession } from './account-for-session.ts';
import { neverDelivered } from './count-values.ts';

const minute = 60_000;
const tickMs = 10 * minute;
const [cause] = lackCauses;

interface Version {
  /** Minute from which the version is in force; the first version is in force from the start. */
  readonly from?: number;
  /** Numbers of points by device code and period in minutes; the shortest period is that of the ticks. */
  readonly devices: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/** A point that ticks lack, from the first of them to the last, in minutes. */
interface Lacked {
  readonly device?: string;
  readonly code: string;
  readonly every?: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Looks, at a given minute, at a session that started at minute 100 and has read every tick of its devices, of ten
 * minutes each.
 */
async function lookedAt(now: number, versions: readonly Version[], lacking: readonly Lacked[]) {
  const legs = versions.map(({ from }, index) => ({
    fromMs: from === undefined ? Number.NEGATIVE_INFINITY : from * minute,
    configVersion: index + 1,
    ...(index > 0 && { sequence: index }),
  }));
  const ratesOf = (points: Readonly<Record<number, number>>): PointRate[] =>
    Object.entries(points).map(([every, count]) => ({ periodMs: Number(every) * minute, points: count }));
  const planOf = async (_task: number, version: number) => ({
    periodMs: tickMs,
    devices: Object.entries(versions[version - 1]?.devices ?? {}).map(([code, points]) => {
      const rates = ratesOf(points);
      return { code, periodMs: Math.min(...rates.map(({ periodMs }) => periodMs)), rates };
    }),
  });
  const codes = [...new Set(versions.flatMap(({ devices }) => Object.keys(devices)))];
  const lengths = [tickMs, minute];
  const covered = new Map(
    codes.map((code) => [
      code,
      new Map(
        lengths.map((length) => {
          const stored = [{ from: (100 * minute) / length, to: (now * minute) / length }];
          return [length, { stored, quarantined: [], missed: new Map(), sent: [], confirmed: [] }];
        }),
      ),
    ]),
  );
  const lacked = new Map(
    codes.map((device) => [
      device,
      new Map([
        [
          tickMs,
          {
            untold: [],
            sets: lacking
              .filter((each) => (each.device ?? 'press') === device)
              .map(({ code, every = 10, from, to }) => ({
                ticks: [{ from: Math.ceil(from / 10), to: Math.floor(to / 10) }],
                points: [{ cause, period_ms: every * minute, codes: [code] }],
              })),
          },
        ],
      ]),
    ]),
  );
  const sources = {
    pasts: {
      of: async () =>
        new Map([['1-1', { intervals: [{ fromMs: 100 * minute, toMs: undefined }], placements: [], legs }]]),
    },
    plans: { of: planOf },
    coverage: {
      readOf: async () => new Map([['1-1', covered]]),
      lackingOf: async () => new Map([['1-1', lacked]]),
    },
    settled: { now: async () => ({ beforeMs: now * minute, wasAsked: true }) },
  } as unknown as AccountingSources;
  const session = { session_id: '1-1', task_id: 1, config_version: versions.length, last_sequence: 9 };
  const account = await accountForSession(sources, {
    session: { ...session, started_at: new Date(100 * minute) } as never,
    to: new Date(now * minute),
    withValues: true,
  });
  const devices = account?.devices ?? [];
  return {
    never: neverDelivered(devices).map(({ device, point, since }) => [
      device,
      point,
      Date.parse(since) / minute,
    ]),
    expected: devices.reduce((sum, { values }) => sum + (values?.expected ?? Number.NaN), 0),
  };
}

describe('points that deliver nothing, after a change of configuration', () => {
  const flow = { code: 'flow', from: 100, to: 110 };

  it('are no more those that it has removed, be it before the first tick that is read without them', async () => {
    const versions: Version[] = [
      { devices: { press: { 10: 2 } } },
      { from: 113, devices: { press: { 10: 1 } } },
    ];
    expect((await lookedAt(112, versions, [flow])).never).toEqual([['press', 'flow', 100]]);
    expect((await lookedAt(115, versions, [flow])).never).toEqual([]);
    expect(await lookedAt(125, versions, [flow])).toEqual({ never: [], expected: 2 + 2 + 1 });
  });

  it('are no more those of a device that it has removed; what they were to give stays counted', async () => {
    const versions: Version[] = [
      { devices: { press: { 10: 2 }, mill: { 10: 1 } } },
      { from: 113, devices: { mill: { 10: 1 } } },
    ];
    expect((await lookedAt(112, versions, [flow])).never).toEqual([['press', 'flow', 100]]);
    for (const now of [115, 125]) expect((await lookedAt(now, versions, [flow])).never).toEqual([]);
    expect((await lookedAt(125, versions, [flow])).expected).toBe(2 * 2 + 3);
  });

  it('are still those that it has left, also before a value of theirs is due again', async () => {
    const slow = { code: 'flow', every: 30, from: 100, to: 145 };
    const press = { 10: 1, 30: 1 };
    const versions: Version[] = [
      { devices: { press, mill: { 10: 1 } } },
      { from: 123, devices: { press, mill: { 10: 2 } } },
    ];
    for (const now of [125, 145]) {
      expect((await lookedAt(now, versions, [slow])).never).toEqual([['press', 'flow', 120]]);
    }
  });

  it('are as before while it is not in force, be it another length of ticks', async () => {
    const versions: Version[] = [
      { devices: { press: { 10: 2 } } },
      { from: 116, devices: { press: { 1: 2 } } },
    ];
    expect((await lookedAt(115, versions, [flow])).never).toEqual([['press', 'flow', 100]]);
  });

  it('are those that it has added from the first value on that is due by it', async () => {
    const versions: Version[] = [
      { devices: { press: { 10: 1 } } },
      { from: 123, devices: { press: { 10: 1, 30: 1 } } },
    ];
    // If the time begins within a period of the point, whether the point was read in it is unknown.
    const gas = { code: 'gas', every: 30, from: 130, to: 165 };
    expect(await lookedAt(145, versions, [gas])).toEqual({ never: [], expected: 5 });
    expect(await lookedAt(165, versions, [gas])).toEqual({ never: [['press', 'gas', 150]], expected: 7 + 1 });
  });
});
