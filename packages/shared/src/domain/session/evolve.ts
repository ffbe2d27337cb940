import type { Recorded, SessionEvent, SessionIdentity } from './events.ts';
import { neverStarted, type SessionState } from './state.ts';

/**
 * The fold of a task's lifecycle. It never refuses: history already happened. The state after an event is
 * given by that event alone, which is what lets readers fold only the last one.
 */
export function evolve(
  _state: SessionState,
  { event, sequence, time }: Recorded<SessionEvent>,
): SessionState {
  const session = identityOf(event);
  switch (event.type) {
    case 'session.started':
      return { status: 'running', session, runningSince: sequence };
    case 'session.resumed':
      return {
        status: 'running',
        session,
        runningSince: sequence,
        ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
      };
    case 'session.reconfigured': {
      const { status, runningSince = sequence, attempt, from, effectiveAt, undoUntil } = event;
      if (status === 'paused') return { status, session };
      return {
        status,
        session,
        runningSince,
        ...(attempt === undefined ? {} : { attempt }),
        change: { from, effectiveAt, undoUntil },
      };
    }
    case 'session.paused':
      return { status: 'paused', session };
    case 'session.stopped':
      return { status: 'stopped', session, stoppedAt: time, by: event.by, reason: event.reason };
    case 'session.failed':
      return {
        status: 'error',
        session,
        stoppedAt: time,
        reason: event.reason,
        cause: event.cause ?? 'permanent',
        attempt: event.attempt ?? 0,
      };
    default:
      return event satisfies never;
  }
}

export function foldSession(events: Iterable<Recorded<SessionEvent>>): SessionState {
  let state: SessionState = neverStarted;
  for (const recorded of events) state = evolve(state, recorded);
  return state;
}

export function identityOf(event: SessionIdentity): SessionIdentity {
  const { sessionId, taskId, taskCode, configVersion, startedAt, needs, softLimitAt, hardLimitAt } = event;
  return {
    sessionId,
    taskId,
    taskCode,
    configVersion,
    startedAt,
    ...(needs ? { needs } : {}),
    ...(softLimitAt === undefined ? {} : { softLimitAt }),
    ...(hardLimitAt === undefined ? {} : { hardLimitAt }),
  };
}
