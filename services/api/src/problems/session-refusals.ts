import type { SessionRefusal } from '@holdfast/shared/domain/session/decide.ts';
import { Problem } from './problem.ts';

/** Why a session does not take a command, in words for people. */
export function refusalProblem(refusal: SessionRefusal): Problem {
  const { code } = refusal;
  switch (code) {
    case 'task_already_active':
      return new Problem(
        code,
        `Session ${refusal.sessionId} is ${refusal.status}. Stop it first, or go on with it.`,
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_not_found':
      return new Problem(code, `There is no session ${refusal.sessionId}.`);
    case 'session_ended':
      return new Problem(
        code,
        refusal.status === 'error'
          ? `Session ${refusal.sessionId} has failed. Take it up again with POST /api/acquisition/sessions/${refusal.sessionId}/recover/, or start its task anew.`
          : `Session ${refusal.sessionId} has ended and does not come back. Start its task anew.`,
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_paused':
      return new Problem(code, `Session ${refusal.sessionId} is paused: resume it instead.`, {
        session_id: refusal.sessionId,
        session_status: 'paused',
      });
    case 'time_limit_reached':
      return new Problem(
        code,
        `Session ${refusal.sessionId} was to end at ${refusal.hardLimitAt} at the latest (max_duration of its task). Start the task anew.`,
        { session_id: refusal.sessionId, hard_limit_at: refusal.hardLimitAt },
      );
    default:
      return refusal satisfies never;
  }
}
