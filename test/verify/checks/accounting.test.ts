import { describe, expect, it } from 'vitest';
import type { DatabaseContent, History } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { accounting } from './accounting.ts';

const judge = (history: History) => accounting(history, { settleMs: 5_000 });
const running = () => new RecordedHistory().started(0).assigned(10, 'c1');
const inDatabase = (ticks: number[]): DatabaseContent => ({
  sessions: [],
  eventSequences: [],
  checkpoint: undefined,
  misses: [],
  coverage: [],
  values: ticks.map((tick) => ({
    session: '7-1',
    device: 'press',
    periodMs,
    tick: tick0 + tick,
    epoch: 2,
    copies: 1,
    values: undefined,
  })),
});

describe('the account of ticks', () => {
  it('holds when every tick has its sample', () => {
    const { violations, ticks } = judge(running().polled(0, 19, { epoch: 2 }).readAt(20_000));
    expect(violations).toEqual([]);
    expect(ticks).toEqual({ expected: 15, stored: 15, quarantined: 0, gaps: {} });
  });

  it('holds when what is missing has a cause', () => {
    const history = running()
      .assigned(9_500, 'c2', 'failover')
      .polled(0, 3, { epoch: 2 })
      .polled(4, 5, { epoch: 2, miss: 'timeout' })
      .polled(10, 19, { epoch: 3, collector: 'c2' });
    const { violations, ticks } = judge(history.readAt(20_000));
    expect(violations).toEqual([]);
    expect(ticks).toMatchObject({ expected: 15, stored: 9, gaps: { timeout: 2, failover: 4 } });
  });

  it('tells ticks that came late, as their source had kept them, from those that a restart has lost', () => {
    const history = running()
      .polled(0, 3, { epoch: 2 })
      .polled(6, 8, { epoch: 2, sinceTick: tick0 + 6, sourceKept: true })
      .polled(12, 19, { epoch: 2, sinceTick: tick0 + 12 });
    const { violations, ticks } = judge(history.readAt(20_000));
    expect(violations).toEqual([]);
    expect(ticks).toMatchObject({ gaps: { delivered_late: 2, restart: 3 } });
  });

  it('holds when nothing had changed enough to be sent, with and without a database', () => {
    const history = running()
      .polled(0, 3, { epoch: 2 })
      .polled(4, 17, { epoch: 2, isUnchanged: true })
      .polled(18, 19, { epoch: 2 });
    for (const database of [undefined, inDatabase([0, 1, 2, 3, 18, 19])]) {
      const { violations, ticks } = judge(history.readAt(20_000, { database }));
      expect(violations).toEqual([]);
      expect(ticks).toMatchObject({ expected: 15, stored: 15 });
    }
  });

  it('counts the ticks of each device in its own period', () => {
    const history = running().polled(0, 19, { epoch: 2 });
    const devices = [
      { code: 'press', periodMs: 1_000 },
      { code: 'slow', periodMs: 5_000 },
    ];
    const configs = new Map([['7/1', { devices }]]);
    const { ticks } = judge(history.readAt(20_000, { configs }));
    expect(ticks).toMatchObject({ expected: 15 + 3, stored: 15 });
  });

  it('counts the ticks of a device whose period is changed by one length after the other', () => {
    const configs = new Map([
      ['7/1', { devices: [{ code: 'press', periodMs }] }],
      ['7/2', { devices: [{ code: 'press', periodMs: 100 }] }],
    ]);
    const changed = () => running().polled(0, 9, { epoch: 2 }).reconfigured(8_000, 10_000, 2);
    const settings = { epoch: 2, version: 2, lengthMs: 100 };
    const all = judge(changed().polled(100, 199, settings).readAt(20_000, { configs }));
    expect(all).toEqual({ violations: [], ticks: { expected: 60, stored: 60, quarantined: 0, gaps: {} } });
    // The change was heard of too late: a second was read in the former length.
    const late = changed().polled(10, 10, { epoch: 2 }).polled(110, 199, settings);
    expect(judge(late.readAt(20_000, { configs }))).toMatchObject({
      violations: [],
      ticks: { expected: 60, stored: 50, gaps: { reconfiguration: 10 } },
    });
    expect(judge(changed().readAt(20_000, { configs })).violations).toHaveLength(1);
  });

  it('does not miss the ticks of a pause', () => {
    const history = running()
      .paused(4_500)
      .resumed(10_000)
      .assigned(10_010, 'c1', 'resume')
      .polled(0, 4, { epoch: 2 })
      .polled(10, 19, { epoch: 5 });
    const { violations, ticks } = judge(history.readAt(20_000));
    expect(violations).toEqual([]);
    expect(ticks).toMatchObject({ expected: 10, stored: 10 });
  });

  it('fails when the holder fell silent and nothing explains it', () => {
    const { violations } = judge(running().polled(0, 5, { epoch: 2 }).readAt(20_000));
    expect(violations).toEqual([
      expect.objectContaining({
        ...{ invariant: 'I7', what: expect.stringContaining('nothing that explains it'), mayPass: true },
      }),
    ]);
  });

  it('has the time in which nothing ran explained by the first sample after it, however young that is', () => {
    const { violations, ticks } = judge(
      running().polled(0, 5, { epoch: 2 }).polled(19, 19, { epoch: 2 }).readAt(20_000),
    );
    expect(violations).toEqual([]);
    expect(ticks).toMatchObject({ expected: 15, stored: 6, gaps: { restart: 9 } });
  });

  it('waits for what may still be on its way', () => {
    expect(judge(running().polled(0, 14, { epoch: 2 }).readAt(20_000)).violations).toEqual([]);
  });

  it('counts as stored only what the database has', () => {
    const history = running().polled(0, 19, { epoch: 2 });
    const database = inDatabase([0, 1, 2, 3, 4, 5]);
    const { violations, ticks } = judge(history.readAt(20_000, { database }));
    expect(ticks).toMatchObject({ expected: 15, stored: 6 });
    expect(violations).toHaveLength(1);
  });

  it('counts what is in quarantine', () => {
    const quarantined = [
      { sequence: 3, tick: { session: '7-1', device: 'press', periodMs, tick: tick0 + 2 } },
    ];
    const history = running().polled(0, 1, { epoch: 2 }).polled(3, 19, { epoch: 2 });
    const { violations, ticks } = judge(history.readAt(20_000, { quarantined }));
    expect(violations).toEqual([]);
    expect(ticks).toMatchObject({ expected: 15, stored: 14, quarantined: 1, gaps: {} });
  });

  it('counts a tick as stored of which single values are in quarantine', () => {
    const tick = { session: '7-1', device: 'press', periodMs, tick: tick0 + 2 };
    const history = running().polled(0, 19, { epoch: 2 });
    const inPart = judge(history.readAt(20_000, { quarantined: [{ sequence: 3, tick, codes: ['count'] }] }));
    expect(inPart).toMatchObject({ violations: [], ticks: { expected: 15, stored: 15, quarantined: 0 } });
    const whole = judge(history.readAt(20_000, { quarantined: [{ sequence: 3, tick }] }));
    expect(whole).toMatchObject({ violations: [], ticks: { expected: 15, stored: 14, quarantined: 1 } });
  });

  it('fails when the configuration that gives the schedule is gone', () => {
    const history = running().polled(0, 19, { epoch: 2 }).readAt(20_000, { configs: new Map() });
    expect(judge(history).violations).toHaveLength(1);
  });
});
