import { describe, expect, it } from 'vitest';
import type { DeviceChanges } from '../device-queries.ts';
import { availabilityOf, healthLanes } from './health-spans.ts';

const begin = Date.parse('2026-11-01T00:00:00Z');
const at = (minute: number) => new Date(begin + minute * 60_000).toISOString();
const change = (minute: number, to: DeviceChanges[number]['to'], session_id = '7-1') => ({
  ...{ sequence: minute + 1, session_id, device: 'press', collector_id: 'c1' },
  ...{ from: null, to, detail: `${to} now`, time: at(minute) },
});
const running = { id: '7-1', status: 'running', stopped_at: null } as const;
const time = { from: begin, to: begin + 100 * 60_000 };
const told = (changes: DeviceChanges, sessions: Parameters<typeof healthLanes>[1] = [running]) =>
  healthLanes(changes, sessions, time).map(({ task, spans }) => ({
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
    expect(told(changes)).toEqual([
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
    const ended = { id: '7-1', status: 'stopped', stopped_at: at(40) } as const;
    expect(told(changes, [ended, { ...running, id: '7-2' }])).toEqual([
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
    expect(told(changes, [running, { ...running, id: '12-1' }]).map(({ task }) => task)).toEqual(['7', '12']);
  });

  it('is one state over a change of its holder', () => {
    const changes = [change(60, 'healthy'), change(10, 'healthy')];
    expect(told(changes)[0]?.spans).toEqual([['healthy', 10, 100, 'now']]);
  });

  it('knows nothing before the first change, and of a paused session nothing of now', () => {
    const paused = { ...running, status: 'paused' } as const;
    expect(told([change(30, 'healthy')], [paused])[0]?.spans).toEqual([['healthy', 30, 100]]);
    expect(told([])).toEqual([]);
  });
});

describe('how much of the time a device answered', () => {
  it('counts an outage once, however it went on', () => {
    const changes = [change(90, 'healthy'), change(70, 'error'), change(60, 'timeout'), change(0, 'healthy')];
    const [lane] = healthLanes(changes, [running], time);
    expect(availabilityOf(lane?.spans ?? [])).toEqual({
      known: 100 * 60_000,
      answering: 70 * 60_000,
      outages: 1,
      longest: 30 * 60_000,
    });
  });
});
