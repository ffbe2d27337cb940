import { describe, expect, it } from 'vitest';
import { RecordedHistory } from '../testing/recorded-history.ts';
import { activity } from './activity.ts';

const judge = (history: RecordedHistory, atMs: number) =>
  activity(history.readAt(atMs), { stopMs: 2_000, freshMs: 3_000 }).map(
    ({ invariant, what }) => `${invariant} ${what}`,
  );
const runningSession = () => new RecordedHistory().started(0).assigned(10, 'c1');

describe('when a session is polled', () => {
  it('holds while it runs, over a pause and a little after a stop', () => {
    const history = runningSession()
      .paused(5_000)
      .resumed(20_000)
      .assigned(20_010, 'c1', 'resume')
      .stopped(30_000)
      .polled(0, 6, { epoch: 2 })
      .polled(20, 31, { epoch: 5 });
    expect(judge(history, 60_000)).toEqual([]);
  });

  it('fails when a stopped session is polled', () => {
    const history = runningSession().stopped(5_000).polled(0, 9, { epoch: 2 });
    expect(judge(history, 60_000)).toEqual([expect.stringContaining('I5 SAMPLES 9')]);
  });

  it('fails when a paused session is polled, even when it runs again later', () => {
    const history = runningSession().paused(5_000).resumed(20_000).polled(0, 30, { epoch: 2 });
    expect(judge(history, 32_000)).toEqual([expect.stringContaining('after session.paused (3)')]);
  });

  it('fails when a stopped session comes back much later', () => {
    const history = runningSession().stopped(5_000).polled(0, 5, { epoch: 2 }).polled(40, 40, { epoch: 2 });
    expect(judge(history, 60_000)).toHaveLength(1);
  });

  it('fails when a running session has nothing new', () => {
    expect(judge(runningSession().polled(0, 5, { epoch: 2 }), 30_000)).toEqual([
      expect.stringContaining('I4 the session runs'),
    ]);
  });

  it('holds when the device does not answer and each tick says so', () => {
    expect(judge(runningSession().polled(0, 29, { epoch: 2, miss: 'timeout' }), 30_000)).toEqual([]);
  });

  it('fails when a session is polled that the log does not know', () => {
    expect(
      judge(runningSession().polled(0, 9, { epoch: 2 }).polled(9, 9, { epoch: 2, run: 2 }), 10_000),
    ).toEqual([expect.stringContaining('does not know')]);
  });
});
