import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { newTaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { describe, expect, it } from 'vitest';
import { countSessions } from './count-sessions.ts';
import { WaitingTimes } from './waiting-times.ts';

const running: TaskState['session'] = {
  status: 'running',
  session: { sessionId: '1-1', taskId: '1', taskCode: 'one', configVersion: 1, metadata: {} } as never,
  runningSince: 1,
};
const unplaced: TaskState = { ...newTaskState('1'), session: running };
const placed: TaskState = {
  ...unplaced,
  placement: {
    situation: 'assigned',
    configVersion: 1,
    sessionId: '1-1',
    collectorId: 'c1',
    epoch: 2,
    reason: 'start',
    refusals: 0,
  },
};

function watch() {
  let nowMs = 100_000;
  const waiting = new WaitingTimes({
    clock: { monotonicMs: () => nowMs, wallMs: () => nowMs } as never,
    unplacedForMs: () => 30,
    silentForMs: () => 11_000,
  });
  return {
    waiting,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('how long a session has waited for a collector', () => {
  it('counts from when it had no holder', () => {
    const { waiting, pass } = watch();
    waiting.note(unplaced);
    pass(5);
    expect(waiting.placed('1')).toBe(35);
  });

  it('counts from the last sign of life of a holder that fell silent, whatever is seen of its lease later', () => {
    const { waiting, pass } = watch();
    waiting.note(placed);
    pass(20);
    waiting.note(unplaced);
    expect(waiting.placed('1')).toBe(11_020);
  });

  it('starts over for a session that was given up or placed by another meanwhile', () => {
    const { waiting, pass } = watch();
    waiting.note(unplaced);
    pass(60_000);
    waiting.keepOnly(new Set());
    waiting.note(unplaced);
    expect(waiting.placed('1')).toBe(30);
    expect(waiting.placed('1')).toBe(0);
  });
});

describe('counting sessions', () => {
  it('separates the placed ones by collector from those without a holder', () => {
    const counts = countSessions([placed, unplaced, newTaskState('9')]);
    expect(counts.byStatus).toEqual({ running: 2, paused: 0, stopped: 0, error: 0 });
    expect([...counts.placedOn]).toEqual([['c1', 1]]);
    expect(counts.unplaced).toBe(1);
  });
});
