import { describe, expect, it } from 'vitest';
import type { StoredSample } from '../fleet/follow-samples.ts';
import { accountForTicks } from './account-for-ticks.ts';

function sample(tick: number, epoch: number, latenessMs: number, hasValues = true): StoredSample {
  const scheduledAtMs = tick * 1_000;
  const readAtMs = scheduledAtMs + latenessMs;
  return {
    session: '1-1',
    epoch,
    collector: `c${epoch}`,
    tick,
    scheduledAtMs,
    readAtMs,
    storedAtMs: readAtMs,
    hasValues,
  };
}

describe('the ticks of a session that moved', () => {
  it('are all read when the next holder goes on with the next tick', () => {
    expect(
      accountForTicks([sample(5, 1, 700), sample(6, 1, 10), sample(7, 2, 90), sample(8, 2, 11)]),
    ).toEqual({
      expected: 4,
      read: 4,
      missed: 0,
      readTwice: 0,
      handOverLatenessMs: [90],
      ordinaryLatenessMs: [10, 11],
    });
  });

  it('are missed when they were not read, or when there is a sample without values', () => {
    const account = accountForTicks([sample(5, 1, 10), sample(7, 2, 900), sample(8, 2, 10, false)]);
    expect(account).toMatchObject({ expected: 4, read: 2, missed: 2 });
  });

  it('are read twice when both holders read the same one', () => {
    const account = accountForTicks([sample(5, 1, 10), sample(5, 2, 20), sample(6, 2, 10)]);
    expect(account).toMatchObject({ expected: 2, read: 2, missed: 0, readTwice: 1 });
  });

  it('of a session without samples are none', () => {
    expect(accountForTicks([])).toMatchObject({ expected: 0, read: 0, missed: 0 });
  });
});
