import { describe, expect, it } from 'vitest';
import { epochMs, RecordedHistory } from '../testing/recorded-history.ts';
import { deviceRequests } from './device-requests.ts';

type RequestAt = readonly [atMs: number, connectionId: number];
const judge = (history: RecordedHistory, ...seenRequests: RequestAt[]) => {
  const requests = seenRequests.map(([atMs, connectionId]) => ({
    atMs: epochMs + atMs,
    device: 'press',
    connectionId,
  }));
  return deviceRequests(history.readAt(60_000, { requests }), { plantMs: 100, stopMs: 2_000 }).map(
    ({ invariant, what }) => `${invariant} ${what}`,
  );
};
const running = () => new RecordedHistory().started(0);

describe('requests that reached a device', () => {
  it('hold when connections follow one another', () => {
    expect(judge(running(), [1, 1], [1_000, 1], [2_000, 2], [3_000, 2], [4_000, 5])).toEqual([]);
  });

  it('hold when two requests at the same moment were read in the wrong order', () => {
    expect(judge(running(), [1_000, 2], [1_050, 1], [2_000, 2])).toEqual([]);
  });

  it('fail when a former connection goes on after a new one began', () => {
    expect(judge(running(), [1_000, 1], [2_000, 2], [3_000, 1])).toEqual([
      expect.stringContaining('I6 connection 1 asked 1000 ms after connection 2'),
    ]);
  });

  it('fail when a device is asked although its session is over', () => {
    const history = running().stopped(5_000);
    expect(judge(history, [4_000, 1], [6_000, 1])).toEqual([]);
    expect(judge(history, [4_000, 1], [8_000, 1])).toEqual([expect.stringContaining('I4 was asked')]);
  });

  it('fail when somebody asks who was not given the session last', () => {
    const history = running().assigned(100, 'c1').assigned(10_000, 'c2');
    const requestAt = (atMs: number, collector: string, connectionId: number) => ({
      atMs: epochMs + atMs,
      device: 'press',
      connectionId,
      collector,
    });
    const problems = (...requests: ReturnType<typeof requestAt>[]) =>
      deviceRequests(history.readAt(60_000, { requests }), { plantMs: 100, stopMs: 2_000 });
    expect(problems(requestAt(150, 'c1', 1), requestAt(10_050, 'c1', 1), requestAt(10_060, 'c2', 2))).toEqual(
      [],
    );
    expect(problems(requestAt(10_500, 'c1', 1))).toEqual([
      expect.objectContaining({ invariant: 'I6', what: expect.stringContaining('c2 had been given 500 ms') }),
    ]);
    expect(problems(requestAt(5_000, 'c3', 1))).toEqual([expect.objectContaining({ invariant: 'I6' })]);
  });

  it('hold when the task was started anew', () => {
    expect(judge(running().stopped(5_000).started(20_000, 2), [21_000, 1])).toEqual([]);
  });
});
