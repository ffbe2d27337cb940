import type { TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { describe, expect, it } from 'vitest';
import type { CleanedSession, History } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { acknowledged } from './acknowledged.ts';

const judge = (history: RecordedHistory, ticks: number[], changes: Partial<History> = {}) =>
  acknowledged(
    history.readAt(10_000, {
      database: {
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
      },
      ...changes,
    }),
  );
const polled = () => new RecordedHistory().started(0).assigned(10, 'c1').polled(0, 3, { epoch: 2 });

describe('what the writer has acknowledged', () => {
  it('holds when it is in the database', () => {
    expect(judge(polled(), [0, 1, 2, 3])).toEqual([]);
  });

  it('fails when it is not', () => {
    expect(judge(polled(), [0, 1, 3])).toEqual([
      expect.objectContaining({ invariant: 'I9', what: expect.stringContaining('SAMPLES 3') }),
    ]);
  });

  it('holds for ticks in which nothing had changed enough to be sent', () => {
    expect(judge(polled().polled(4, 5, { epoch: 2, isUnchanged: true }), [0, 1, 2, 3])).toEqual([]);
  });

  describe('with samples in another database', () => {
    const recorded = (ranges: TickRange[], outcome = 'stored', cleaned: CleanedSession[] = []) => ({
      database: {
        sessions: [],
        eventSequences: [],
        checkpoint: undefined,
        values: undefined,
        misses: undefined,
        cleaned,
        coverage: [{ session: '7-1', device: 'press', periodMs, outcome, ranges }],
      },
    });
    const ticks = (...pairs: [number, number][]) =>
      pairs.map(([from, to]) => ({ from: tick0 + from, to: tick0 + to }));

    it('holds when the writer has it on record', () => {
      expect(judge(polled(), [], recorded(ticks([0, 1], [2, 3])))).toEqual([]);
    });

    it('fails when it has not, or only that it was sent', () => {
      const sent = (['sent', 'source_kept'] as const).map((outcome) => recorded(ticks([0, 3]), outcome));
      for (const record of [recorded(ticks([0, 1], [3, 9])), ...sent]) {
        expect(judge(polled(), [], record)).toEqual([expect.objectContaining({ invariant: 'I9' })]);
      }
    });

    it('says nothing of a session whose record was cleaned away', () => {
      const cleaned = [{ sessionId: '7-1', lastSequence: 9 }];
      expect(judge(polled(), [], recorded([], 'stored', cleaned))).toEqual([]);
    });
  });

  it('holds for what is not acknowledged yet', () => {
    expect(judge(polled(), [0, 1], { acknowledged: { floor: 2, pending: 2 } })).toEqual([]);
  });

  it('holds when it is in quarantine', () => {
    const quarantined = [{ sequence: 3, tick: undefined }];
    expect(judge(polled(), [0, 1, 3], { quarantined })).toEqual([]);
  });

  it('fails when only a part of it is in quarantine, and the rest nowhere', () => {
    const quarantined = [{ sequence: 3, tick: undefined, codes: ['count'] }];
    expect(judge(polled(), [0, 1, 3], { quarantined })).toHaveLength(1);
    expect(judge(polled(), [0, 1, 2, 3], { quarantined })).toEqual([]);
  });

  it('is in the database too when it came behind the next holder, unless that one answers for its tick', () => {
    const history = polled().assigned(5_000, 'c2', 'failover').polled(6, 7, { epoch: 3 });
    history.polled(5, 5, { epoch: 2 }).polled(8, 8, { epoch: 2 });
    expect(judge(history, [0, 1, 2, 3, 5, 6, 7])).toEqual([]);
    expect(judge(history, [0, 1, 2, 3, 6, 7])).toHaveLength(1);
  });

  it('fails when a message that cannot be read is acknowledged and nowhere', () => {
    const changes = { undecodable: [5], acknowledged: { floor: 5, pending: 0 } };
    expect(judge(polled(), [0, 1, 2, 3], changes)).toHaveLength(1);
    expect(
      judge(polled(), [0, 1, 2, 3], { ...changes, quarantined: [{ sequence: 5, tick: undefined }] }),
    ).toEqual([]);
  });
});
