import { describe, expect, it } from 'vitest';
import type { DatabaseContent, RecordedEvent, SessionInDatabase } from '../history.ts';
import { RecordedHistory } from '../testing/recorded-history.ts';
import { readModel } from './read-model.ts';

const row: SessionInDatabase = {
  sessionId: '7-1',
  status: 'running',
  configVersion: 1,
  collectorId: 'c1',
  epoch: 2,
};
const running = () => new RecordedHistory().started(0).assigned(10, 'c1');
const judge = (history: RecordedHistory, content: Partial<DatabaseContent> = {}) => {
  const database = {
    sessions: [row],
    eventSequences: history.events.map(({ sequence }) => sequence),
    checkpoint: history.events.length,
    values: [],
    misses: [],
    coverage: [],
    ...content,
  };
  return readModel(history.readAt(10_000, { database }), { settleMs: 5_000 }).map(({ what }) => what);
};

describe('the read model', () => {
  it('holds when it says what the log says', () => {
    expect(judge(running())).toEqual([]);
  });

  it('holds without a holder when a pause ended the placement', () => {
    const paused = { ...row, status: 'paused', collectorId: null, epoch: null };
    expect(judge(running().paused(2_000), { sessions: [paused] })).toEqual([]);
  });

  it.each<[string, Partial<SessionInDatabase>]>([
    ['another status', { status: 'stopped' }],
    ['another holder', { collectorId: 'c2' }],
    ['another epoch', { epoch: 1 }],
    ['another configuration', { configVersion: 2 }],
  ])('fails when it says %s', (_, change) => {
    expect(judge(running(), { sessions: [{ ...row, ...change }] })).toHaveLength(1);
  });

  it('fails when it lacks a session, an event or has one twice', () => {
    expect(judge(running(), { sessions: [] })).toHaveLength(1);
    expect(judge(running(), { eventSequences: [1] })).toHaveLength(1);
    expect(judge(running(), { eventSequences: [1, 2, 2] })).toHaveLength(1);
  });

  it('fails when it has long been behind the log, but not when it is about to follow', () => {
    const waiting = { ...row, collectorId: null, epoch: null };
    const behind = { checkpoint: 1, eventSequences: [1], sessions: [waiting] };
    expect(judge(running(), behind)).toEqual([expect.stringContaining('lacks 2')]);
    const late = new RecordedHistory().started(0).assigned(9_900, 'c1');
    expect(judge(late, behind)).toEqual([]);
  });

  it('fails when the last event of a task does not say all that the events before it do', () => {
    const history = running();
    // A pause that cannot be read hides the state of the session.
    const unreadable: RecordedEvent = {
      sequence: 3,
      subject: 'sessions.task.7.lifecycle',
      storedAtMs: 0,
      decoded: { kind: 'unreadable', problem: 'newer' },
    };
    history.events.push(unreadable);
    expect(judge(history)).not.toEqual([]);
  });

  describe('after a cleanup', () => {
    const stopped = () => running().stopped(3_000);
    const gone = { sessions: [], eventSequences: [], cleaned: [{ sessionId: '7-1', lastSequence: 3 }] };

    it('holds when an ended session is gone with its events', () => {
      expect(judge(stopped(), gone)).toEqual([]);
    });

    it('fails when the session or an event of it is back, or an event went that came later', () => {
      expect(judge(stopped(), { ...gone, sessions: [row] })).toEqual([expect.stringContaining('back')]);
      expect(judge(stopped(), { ...gone, eventSequences: [2] })).toEqual([
        expect.stringContaining('has 2 back'),
      ]);
      const short = { ...gone, cleaned: [{ sessionId: '7-1', lastSequence: 2 }] };
      expect(judge(stopped(), short)).toEqual([expect.stringContaining('lacks')]);
    });

    it('fails when the session was not over', () => {
      const cleaned = [{ sessionId: '7-1', lastSequence: 2 }];
      expect(judge(running(), { ...gone, cleaned })).toEqual([expect.stringContaining('not over')]);
    });
  });
});
