import { describe, expect, it } from 'vitest';
import type { SentCommand } from '../world/sent-command.ts';
import { costOf } from './cost.ts';

const sources = {
  window: { fromMs: 10_000, toMs: 40_000 },
  healedAtMs: 30_000,
  steadyAtMs: 31_000,
  storedAfterMs: undefined,
  periodsMs: new Map([
    ['press-1', 500],
    ['press-2', 500],
  ]),
  hurt: new Set(['c1']),
  requests: [],
  commands: [],
  storedAtMs: new Map(),
  sessions: [],
  led: [],
};
const requestsTo = (device: string, collector: string, fromMs: number, toMs: number) =>
  Array.from({ length: (toMs - fromMs) / 500 + 1 }, (_, index) => ({
    ...{ device, collector, connectionId: 1 },
    atMs: fromMs + index * 500,
  }));
const command = (sentAtMs: number, answeredAtMs: number, status?: number | 'left'): SentCommand => ({
  ...{ id: '', command: 'stop', taskId: '1', sessionId: '1-1', answer: 'unknown' },
  ...{ sentAtMs, answeredAtMs, status },
});

describe('the cost of a fault', () => {
  it('is nothing where devices are asked all the while and commands are taken', () => {
    const requests = [...requestsTo('press-1', 'c1', 0, 40_000), ...requestsTo('press-2', 'c2', 0, 40_000)];
    expect(costOf({ ...sources, requests, commands: [command(11_000, 11_100, 409)] })).toEqual({
      unreadMs: { hurt: 0, others: 0 },
      handOverMs: undefined,
      refusedMs: 0,
      refusedWithLeaderMs: 0,
      untakenWithLeaderMs: 0,
      shownAfterMs: undefined,
      readAfterMs: undefined,
      steadyAfterMs: 1_000,
    });
  });

  it('counts a device to the part of who held it when it began, and the time until another client asks', () => {
    const requests = [
      ...requestsTo('press-1', 'c1', 0, 20_000),
      ...requestsTo('press-1', 'c2', 21_500, 40_000),
      ...requestsTo('press-2', 'c2', 0, 40_000),
    ];
    expect(costOf({ ...sources, requests })).toMatchObject({
      unreadMs: { hurt: 1_000, others: 0 },
      handOverMs: 1_500,
    });
  });

  it('counts what is not asked until the end, also without any client', () => {
    const requests = [...requestsTo('press-1', 'c1', 0, 40_000), ...requestsTo('press-2', 'c2', 0, 25_000)];
    expect(costOf({ ...sources, requests }).unreadMs).toEqual({ hurt: 0, others: 14_500 });
    expect(costOf({ ...sources, requests: requestsTo('press-1', 'c1', 0, 40_000) }).unreadMs).toEqual({
      hurt: 0,
      others: 29_500,
    });
  });

  it('takes commands for refused until one that was sent since is taken, and tells how long the log had a leader', () => {
    const commands = [
      command(11_000, 15_000),
      command(12_000, 12_100, 503),
      // This command was sent before the trouble.
      command(10_500, 14_000, 200),
      command(17_000, 18_000, 200),
      // This command hung while others were taken.
      command(20_000, 24_000),
      command(20_100, 20_200, 200),
      command(30_000, 30_010, 'left'),
    ];
    const led = [
      { fromMs: 0, toMs: 11_500 },
      { fromMs: 16_000, toMs: 40_000 },
    ];
    expect(costOf({ ...sources, commands, led })).toMatchObject({
      refusedMs: 7_000,
      refusedWithLeaderMs: 2_500,
      untakenWithLeaderMs: 2_500,
    });
    // The log had the late command long before its answer, which waited for something else, and the unanswered one too.
    const late = { ...command(14_000, 18_000, 200), id: 'late' };
    const unanswered = { ...command(16_500, 20_500), id: 'unanswered' };
    const storedAtMs = new Map([
      ['late', 17_000],
      ['unanswered', 16_600],
    ]);
    expect(
      costOf({ ...sources, commands: [command(11_000, 15_000), late, unanswered], led, storedAtMs }),
    ).toMatchObject({ refusedMs: 23_500, refusedWithLeaderMs: 23_500, untakenWithLeaderMs: 1_100 });
  });

  it('is never steady where it was not, and never read where a session that was started was not', () => {
    const sessions = [
      { startedAtMs: 12_000, shownAfterMs: 20, readAfterMs: 400 },
      { startedAtMs: 13_000, shownAfterMs: 30, readAfterMs: undefined },
    ];
    expect(costOf({ ...sources, sessions, steadyAtMs: undefined })).toMatchObject({
      shownAfterMs: 30,
      readAfterMs: Number.POSITIVE_INFINITY,
      steadyAfterMs: undefined,
    });
  });
});
