import { describe, expect, it } from 'vitest';
import { epochMs, RecordedHistory } from '../testing/recorded-history.ts';
import { deviceRequests } from './device-requests.ts';

type Asked = readonly [atMs: number, connectionId: number];
const judge = (history: RecordedHistory, ...asked: Asked[]) => {
  const requests = asked.map(([atMs, connectionId]) => ({
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

  it('hold when the task was started anew', () => {
    expect(judge(running().stopped(5_000).started(20_000, 2), [21_000, 1])).toEqual([]);
  });
});
