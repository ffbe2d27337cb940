import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recorded, SessionEvent } from './events.ts';
import { evolve, foldSession } from './evolve.ts';
import { neverStarted, type SessionState } from './state.ts';

const session = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 3,
  startedAt: '2025-03-01T06:00:00.000Z',
};
const recorded = (event: SessionEvent): Recorded<SessionEvent> => ({
  event,
  sequence: 42,
  time: '2025-03-01T07:00:00.000Z',
});

const latest = {
  from: { configVersion: 2 },
  effectiveAt: '2025-03-01T07:00:02.000Z',
  undoUntil: '2025-03-01T07:01:02.000Z',
};
const change = {
  ...{ by: 'li', reason: 'new scale', cause: 'requested' as const, ...latest },
  change: { added: 0, removed: 0, changed: 1, codes: ['press'] },
};

const events: SessionEvent[] = [
  { type: 'session.started', ...session, by: 'li', metadata: { order: 'A-17' } },
  { type: 'session.paused', ...session, by: 'li', reason: 'lunch' },
  { type: 'session.resumed', ...session, by: 'li', reason: 'resume' },
  { type: 'session.resumed', ...session, by: 'li', reason: 'recover' },
  { type: 'session.stopped', ...session, by: 'li', reason: 'end of shift' },
  { type: 'session.failed', ...session, by: 'supervisor', reason: 'no snapshot' },
  {
    type: 'session.failed',
    ...session,
    by: 'supervisor',
    reason: 'no file handles',
    cause: 'passing',
    attempt: 2,
  },
  { type: 'session.resumed', ...session, by: 'supervisor', reason: 'restart', attempt: 3 },
  { type: 'session.reconfigured', ...session, ...change, status: 'running', runningSince: 12, attempt: 3 },
  { type: 'session.reconfigured', ...session, ...change, status: 'paused' },
];
const states: SessionState[] = [
  { status: 'running', session, runningSince: 42 },
  { status: 'paused', session },
  { status: 'running', session, runningSince: 42 },
  { status: 'running', session, runningSince: 42 },
  {
    status: 'stopped',
    session,
    stoppedAt: '2025-03-01T07:00:00.000Z',
    by: 'li',
    reason: 'end of shift',
  },
  {
    status: 'error',
    session,
    stoppedAt: '2025-03-01T07:00:00.000Z',
    reason: 'no snapshot',
    cause: 'permanent',
    attempt: 0,
  },
  {
    status: 'error',
    session,
    stoppedAt: '2025-03-01T07:00:00.000Z',
    reason: 'no file handles',
    cause: 'passing',
    attempt: 2,
  },
  { status: 'running', session, runningSince: 42, attempt: 3 },
  { status: 'running', session, runningSince: 12, attempt: 3, change: latest },
  { status: 'paused', session },
];

describe('the state of a task', () => {
  it.each(events.map((event, index) => ({ type: event.type, event, state: states[index] })))(
    'after $type is given by that event alone, whatever was before',
    ({ event, state }) => {
      for (const before of [neverStarted, ...states]) {
        expect(evolve(before, recorded(event))).toEqual(state);
      }
    },
  );

  it('folded from a whole history equals the last event alone, and the fold never refuses', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 30 }), (history) => {
        const log = history.map((event, index) => ({ ...recorded(event), sequence: index + 1 }));
        const last = log.at(-1);
        if (!last) throw new Error('the history is empty');
        expect(foldSession(log)).toEqual(evolve(neverStarted, last));
      }),
    );
  });

  it('keeps the time limits that every event of the session names', () => {
    const limits = { softLimitAt: '2025-03-01T08:00:00.000Z', hardLimitAt: '2025-03-01T09:00:00.000Z' };
    for (const event of events) {
      const state = evolve(neverStarted, recorded({ ...event, ...limits }));
      expect(state).toMatchObject({ session: limits });
    }
  });

  it('without any event is never_started', () => {
    expect(foldSession([])).toEqual({ status: 'never_started' });
  });
});
