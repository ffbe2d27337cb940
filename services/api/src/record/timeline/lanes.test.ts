import { describe, expect, it } from 'vitest';
import { bucketsOf } from '../accounting/ribbon.ts';
import { deviceLanes } from './device-lanes.ts';
import { eventCounts, holderLane, type LaneEvent, lifeLane } from './log-lanes.ts';

const minute = 60_000;
const at = (minutes: number) => new Date(minutes * minute).toISOString();
const buckets = (from: number, to: number, count: number) =>
  bucketsOf(new Date(from * minute), new Date(to * minute), count);
const event = (minutes: number, type: string, about: Partial<LaneEvent> = {}): LaneEvent => ({
  ...{ sequence: minutes, type, timeMs: minutes * minute, by: 'Li Wei', reason: null, collectorId: null },
  isAbnormal: false,
  ...about,
});
const assigned = (minutes: number, collectorId: string, reason = 'start') =>
  event(minutes, 'assigned', { collectorId, reason });

describe('the lanes of a log', () => {
  const story = [
    event(0, 'started'),
    assigned(1, 'c1'),
    event(10, 'failed', { reason: 'no such register', isAbnormal: true }),
    event(20, 'resumed', { reason: 'recover', isAbnormal: true }),
    assigned(21, 'c2', 'recovery'),
    event(30, 'paused', { reason: 'mould change' }),
    event(40, 'resumed', { reason: 'resume' }),
    assigned(41, 'c2', 'resume'),
    event(50, 'stopped'),
  ];
  const short = ({
    from,
    to,
    ...rest
  }: {
    from: string;
    to: string;
    state?: string;
    collector_id?: string;
  }) => [rest.state ?? rest.collector_id, Date.parse(from) / minute, Date.parse(to) / minute];

  it('tell what the session did and who held it, without a hole in the one and with holes in the other', () => {
    const whole = buckets(0, 60, 60);
    expect(lifeLane(story, whole).map(short)).toEqual([
      ['running', 0, 10],
      ['failed', 10, 20],
      ['running', 20, 30],
      ['paused', 30, 40],
      ['running', 40, 50],
      ['stopped', 50, 60],
    ]);
    expect(holderLane(story, whole).map(short)).toEqual([
      ['c1', 1, 10],
      ['c2', 21, 30],
      ['c2', 41, 50],
    ]);
    expect(holderLane(story, whole).map(({ number, epoch }) => [number, epoch])).toEqual([
      [1, 1],
      [2, 21],
      [3, 41],
    ]);
  });

  it('are cut to the time asked for, and go on to its end', () => {
    const some = buckets(5, 25, 20);
    expect(lifeLane(story, some).map(short)).toEqual([
      ['running', 5, 10],
      ['failed', 10, 20],
      ['running', 20, 25],
    ]);
    expect(holderLane(story.slice(0, 5), some).map(short)).toEqual([
      ['c1', 5, 10],
      ['c2', 21, 25],
    ]);
  });

  it('have two parts for each bucket at most, however much has happened', () => {
    const busy = [
      event(0, 'started'),
      ...Array.from({ length: 20_000 }, (_, index) =>
        event(1 + index / 20, 'assigned', { collectorId: `c${index % 2}`, sequence: index + 1 }),
      ),
    ];
    const lane = holderLane(busy, buckets(0, 1_001, 400));
    expect(lane.length).toBeGreaterThan(100);
    expect(lane.length).toBeLessThanOrEqual(800);
    expect(lane.reduce((sum, { joined }) => sum + joined, 0)).toBe(20_000);
    expect(lane.at(-1)).toMatchObject({ number: 20_000, to: at(1_001) });
    expect(lane[0]?.from).toBe(at(1));
  });

  it('count events by bucket', () => {
    expect(eventCounts(story, buckets(0, 60, 3))).toEqual([
      { bucket: 0, count: 3, abnormal: 1 },
      { bucket: 1, count: 3, abnormal: 1 },
      { bucket: 2, count: 3, abnormal: 0 },
    ]);
  });
});

describe('the lanes of devices', () => {
  const change = (minutes: number, from: 'healthy' | 'timeout' | null, to: 'healthy' | 'timeout') => ({
    ...{ v: 1 as const, session: '1-1', task: '1', device_id: '1', device: 'press', collector: 'c1' },
    ...{ from, to, detail: to === 'timeout' ? 'no answer' : '', time: at(minutes) },
  });
  const press = {
    device: 'press',
    periodMs: minute,
    gaps: [{ from: 20, to: 24, cause: 'timeout' as const, events: [] }],
  };
  const parts = (
    changes: readonly ReturnType<typeof change>[],
    latest: readonly ReturnType<typeof change>[] = [],
    [from, to, end] = [10, 60, 50],
  ) =>
    deviceLanes([press], { changes, latest }, buckets(from, to, 100), end * minute)[0]?.health.map(
      ({ status, from, to }) => [status, Date.parse(from) / minute, Date.parse(to) / minute],
    );

  it('say how a device was, and nothing of it beyond the end', () => {
    expect(
      parts([change(0, null, 'healthy'), change(20, 'healthy', 'timeout'), change(25, 'timeout', 'healthy')]),
    ).toEqual([
      ['healthy', 10, 20],
      ['timeout', 20, 25],
      ['healthy', 25, 50],
    ]);
  });

  it('go back from the first change that is known to what was before, and else to the last of all', () => {
    expect(parts([change(20, 'healthy', 'timeout')])).toEqual([
      ['healthy', 10, 20],
      ['timeout', 20, 50],
    ]);
    expect(parts([], [change(5, 'healthy', 'timeout')])).toEqual([['timeout', 10, 50]]);
    expect(parts([], [change(55, 'healthy', 'timeout')])).toEqual([]);
  });

  it('name the worst of what is too short to be shown apart, and how much that was', () => {
    const changes = [12, 14, 16].flatMap((each) => [
      change(each, 'healthy', 'timeout'),
      change(each + 1, 'timeout', 'healthy'),
    ]);
    const [device] = deviceLanes([press], { changes, latest: [] }, buckets(10, 1_010, 100), 1_010 * minute);
    expect(device?.health).toEqual([
      { status: 'timeout', detail: 'no answer', joined: 6, from: at(10), to: at(17) },
      { status: 'healthy', detail: '', joined: 1, from: at(17), to: at(1_010) },
    ]);
    expect(device?.gaps).toEqual([{ from: at(20), to: at(25), ticks: 5 }]);
  });
});
