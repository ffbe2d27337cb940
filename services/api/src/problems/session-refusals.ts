import type { SessionRefusal } from '@holdfast/shared/domain/session/decide.ts';
import { Problem } from './problem.ts';
import { problemsText } from './texts.ts';

/** Why a session does not take a command, in words for people. */
export function refusalProblem(refusal: SessionRefusal): Problem {
  const { code } = refusal;
  switch (code) {
    case 'task_already_active':
      return new Problem(
        code,
        problemsText(refusal.status === 'running' ? 'session_is_running' : 'session_is_paused', {
          sessionId: refusal.sessionId,
        }),
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_not_found':
      return new Problem(code, problemsText('there_is_no_session', { sessionId: refusal.sessionId }));
    case 'session_ended':
      return new Problem(
        code,
        refusal.status === 'error'
          ? problemsText('session_has_failed_take_it_up', { sessionId: refusal.sessionId })
          : problemsText('session_has_ended_and_does', { sessionId: refusal.sessionId }),
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_paused':
      return new Problem(
        code,
        problemsText('session_is_paused_resume_it_instead', { sessionId: refusal.sessionId }),
        {
          session_id: refusal.sessionId,
          session_status: 'paused',
        },
      );
    case 'time_limit_reached':
      return new Problem(
        code,
        problemsText('session_was_to_end', {
          sessionId: refusal.sessionId,
          hardLimitAt: refusal.hardLimitAt,
        }),
        { session_id: refusal.sessionId, hard_limit_at: refusal.hardLimitAt },
      );
    case 'configuration_moved_on':
      return new Problem(
        code,
        problemsText('session_has_version_by_now_somebody', {
          sessionId: refusal.sessionId,
          configVersion: refusal.configVersion,
        }),
        { session_id: refusal.sessionId, config_version: refusal.configVersion },
      );
    case 'reconfiguration_pending':
      return new Problem(
        code,
        problemsText('a_change_of_session_comes_into', {
          sessionId: refusal.sessionId,
          effectiveAt: refusal.effectiveAt,
        }),
        { session_id: refusal.sessionId, effective_at: refusal.effectiveAt },
      );
    default:
      return refusal satisfies never;
  }
}
