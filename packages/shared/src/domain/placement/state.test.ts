import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../session/decide.ts';
import type { Recorded, SessionEvent } from '../session/events.ts';
import { evolve } from '../session/evolve.ts';
import { neverStarted, type SessionState } from '../session/state.ts';
import type { PlacementEvent } from './events.ts';
import { currentPlacement, evolvePlacement, neverPlaced, type PlacementState } from './state.ts';

type Step =
  | 'start'
  | 'pause'
  | 'resume'
  | 'recover'
  | 'reconfigure'
  | 'stop'
  | 'fail'
  | 'assign A'
  | 'assign B'
  | 'assign A for run 1'
  | 'release';

interface Task {
  readonly session: SessionState;
  readonly placement: PlacementState;
  readonly run: number;
}

/** The n-th step has the sequence n. */
function after(steps: readonly Step[]): Task {
  let task: Task = { session: neverStarted, placement: neverPlaced, run: 0 };
  steps.forEach((step, index) => {
    task = take(task, step, index + 1);
  });
  return task;
}

function take(task: Task, step: Step, sequence: number): Task {
  const version = task.session.status === 'never_started' ? 1 : task.session.session.configVersion;
  const run = step === 'start' ? task.run + 1 : task.run;
  const identity = {
    sessionId: `7-${run}`,
    taskId: '7',
    taskCode: 'press-hall',
    configVersion: 1,
    startedAt: '2025-03-01T06:00:00.000Z',
  };
  const time = '2025-03-01T06:00:00.000Z';
  const lifecycle = (event: SessionEvent): Task => {
    const recorded: Recorded<SessionEvent> = { event, sequence, time };
    return { ...task, run, session: evolve(task.session, recorded) };
  };
  const placement = (event: PlacementEvent): Task => ({
    ...task,
    placement: evolvePlacement(task.placement, { event, sequence, time }),
  });
  const assign = (collectorId: string, sessionId = identity.sessionId) =>
    placement({
      type: 'session.assigned',
      sessionId,
      taskId: '7',
      collectorId,
      configVersion: 1,
      reason: 'start',
      refusals: 0,
    });
  switch (step) {
    case 'start':
      return lifecycle({ type: 'session.started', ...identity, by: 'li', metadata: {} });
    case 'pause':
      return lifecycle({ type: 'session.paused', ...identity, by: 'li', reason: '' });
    case 'resume':
    case 'recover':
      return lifecycle({ type: 'session.resumed', ...identity, by: 'li', reason: step });
    case 'reconfigure': {
      const command = {
        sessionId: identity.sessionId,
        by: 'li',
        reason: '',
        fromVersion: version,
        now: time,
      };
      const change = { added: 0, removed: 0, changed: 1, codes: [] };
      const decision = decide(task.session, {
        ...{ type: 'ReconfigureSession', ...command, configVersion: version + 1, change },
      });
      return decision.ok && decision.event ? lifecycle(decision.event) : task;
    }
    case 'stop':
      return lifecycle({ type: 'session.stopped', ...identity, by: 'li', reason: '' });
    case 'fail':
      return lifecycle({ type: 'session.failed', ...identity, by: 'li', reason: '' });
    case 'assign A':
      return assign('A');
    case 'assign B':
      return assign('B');
    case 'assign A for run 1':
      return assign('A', '7-1');
    case 'release': {
      const held = task.placement;
      if (held.situation === 'never_placed') return task;
      return placement({
        type: 'session.released',
        sessionId: held.sessionId,
        taskId: '7',
        collectorId: held.collectorId,
        epoch: held.epoch,
        reason: 'refused',
        detail: 'no snapshot',
        refusals: 1,
      });
    }
    default:
      return step satisfies never;
  }
}

const current = (...steps: Step[]) => {
  const { session, placement } = after(steps);
  const held = currentPlacement(session, placement);
  return held && `${held.collectorId} ${held.epoch}`;
};

const rows: { situation: string; steps: Step[]; holder: string | undefined }[] = [
  { situation: 'nothing has happened', steps: [], holder: undefined },
  { situation: 'started', steps: ['start'], holder: undefined },
  { situation: 'assigned', steps: ['start', 'assign A'], holder: 'A 2' },
  { situation: 'assigned again to the same', steps: ['start', 'assign A', 'assign A'], holder: 'A 3' },
  { situation: 'moved', steps: ['start', 'assign A', 'assign B'], holder: 'B 3' },
  { situation: 'released', steps: ['start', 'assign A', 'release'], holder: undefined },
  { situation: 'released and assigned', steps: ['start', 'assign A', 'release', 'assign B'], holder: 'B 4' },
  { situation: 'paused', steps: ['start', 'assign A', 'pause'], holder: undefined },
  {
    situation: 'resumed, not placed yet',
    steps: ['start', 'assign A', 'pause', 'resume'],
    holder: undefined,
  },
  {
    situation: 'resumed and placed',
    steps: ['start', 'assign A', 'pause', 'resume', 'assign A'],
    holder: 'A 5',
  },
  { situation: 'recovered, not placed yet', steps: ['start', 'assign A', 'recover'], holder: undefined },
  { situation: 'recovered and placed', steps: ['start', 'assign A', 'recover', 'assign B'], holder: 'B 4' },
  { situation: 'reconfigured', steps: ['start', 'assign A', 'reconfigure'], holder: 'A 2' },
  {
    situation: 'reconfigured and moved',
    steps: ['start', 'assign A', 'reconfigure', 'assign B'],
    holder: 'B 4',
  },
  {
    situation: 'resumed, placed and reconfigured',
    steps: ['start', 'assign A', 'pause', 'resume', 'assign A', 'reconfigure'],
    holder: 'A 5',
  },
  {
    situation: 'reconfigured and stopped',
    steps: ['start', 'assign A', 'reconfigure', 'stop'],
    holder: undefined,
  },
  { situation: 'stopped', steps: ['start', 'assign A', 'stop'], holder: undefined },
  { situation: 'failed', steps: ['start', 'assign A', 'fail'], holder: undefined },
  {
    situation: 'assigned after an unseen stop',
    steps: ['start', 'stop', 'assign A'],
    holder: undefined,
  },
  {
    situation: 'assigned after an unseen pause',
    steps: ['start', 'pause', 'assign A'],
    holder: undefined,
  },
  {
    situation: 'resumed after a placement that came during the pause',
    steps: ['start', 'pause', 'assign A', 'resume'],
    holder: undefined,
  },
  {
    situation: 'started again, not placed yet',
    steps: ['start', 'assign A', 'stop', 'start'],
    holder: undefined,
  },
  {
    situation: 'started again, then assigned for the run before',
    steps: ['start', 'stop', 'start', 'assign A for run 1'],
    holder: undefined,
  },
  {
    situation: 'started again and placed',
    steps: ['start', 'assign A', 'stop', 'start', 'assign A'],
    holder: 'A 5',
  },
];

describe('the current placement', () => {
  for (const { situation, steps, holder } of rows) {
    it(`${situation}: ${holder ?? 'none'}`, () => {
      expect(current(...steps)).toBe(holder);
    });
  }

  it('is of the session that runs, younger than what made it run, and its epochs only rise', () => {
    const steps = fc.array(
      fc.constantFrom<Step>(
        'start',
        'pause',
        'resume',
        'recover',
        'reconfigure',
        'stop',
        'fail',
        'assign A',
        'assign B',
        'assign A for run 1',
        'release',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (history) => {
        let task = after([]);
        let highest = 0;
        history.forEach((step, index) => {
          task = take(task, step, index + 1);
          const { session, placement } = task;
          const held = currentPlacement(session, placement);
          if (!held) return;
          expect(session.status).toBe('running');
          if (session.status !== 'running') return;
          expect(held.sessionId).toBe(session.session.sessionId);
          expect(held.epoch).toBeGreaterThan(session.runningSince);
          expect(held.epoch).toBeGreaterThanOrEqual(highest);
          highest = held.epoch;
        });
      }),
    );
  });
});
