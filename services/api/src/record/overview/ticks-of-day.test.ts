import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { expect, it } from 'vitest';
import type { AccountingSources } from '../accounting/account-for-session.ts';
import { ticksOfDay } from './ticks-of-day.ts';

const hourMs = 3_600_000;

it('ticks of a device whose period was changed within the day are counted in all lengths', async () => {
  // Read every minute up to an hour ago, and every second from then on.
  const changedMs = Math.floor(Date.now() / hourMs) * hourMs - hourMs;
  const startedMs = changedMs - 10 * hourMs;
  const lastSecond = Math.floor(Date.now() / 1_000) - 60;
  const stored = (from: number, to: number): Coverage => ({
    ...{ stored: [{ from, to }], quarantined: [], missed: new Map(), sent: [], confirmed: [] },
  });
  const byPeriod = new Map([
    [60_000, stored(startedMs / 60_000, changedMs / 60_000 - 1)],
    [1_000, stored(changedMs / 1_000, lastSecond)],
  ]);
  const legs = [
    { fromMs: Number.NEGATIVE_INFINITY, configVersion: 1 },
    { fromMs: changedMs, configVersion: 2, sequence: 9 },
  ];
  const past = { intervals: [{ fromMs: startedMs, toMs: undefined }], placements: [], legs };
  const planOf = (version: number) => {
    const periodMs = version === 1 ? 60_000 : 1_000;
    return { periodMs, devices: [{ code: 'press', periodMs }] };
  };
  const sources = {
    pasts: { of: async () => new Map([['1-1', past]]) },
    plans: { of: async (_task: number, version: number) => planOf(version), prepare: async () => undefined },
    coverage: {
      readOf: async () => new Map([['1-1', new Map([['press', byPeriod]])]]),
      lackingOf: async () => new Map(),
    },
    settled: { now: async () => ({ beforeMs: Date.now(), wasAsked: true }) },
  } as unknown as AccountingSources;
  const session = { session_id: '1-1', task_id: 1, config_version: 2, started_at: new Date(startedMs) };
  const current = { ...session, last_sequence: 9 };
  const ticks = await ticksOfDay(sources, async () => [current])({ sites: 'everywhere' }, [current]);
  const read = 10 * 60 + lastSecond - changedMs / 1_000 + 1;
  const ofDevice = ticks?.of('1-1')?.devices.get('press')?.ticks;
  expect(ofDevice).toMatchObject({ stored: read });
  expect(ticks).toMatchObject({ stored: read, expected: ofDevice?.expected });
});
