import type { PlacementState } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import { newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { describe, expect, it } from 'vitest';
import { type AssignmentVerdict, judgeAssignment } from './judge-assignment.ts';

const session = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 1,
  startedAt: '2025-03-01T06:00:00.000Z',
};
const time = '2025-03-01T06:00:00.000Z';

const running = (since: number, sessionId = '7-1'): SessionState => ({
  status: 'running',
  session: { ...session, sessionId },
  runningSince: since,
});
const stopped: SessionState = { status: 'stopped', session, stoppedAt: time, by: 'li', reason: '' };
const paused: SessionState = { status: 'paused', session };
const assigned = (collectorId: string, epoch: number): PlacementState => ({
  situation: 'assigned',
  configVersion: 1,
  sessionId: '7-1',
  collectorId,
  epoch,
  reason: 'start',
  refusals: 0,
});
const released = (epoch: number): PlacementState => ({
  situation: 'released',
  sessionId: '7-1',
  collectorId: 'A',
  epoch,
  reason: 'refused',
  detail: '',
  refusals: 1,
});

function task(
  lastLifecycle: number,
  state: SessionState,
  lastPlacement: number,
  placement: PlacementState,
): TaskState {
  return { ...newTaskState('7'), session: state, placement, lastLifecycle, lastPlacement };
}

const rows: { situation: string; epoch: number; truth: TaskState; verdict: AssignmentVerdict }[] = [
  {
    situation: 'the log says that A holds it',
    epoch: 20,
    truth: task(10, running(10), 20, assigned('A', 20)),
    verdict: 'run',
  },
  {
    situation: 'the task has no events as far as was read',
    epoch: 20,
    truth: newTaskState('7'),
    verdict: 'stale_read',
  },
  {
    situation: 'the placement was not seen yet',
    epoch: 20,
    truth: task(10, running(10), 15, assigned('B', 15)),
    verdict: 'stale_read',
  },
  {
    situation: 'A holds it under a newer epoch',
    epoch: 20,
    truth: task(10, running(10), 30, assigned('A', 30)),
    verdict: 'over',
  },
  {
    situation: 'B holds it now',
    epoch: 20,
    truth: task(10, running(10), 30, assigned('B', 30)),
    verdict: 'over',
  },
  {
    situation: 'it was released',
    epoch: 20,
    truth: task(10, running(10), 25, released(20)),
    verdict: 'over',
  },
  {
    situation: 'it was stopped',
    epoch: 20,
    truth: task(25, stopped, 20, assigned('A', 20)),
    verdict: 'over',
  },
  { situation: 'it was paused', epoch: 20, truth: task(25, paused, 20, assigned('A', 20)), verdict: 'over' },
  {
    situation: 'it was paused and resumed, not placed yet',
    epoch: 20,
    truth: task(26, running(26), 20, assigned('A', 20)),
    verdict: 'over',
  },
  {
    situation: 'the task runs again',
    epoch: 20,
    truth: task(26, running(26, '7-2'), 20, assigned('A', 20)),
    verdict: 'over',
  },
  {
    situation: 'the epoch is that of another collector',
    epoch: 20,
    truth: task(10, running(10), 20, assigned('B', 20)),
    verdict: 'over',
  },
  {
    situation: 'its configuration was changed since',
    epoch: 20,
    truth: task(25, running(10), 20, assigned('A', 20)),
    verdict: 'run',
  },
  {
    situation: 'its configuration was changed since, and the placement was not seen yet',
    epoch: 20,
    truth: task(25, running(10), 15, assigned('B', 15)),
    verdict: 'stale_read',
  },
  {
    situation: 'it was resumed and changed since, and the placement was not seen yet',
    epoch: 20,
    truth: task(25, running(22), 15, assigned('B', 15)),
    verdict: 'over',
  },
  {
    situation: 'it was stopped before the placement, which came too late',
    epoch: 20,
    truth: task(19, stopped, 20, assigned('A', 20)),
    verdict: 'over',
  },
  {
    situation: 'the next run had begun before the placement of this one',
    epoch: 20,
    truth: task(19, running(19, '7-2'), 20, assigned('A', 20)),
    verdict: 'over',
  },
  {
    situation: 'the lifecycle cannot be read',
    epoch: 20,
    truth: { ...task(25, running(10), 20, assigned('A', 20)), unreadable: { lifecycle: 'newer' } },
    verdict: 'unreadable',
  },
  {
    situation: 'the placement cannot be read',
    epoch: 20,
    truth: { ...task(10, running(10), 25, assigned('A', 20)), unreadable: { placement: 'newer' } },
    verdict: 'unreadable',
  },
];

describe('a message for collector A, held against the log', () => {
  for (const { situation, epoch, truth, verdict } of rows) {
    it(`${situation}: ${verdict}`, () => {
      expect(judgeAssignment({ epoch }, truth, 'A')).toBe(verdict);
    });
  }

  it('is over when the lease was taken from A after its epoch, whatever the log still says', () => {
    const truth = task(10, running(10), 20, assigned('A', 20));
    expect(judgeAssignment({ epoch: 20 }, truth, 'A', 19)).toBe('run');
    expect(judgeAssignment({ epoch: 20 }, truth, 'A', 20)).toBe('over');
  });
});
