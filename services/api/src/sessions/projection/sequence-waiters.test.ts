import { describe, expect, it } from 'vitest';
import { SequenceWaiters } from './sequence-waiters.ts';

function waitersOn(state: { reached: number; isAway?: boolean }, onLook: () => void = () => undefined) {
  return new SequenceWaiters<'reached' | 'away' | 'too_late'>({
    outcomeOf: (sequence) => {
      if (state.isAway) return 'away';
      return state.reached >= sequence ? 'reached' : undefined;
    },
    tooLate: 'too_late',
    lookAgain: onLook,
    lookAgainMs: 5,
  });
}

describe('whoever waits for a sequence', () => {
  it('goes on when it is reached, and not before', async () => {
    const state = { reached: 3 };
    const waiters = waitersOn(state);
    expect(await waiters.waitFor(3, 60_000)).toBe('reached');
    const settled: number[] = [];
    const waits = [4, 6, 5].map((sequence) =>
      waiters.waitFor(sequence, 60_000).then(() => settled.push(sequence)),
    );
    state.reached = 5;
    waiters.news();
    await Promise.all([waits[0], waits[2]]);
    expect(settled).toEqual([4, 5]);
    state.reached = 6;
    waiters.news();
    await waits[1];
  });

  it('is answered at once when there is nothing to wait for any more', async () => {
    const state = { reached: 0, isAway: false };
    const waiters = waitersOn(state);
    const waiting = waiters.waitFor(1, 60_000);
    state.isAway = true;
    waiters.news();
    expect(await waiting).toBe('away');
  });

  it('waits no longer than he said, whoever else waits', async () => {
    const waiters = waitersOn({ reached: 0 });
    let isOtherDone = false;
    const state = { other: waiters.waitFor(1, 60_000).then(() => (isOtherDone = true)) };
    expect(await waiters.waitFor(1, 1)).toBe('too_late');
    expect(isOtherDone).toBe(false);
    void state.other;
  });

  it('goes on although the news of it was missed', async () => {
    const state = { reached: 0 };
    const waiters = waitersOn(state, () => {
      state.reached = 1;
      waiters.news();
    });
    expect(await waiters.waitFor(1, 60_000)).toBe('reached');
  });
});
