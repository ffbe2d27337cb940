import { both } from '@holdfast/driver/form-words.ts';
import type { SessionRefusal } from '@holdfast/shared/domain/session/decide.ts';
import { Problem } from './problem.ts';

const activeWords = { running: '正在运行', paused: '已暂停' } as const;

/** Why a session does not take a command, in words for people. */
export function refusalProblem(refusal: SessionRefusal): Problem {
  const { code } = refusal;
  switch (code) {
    case 'task_already_active':
      return new Problem(
        code,
        both(
          `Session ${refusal.sessionId} is ${refusal.status}. Stop it first, or go on with it.`,
          `会话 ${refusal.sessionId} ${activeWords[refusal.status]}。请先停止它，或继续使用它。`,
        ),
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_not_found':
      return new Problem(
        code,
        both(`There is no session ${refusal.sessionId}.`, `没有会话 ${refusal.sessionId}。`),
      );
    case 'session_ended':
      return new Problem(
        code,
        refusal.status === 'error'
          ? both(
              `Session ${refusal.sessionId} has failed. Take it up again with POST /api/acquisition/sessions/${refusal.sessionId}/recover/, or start its task anew.`,
              `会话 ${refusal.sessionId} 已出错。可恢复它（POST /api/acquisition/sessions/${refusal.sessionId}/recover/），或重新启动其任务。`,
            )
          : both(
              `Session ${refusal.sessionId} has ended and does not come back. Start its task anew.`,
              `会话 ${refusal.sessionId} 已结束，不会恢复。请重新启动其任务。`,
            ),
        { session_id: refusal.sessionId, session_status: refusal.status },
      );
    case 'session_paused':
      return new Problem(
        code,
        both(
          `Session ${refusal.sessionId} is paused: resume it instead.`,
          `会话 ${refusal.sessionId} 已暂停：请改为继续会话。`,
        ),
        {
          session_id: refusal.sessionId,
          session_status: 'paused',
        },
      );
    case 'time_limit_reached':
      return new Problem(
        code,
        both(
          `Session ${refusal.sessionId} was to end at ${refusal.hardLimitAt} at the latest (max_duration of its task). Start the task anew.`,
          `会话 ${refusal.sessionId} 最迟应于 ${refusal.hardLimitAt} 结束（任务的 max_duration）。请重新启动任务。`,
        ),
        { session_id: refusal.sessionId, hard_limit_at: refusal.hardLimitAt },
      );
    case 'configuration_moved_on':
      return new Problem(
        code,
        both(
          `Session ${refusal.sessionId} has version ${refusal.configVersion} by now: somebody else has changed it. Look at the difference again.`,
          `会话 ${refusal.sessionId} 现在是版本 ${refusal.configVersion}：已有他人更改。请重新查看差异。`,
        ),
        { session_id: refusal.sessionId, config_version: refusal.configVersion },
      );
    case 'reconfiguration_pending':
      return new Problem(
        code,
        both(
          `A change of session ${refusal.sessionId} comes into force at ${refusal.effectiveAt}. Ask again after that.`,
          `会话 ${refusal.sessionId} 的一次更改将于 ${refusal.effectiveAt} 生效。请在此之后再试。`,
        ),
        { session_id: refusal.sessionId, effective_at: refusal.effectiveAt },
      );
    default:
      return refusal satisfies never;
  }
}
