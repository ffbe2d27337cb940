import type { AssignReason, ReleaseReason } from '@holdfast/shared/domain/placement/events.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import type { FailedSession, RunningSession } from '@holdfast/shared/domain/session/state.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { Words } from '@holdfast/texts/text.ts';

/** Something to be done about a difference between what should be and what is. */
export type Action =
  | {
      readonly type: 'assign';
      readonly task: TaskState;
      readonly session: RunningSession;
      readonly collectorId: string;
      readonly reason: AssignReason;
      readonly refusals: number;
      /** The former holder, if it was another collector. */
      readonly former: string | undefined;
    }
  /**
   * Publishes a missing message. The placement is in the log, but the supervisor that appended it died before it
   * published.
   */
  | {
      readonly type: 'ring';
      readonly task: TaskState;
      readonly session: RunningSession;
      readonly collectorId: string;
      readonly epoch: number;
    }
  | {
      readonly type: 'release';
      readonly task: TaskState;
      readonly collectorId: string;
      readonly epoch: number;
      readonly reason: ReleaseReason;
      readonly detail: Words;
      readonly refusals: number;
      /** Trace of the request behind it, or undefined if there was none. */
      readonly traceparent?: string | undefined;
    }
  /** Removes the message on the subject of a collector that is gone, for a task that is not placed there. */
  | { readonly type: 'remove'; readonly collectorId: string; readonly taskId: string }
  | {
      readonly type: 'fail';
      readonly task: TaskState;
      readonly session: RunningSession;
      readonly reason: Words;
      readonly cause: FailureCause;
    }
  /** Tries again to run a session that failed for a passing cause. */
  | {
      readonly type: 'restart';
      readonly task: TaskState;
      readonly session: FailedSession;
      readonly attempt: number;
    }
  /** Takes back a change of configuration that the holder cannot follow. */
  | {
      readonly type: 'undo';
      readonly task: TaskState;
      readonly sessionId: string;
      readonly configVersion: number;
      readonly reason: Words;
    }
  /** Stops a session whose hard time limit has come. */
  | { readonly type: 'stop'; readonly task: TaskState; readonly sessionId: string }
  /** Warns of a session whose soft limit has come, unless it was warned of already. */
  | { readonly type: 'warn'; readonly task: TaskState; readonly sessionId: string };

/** Names what an action is about. Only one is performed at a time; messages of former holders are removed meanwhile. */
export function actionKey(action: Action): string {
  return action.type === 'remove' ? `${action.collectorId}.${action.taskId}` : action.task.taskId;
}

/** The collector that has a task, or is about to get it, while an action on the task is under way. */
export function holderMeanwhile({ session, placement }: TaskState, action: Action): string | undefined {
  if (action.type === 'assign') return action.collectorId;
  return currentPlacement(session, placement)?.collectorId;
}
