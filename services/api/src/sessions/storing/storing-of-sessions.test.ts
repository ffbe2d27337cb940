import type { NewestTick } from '@holdfast/sample-store/tick-coverage.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { describe, expect, it } from 'vitest';
import { BrokerUnavailable } from '../../ports.ts';
import { storingOfSessions } from './storing-of-sessions.ts';

const now = new Date('2026-07-03T12:00:00Z');
const nowMs = now.getTime();
const ago = (seconds: number) => nowMs - seconds * 1_000;
const refusal = {
  session: '1-1',
  device: 'press-2',
  point_codes: ['run'],
  points: 1,
  reason: 'run: InfluxDB 422: field type conflict',
  since: now.toISOString(),
  last: now.toISOString(),
  ticks: 9,
};

interface Situation {
  /** Seconds ago, by device: press-1 has a tick every second, press-2 every ten. */
  readonly stored?: Readonly<Record<string, number>>;
  readonly placed?: number;
  readonly settled?: number;
  readonly writers?: Partial<SinkStatus>[];
  readonly isBrokerAway?: boolean;
}

async function storingOf({
  stored = {},
  placed = 600,
  settled = 10,
  writers = [{}],
  isBrokerAway,
}: Situation) {
  const periods = { 'press-1': 1_000, 'press-2': 10_000 } as const;
  const newest = Object.entries(stored).map(
    ([deviceCode, seconds]): NewestTick => ({
      sessionId: '1-1',
      deviceCode,
      timeMs: ago(seconds),
    }),
  );
  const statuses = writers.map(
    (changes) =>
      ({
        updated_at: now.toISOString(),
        records_ticks: true,
        refused: [],
        ...changes,
      }) as unknown as SinkStatus,
  );
  const sources = {
    coverage: { newest: async () => newest },
    settled: { now: async () => ({ beforeMs: ago(settled), wasAsked: true }) },
    slownessMs: () => 0,
    sinks: {
      statuses: async () => {
        if (isBrokerAway) throw new BrokerUnavailable('away');
        return statuses;
      },
    },
  };
  const devices = Object.entries(periods).map(([code, periodMs]) => ({ code, periodMs }));
  const session = {
    sessionId: '1-1',
    placedMs: ago(placed),
    plan: { periodMs: 1_000, devices },
    freshWithinMs: 15_000,
  };
  return (await storingOfSessions(sources, [session], now)).get('1-1');
}

describe('whether a session is stored', () => {
  it.each<[string, Situation, string]>([
    ['one of its devices has a fresh tick on record', { stored: { 'press-1': 2, 'press-2': 500 } }, 'stored'],
    ['the youngest is of the slower device', { stored: { 'press-2': 5 } }, 'stored'],
    [
      'values of one device are refused',
      { stored: { 'press-1': 2 }, writers: [{ refused: [refusal] }] },
      'refused_in_part',
    ],
    ['nothing new is on record, though the writer is through', { stored: { 'press-1': 60 } }, 'not_stored'],
    ['nothing ever was', {}, 'not_stored'],
    ['the writer lags', { stored: { 'press-1': 60 }, settled: 70 }, 'unknown'],
    ['it was placed just now', { stored: { 'press-1': 6_000 }, placed: 20 }, 'unknown'],
    ['no writer is alive', { writers: [] }, 'unknown'],
    ['the only writer is gone', { writers: [{ updated_at: new Date(ago(60)).toISOString() }] }, 'unknown'],
    ['a writer keeps no record', { writers: [{}, { records_ticks: false }] }, 'unknown'],
    ['the broker cannot be asked', { isBrokerAway: true }, 'unknown'],
  ])('%s', async (_what, situation, state) => {
    expect(await storingOf(situation)).toMatchObject({ state });
  });

  it('tells how far the writer lags', async () => {
    expect(await storingOf({ stored: { 'press-1': 60 }, settled: 70 })).toMatchObject({
      detail:
        'what it has read lately may still be on its way, and the writer is 70 s behind: GET /api/system/sinks/ says what holds it up',
    });
  });

  it('tells why nothing is, and since when', async () => {
    const storing = await storingOf({ stored: { 'press-1': 60 }, writers: [{ refused: [refusal] }] });
    expect(storing).toEqual({
      state: 'not_stored',
      last_stored: new Date(ago(60)).toISOString(),
      refused: [refusal],
      detail:
        'it is read, but nothing of it is stored since 2026-07-03T11:59:00.000Z: press-2, 1 point (run: InfluxDB 422: field type conflict)',
    });
  });
});
