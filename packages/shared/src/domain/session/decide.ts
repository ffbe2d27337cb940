import type { SessionCommand } from './commands.ts';
import { accept, nothingToDo, refuse, type SessionDecision } from './decision.ts';
import { reconfigured, undone } from './reconfigure.ts';
import { parseSessionId, sessionIdOf } from './session-id.ts';
import type { FailedSession, SessionState } from './state.ts';
import { isPastHardLimit, timeLimitsOf } from './time-limits.ts';

export type { SessionDecision, SessionRefusal } from './decision.ts';

export function decide(state: SessionState, command: SessionCommand): SessionDecision {
  if (command.type === 'StartSession') {
    if (state.status === 'running' || state.status === 'paused') {
      return refuse({
        code: 'task_already_active',
        sessionId: state.session.sessionId,
        status: state.status,
      });
    }
    return accept({
      type: 'session.started',
      sessionId: sessionIdOf(command.taskId, lastRun(state) + 1),
      taskId: command.taskId,
      taskCode: command.taskCode,
      configVersion: command.configVersion,
      startedAt: command.now,
      by: command.by,
      metadata: command.metadata,
      ...(command.needs ? { needs: command.needs } : {}),
      ...timeLimitsOf(command.now, command.maxDuration ?? {}),
    });
  }

  const parsedId = parseSessionId(command.sessionId);
  if (!parsedId || state.status === 'never_started' || parsedId.taskId !== state.session.taskId) {
    return refuse({ code: 'session_not_found', sessionId: command.sessionId });
  }
  const run = lastRun(state);
  if (parsedId.run > run) return refuse({ code: 'session_not_found', sessionId: command.sessionId });
  const { sessionId } = command;
  const isEarlierRun = parsedId.run < run;
  // A session that a later run has followed is over; whether it was stopped or failed no longer matters here.
  if (isEarlierRun) return onEnded(command, sessionId, 'stopped');
  if (state.status === 'error') return onFailed(command, state);
  if (state.status === 'stopped') return onEnded(command, sessionId, 'stopped');

  const { session } = state;
  switch (command.type) {
    case 'PauseSession':
      if (state.status === 'paused') return nothingToDo;
      return accept({ type: 'session.paused', ...session, by: command.by, reason: command.reason });
    case 'ResumeSession':
      if (state.status === 'running') return nothingToDo;
      return accept({ type: 'session.resumed', ...session, by: command.by, reason: 'resume' });
    case 'RecoverSession':
      if (state.status === 'paused') return refuse({ code: 'session_paused', sessionId });
      if (command.placed) return nothingToDo;
      return accept({ type: 'session.resumed', ...session, by: command.by, reason: 'recover' });
    case 'StopSession':
      return accept({ type: 'session.stopped', ...session, by: command.by, reason: command.reason });
    case 'FailSession':
      if (state.status === 'paused') return refuse({ code: 'session_paused', sessionId });
      return accept({
        type: 'session.failed',
        ...session,
        by: command.by,
        reason: command.reason,
        cause: command.cause,
        attempt: state.attempt ?? 0,
      });
    case 'RestartSession':
      return nothingToDo;
    case 'ReconfigureSession':
      return reconfigured(state, command);
    case 'UndoReconfiguration':
      return undone(state, command);
    default:
      return command satisfies never;
  }
}

type CommandOnSession = Exclude<SessionCommand, { type: 'StartSession' }>;

/** A failed session is over, unless it is taken up again before a later run follows it. */
function onFailed(command: CommandOnSession, { session, cause }: FailedSession): SessionDecision {
  switch (command.type) {
    case 'RecoverSession': {
      const { sessionId, hardLimitAt } = session;
      // Otherwise it would be stopped at once.
      if (hardLimitAt !== undefined && isPastHardLimit(session, Date.parse(command.now))) {
        return refuse({ code: 'time_limit_reached', sessionId, hardLimitAt });
      }
      return accept({ type: 'session.resumed', ...session, by: command.by, reason: 'recover' });
    }
    case 'RestartSession':
      return accept({
        type: 'session.resumed',
        ...session,
        by: command.by,
        reason: 'restart',
        attempt: command.attempt,
      });
    case 'StopSession':
      // Otherwise the supervisor would try it again.
      if (cause === 'permanent') return nothingToDo;
      return accept({ type: 'session.stopped', ...session, by: command.by, reason: command.reason });
    default:
      return onEnded(command, session.sessionId, 'error');
  }
}

function onEnded(command: CommandOnSession, sessionId: string, status: 'stopped' | 'error'): SessionDecision {
  const isDone = command.type === 'StopSession' || command.type === 'FailSession';
  if (isDone || command.type === 'RestartSession' || command.type === 'UndoReconfiguration') {
    return nothingToDo;
  }
  return refuse({ code: 'session_ended', sessionId, status });
}

function lastRun(state: SessionState): number {
  if (state.status === 'never_started') return 0;
  return parseSessionId(state.session.sessionId)?.run ?? 0;
}
