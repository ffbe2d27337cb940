import { describe, expect, it } from 'vitest';
import type { TickInDatabase } from '../history.ts';
import { invariantsOf, periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { acknowledged } from './acknowledged.ts';
import { fencedTicks } from './fenced-ticks.ts';

/** c1 reads ticks 0 to 3, c2 from 6 on; what c1 read last comes when c2 has begun, and one tick that it must not have read. */
const failedOver = () =>
  new RecordedHistory()
    .started(0)
    .assigned(10, 'c1')
    .assigned(5_000, 'c2', 'failover')
    .polled(0, 1, { epoch: 2 })
    .polled(6, 7, { epoch: 3, collector: 'c2' })
    .polled(2, 3, { epoch: 2 })
    .polled(6, 6, { epoch: 2 });

const rowsOf = (ticks: readonly (readonly [number, number])[]): TickInDatabase[] =>
  ticks.map(([tick, epoch]) => {
    return {
      session: '7-1',
      device: 'press',
      periodMs,
      tick: tick0 + tick,
      epoch,
      copies: 1,
      values: undefined,
    };
  });
const withDatabase = (...ticks: (readonly [number, number])[]) =>
  failedOver().readAt(10_000, {
    database: {
      ...{ sessions: [], eventSequences: [], checkpoint: undefined, misses: [], coverage: [] },
      values: rowsOf(ticks),
    },
  });
const own = [
  [0, 2],
  [1, 2],
  [6, 3],
  [7, 3],
] as const;

describe('what a former holder read before its successor began, and published later', () => {
  it('belongs into the database', () => {
    const all = withDatabase(...own, [2, 2], [3, 2]);
    expect([...fencedTicks(all), ...acknowledged(all)]).toEqual([]);
  });

  it('is missed where a writer throws it away', () => {
    const thrownAway = withDatabase(...own);
    expect(acknowledged(thrownAway)).toMatchObject([
      { what: expect.stringMatching(/^2 acknowledged messages/) },
    ]);
  });

  it('is told by its time, whatever length the ticks of the successor have', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .assigned(5_000, 'c2', 'failover')
      .polled(0, 1, { epoch: 2 })
      .polled(60, 65, { epoch: 3, collector: 'c2', lengthMs: 100 })
      .polled(5, 6, { epoch: 2 });
    const judgeTick = (tick: number) =>
      fencedTicks(
        history.readAt(10_000, {
          database: {
            ...{ sessions: [], eventSequences: [], checkpoint: undefined, misses: [], coverage: [] },
            values: rowsOf([[tick, 2]]),
          },
        }),
      );
    expect(judgeTick(5)).toEqual([]);
    expect(invariantsOf(judgeTick(6))).toEqual(['I6']);
  });

  it('is found where it stands for a tick for which the successor answers', () => {
    const history = withDatabase([0, 2], [1, 2], [2, 2], [3, 2], [6, 2], [7, 3]);
    expect(invariantsOf(fencedTicks(history))).toEqual(['I6']);
  });
});
