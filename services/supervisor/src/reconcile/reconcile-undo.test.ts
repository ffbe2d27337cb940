import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import type { RunningSession } from '@holdfast/shared/domain/session/state.ts';
import { describe, expect, it } from 'vitest';
import { assigned, fleet, nowMs, plan, rung, say, session, task } from './testing/planned.ts';

/** A session that was changed a moment ago from version 1 to version 2. */
const changed: RunningSession = {
  status: 'running',
  session: { ...session('7'), configVersion: 2 },
  runningSince: 10,
  change: {
    from: { configVersion: 1 },
    effectiveAt: new Date(nowMs - 1_000).toISOString(),
    undoUntil: new Date(nowMs + 59_000).toISOString(),
  },
};
const unableOf = (epoch: number, configVersion: number) =>
  new Map([[statusKey('A', '7'), { epoch, configVersion, why: 'no snapshot' }]]);

const does = (state: RunningSession, inabilities: ReturnType<typeof unableOf>) =>
  say(
    plan([task({ state, placement: assigned('A', 20) })], fleet({ A: 'alive' }), {
      listing: rung('A.7'),
      inabilities,
    }),
  );

describe('a change of configuration that the holder cannot follow', () => {
  it('is undone, as long as it is what happened last', () => {
    expect(does(changed, unableOf(20, 2))).toEqual(['undo version 2 of 7-1: no snapshot']);
    const { change: _, ...since } = changed;
    expect(does(since, unableOf(20, 2))).toEqual([]);
  });

  it('is not undone by a word of another placement, nor of another version', () => {
    expect(does(changed, unableOf(19, 2))).toEqual([]);
    expect(does(changed, unableOf(20, 3))).toEqual([]);
    expect(does(changed, new Map())).toEqual([]);
  });

  it('is not undone when its time is over', () => {
    const late = { ...changed, change: { ...changed.change, undoUntil: new Date(nowMs).toISOString() } };
    expect(does(late as RunningSession, unableOf(20, 2))).toEqual([]);
  });
});
