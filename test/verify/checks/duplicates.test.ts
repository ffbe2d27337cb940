import { describe, expect, it } from 'vitest';
import type { TickInDatabase } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { duplicates } from './duplicates.ts';

const polled = () => new RecordedHistory().started(0).assigned(10, 'c1').polled(0, 3, { epoch: 2 });
const judge = (history: RecordedHistory, ...values: Partial<TickInDatabase>[]) =>
  duplicates(
    history.readAt(10_000, {
      database: {
        sessions: [],
        eventSequences: [],
        checkpoint: undefined,
        misses: [],
        coverage: [],
        values: values.map((value) => ({
          session: '7-1',
          device: 'press',
          periodMs,
          tick: tick0,
          epoch: 2,
          copies: 1,
          values: undefined,
          ...value,
        })),
      },
    }),
  );

describe('duplicates', () => {
  it('are not there when stream and database have each tick once', () => {
    expect(judge(polled(), { tick: tick0 }, { tick: tick0 + 1 })).toEqual({ violations: [], count: 0 });
  });

  it('are counted in the stream', () => {
    expect(judge(polled().polled(2, 2, { epoch: 2 }))).toMatchObject({ count: 1, violations: [{}] });
  });

  it('are not what a holder that is cut off reads of a long tick before the next one reads it', () => {
    const long = { lengthMs: 20_000 };
    const takenOver = (reason: 'failover' | 'drain' = 'failover') =>
      new RecordedHistory().started(0).assigned(10, 'c1').assigned(10_000, 'c2', reason);
    const second = { epoch: 3, collector: 'c2', ...long };
    expect(
      judge(
        takenOver()
          .polled(0, 0, { epoch: 2, ...long })
          .polled(0, 1, second),
      ).count,
    ).toBe(0);
    expect(
      judge(
        takenOver()
          .polled(0, 1, { epoch: 2, ...long })
          .polled(0, 1, second),
      ).count,
    ).toBe(2);
    // A holder that hands a session over says what it has read.
    const handedOver = takenOver('drain').polled(0, 0, { epoch: 2, ...long });
    expect(judge(handedOver.polled(0, 1, second)).count).toBe(1);
  });

  it('are counted in the database', () => {
    expect(judge(polled(), { copies: 2 })).toMatchObject({ count: 1, violations: [{}] });
  });

  it('are not what a later holder says of a tick that was missed in arrears', () => {
    expect(judge(polled().polled(3, 3, { epoch: 2, miss: 'overrun' })).count).toBe(0);
  });

  it('do not hide a row that was never published', () => {
    expect(judge(polled(), { tick: tick0 + 9 })).toMatchObject({ count: 0, violations: [{}] });
    expect(judge(polled(), { epoch: 9 })).toMatchObject({ count: 0, violations: [{}] });
  });
});
