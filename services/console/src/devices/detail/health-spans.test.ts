import { describe, expect, it } from 'vitest';
import type { DeviceChanges, DeviceGap } from '../device-queries.ts';
import { availabilityOf, healthLanes } from './health-spans.ts';

const begin = Date.parse('2026-11-01T00:00:00Z');
const at = (minute: number) => new Date(begin + minute * 60_000).toISOString();
const change = (minute: number, to: DeviceChanges[number]['to'], session_id = '7-1') => ({
  ...{ sequence: minute + 1, session_id, device: 'press', collector_id: 'c1' },
  ...{ from: null, to, detail: `${to} now`, time: at(minute) },
});
const running = { id: '7-1', status: 'running', stopped_at: null } as const;
const time = { from: begin, to: begin + 100 * 60_000 };
const gap = (from: number, to: number, cause: DeviceGap['cause'], goesOn = false): DeviceGap => ({
  ...{ session_id: '7-1', cause, goesOn, start_time: at(from), end_time: at(to) },
});
const spansOf = (
  changes: DeviceChanges,
  sessions: Parameters<typeof healthLanes>[1] = [running],
  gaps: readonly DeviceGap[] = [],
) =>
  healthLanes({ changes, gaps }, sessions, time).map(({ task, spans }) => ({
    task,
    spans: spans.map(({ status, from, to, isNow }) => [
      status,
      (from - begin) / 60_000,
      (to - begin) / 60_000,
      ...(isNow ? ['now'] : []),
    ]),
  }));

describe('the history of a device', () => {
  it('has a state until the next one, and the last one until now', () => {
    const changes = [change(60, 'timeout'), change(10, 'healthy')];
    expect(spansOf(changes)).toEqual([
      {
        task: '7',
        spans: [
          ['healthy', 10, 60],
          ['timeout', 60, 100, 'now'],
        ],
      },
    ]);
  });

  it('ends with its session, and goes on with the next one of the task', () => {
    const changes = [change(70, 'healthy', '7-2'), change(10, 'timeout')];
    const endedSession = { id: '7-1', status: 'stopped', stopped_at: at(40) } as const;
    expect(spansOf(changes, [endedSession, { ...running, id: '7-2' }])).toEqual([
      {
        task: '7',
        spans: [
          ['timeout', 10, 40],
          ['healthy', 70, 100, 'now'],
        ],
      },
    ]);
  });

  it('has a lane for each task that has it read', () => {
    const changes = [change(70, 'healthy', '12-1'), change(10, 'healthy', '7-1')];
    expect(spansOf(changes, [running, { ...running, id: '12-1' }]).map(({ task }) => task)).toEqual([
      '7',
      '12',
    ]);
  });

  it('is one state over a change of its holder', () => {
    const changes = [change(60, 'healthy'), change(10, 'healthy')];
    expect(spansOf(changes)[0]?.spans).toEqual([['healthy', 10, 100, 'now']]);
  });

  it('is not read while its session has no holder, whatever was reported before', () => {
    const changes = [change(60, 'healthy'), change(10, 'healthy')];
    const gaps = [gap(8, 10, 'waiting'), gap(50, 61, 'failover')];
    expect(spansOf(changes, [running], gaps)[0]?.spans).toEqual([
      ['unread', 8, 10],
      ['healthy', 10, 50],
      ['unread', 50, 61],
      ['healthy', 61, 100, 'now'],
    ]);
    const [lane] = healthLanes({ changes, gaps }, [running], time);
    expect(lane?.spans.map(({ cause }) => cause)).toEqual(['waiting', undefined, 'failover', undefined]);
  });

  it('is not read now while that goes on, until it is reported again', () => {
    const going = [gap(50, 90, 'waiting', true)];
    expect(spansOf([change(10, 'healthy')], [running], going)[0]?.spans).toEqual([
      ['healthy', 10, 50],
      ['unread', 50, 100, 'now'],
    ]);
    expect(spansOf([change(95, 'healthy'), change(10, 'healthy')], [running], going)[0]?.spans).toEqual([
      ['healthy', 10, 50],
      ['unread', 50, 95],
      ['healthy', 95, 100, 'now'],
    ]);
  });

  it('is not known where nothing has arrived', () => {
    const silentGaps = [gap(50, 90, 'not_arrived', true)];
    expect(spansOf([change(10, 'healthy')], [running], silentGaps)[0]?.spans).toEqual([
      ['healthy', 10, 50],
      ['unknown', 50, 100, 'now'],
    ]);
  });

  it('knows nothing before the first change, and of a paused session nothing of now', () => {
    const paused = { ...running, status: 'paused' } as const;
    expect(spansOf([change(30, 'healthy')], [paused])[0]?.spans).toEqual([['healthy', 30, 100]]);
    expect(spansOf([])).toEqual([]);
  });
});

describe('how much of the time a device answered', () => {
  it('counts an outage once, however it went on', () => {
    const changes = [change(90, 'healthy'), change(70, 'error'), change(60, 'timeout'), change(0, 'healthy')];
    const [lane] = healthLanes({ changes, gaps: [] }, [running], time);
    expect(availabilityOf(lane?.spans ?? [])).toEqual({
      knownMs: 100 * 60_000,
      answeringMs: 70 * 60_000,
      outages: 1,
      longestMs: 30 * 60_000,
    });
  });

  it('counts time in which it was not read as such, and leaves out what is not known', () => {
    const gaps = [gap(20, 30, 'failover'), gap(60, 100, 'not_arrived', true)];
    const [lane] = healthLanes({ changes: [change(0, 'healthy')], gaps }, [running], time);
    expect(availabilityOf(lane?.spans ?? [])).toEqual({
      knownMs: 60 * 60_000,
      answeringMs: 50 * 60_000,
      outages: 1,
      longestMs: 10 * 60_000,
    });
  });
});
