import { describe, expect, it } from 'vitest';
import type { DatabaseContent } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { checkTickAccount } from './tick-account.ts';

const judge = (database: DatabaseContent | undefined, unchanged: readonly number[] = []) => {
  const history = new RecordedHistory();
  for (const tick of unchanged) history.sampled(tick0 + tick, { epoch: 2, isUnchanged: true });
  return checkTickAccount({ database, samples: history.samples, sinceMs: 0 });
};

const database = (storedTicks: number[], account: [number, number][]): DatabaseContent => ({
  sessions: [],
  eventSequences: [],
  checkpoint: undefined,
  misses: [],
  values: storedTicks.map((tick) => ({
    session: '7-1',
    device: 'press',
    periodMs,
    tick: tick0 + tick,
    epoch: 2,
    copies: 1,
    values: undefined,
  })),
  coverage: [
    {
      session: '7-1',
      device: 'press',
      periodMs,
      outcome: 'stored',
      ranges: account.map(([from, to]) => ({ from: tick0 + from, to: tick0 + to })),
    },
    {
      session: '7-1',
      device: 'press',
      periodMs,
      outcome: 'timeout',
      ranges: [{ from: tick0 + 90, to: tick0 + 99 }],
    },
  ],
});

describe('the account that is kept', () => {
  it('holds when it says stored of what is stored', () => {
    expect(
      judge(
        database(
          [0, 1, 2, 5],
          [
            [0, 2],
            [5, 5],
          ],
        ),
      ),
    ).toEqual([]);
    expect(judge(undefined)).toEqual([]);
  });

  it('holds when it says stored of ticks in which nothing had changed enough to be sent', () => {
    expect(judge(database([0, 1, 4], [[0, 4]]), [2, 3])).toEqual([]);
    expect(judge(database([0, 1, 4], [[0, 4]]), [2])).toHaveLength(1);
  });

  it('fails when it says stored of what is not', () => {
    expect(judge(database([0, 1], [[0, 2]]))).toHaveLength(1);
  });

  it('fails when it says stored of ticks of another length', () => {
    const { coverage, ...rest } = database([0, 1], [[0, 1]]);
    const other = coverage.map((each) => ({ ...each, periodMs: 100 }));
    expect(judge({ ...rest, coverage: other })).toHaveLength(2);
  });

  it('fails when it does not know what is stored', () => {
    expect(judge(database([0, 1, 2], [[0, 1]]))).toEqual([
      expect.objectContaining({ invariant: 'I7', what: expect.stringContaining(`tick ${tick0 + 2}`) }),
    ]);
  });

  it('holds without an account of a session that was cleaned away, and of no other', () => {
    const cleaned = (sessionId: string) => ({
      ...database([0, 1], []),
      cleaned: [{ sessionId, lastSequence: 9 }],
    });
    expect(judge(cleaned('7-1'))).toEqual([]);
    expect(judge(cleaned('7-2'))).toHaveLength(1);
  });
});
