import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { RunningSession } from '@holdfast/shared/domain/session/state.ts';
import { isReadable, type TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import { chooseCollector } from './choose-collector.ts';
import { type Fleet, mayStillPoll } from './fleet.ts';

/** Which messages lie in ASSIGNMENTS, and how much of the log was known when that was asked. */
export interface AssignmentListing {
  /** `<collectorId>.<taskId>` */
  readonly keys: ReadonlySet<string>;
  readonly listedAtSequence: number;
}

/** A collector's word that it cannot run a session. */
export interface Refusal {
  readonly epoch: number;
  readonly collectorId: string;
  readonly why: string;
}

export interface Situation {
  readonly tasks: Iterable<TaskState>;
  readonly fleet: Fleet;
  readonly listing: AssignmentListing;
  /** By task id. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** Last sequence of the log when this supervisor began to lead. */
  readonly leadingSince: number;
  /** Set when sessions that ran before the supervisor's start stay unplaced until somebody recovers them. */
  readonly recoveryDisabled: RecoveryDisabled | undefined;
}

export interface RecoveryDisabled {
  /** Last sequence of the log when the process started. */
  readonly startedAt: number;
  /** False when another supervisor led until now: then this is a take-over, not a start of the system. */
  readonly releasesPlaced: boolean;
}

export type Action =
  | {
      readonly type: 'assign';
      readonly task: TaskState;
      readonly session: RunningSession;
      readonly collectorId: string;
      readonly reason: AssignReason;
      readonly refusals: number;
      /** Whose subject is to be cleared afterwards. */
      readonly former: string | undefined;
    }
  /** The placement stands in the log but its message is missing: whoever appended it died before ringing. */
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
      readonly reason: 'refused' | 'recovery_disabled';
      readonly detail: string;
      readonly refusals: number;
    }
  /** What lies on the subject of a collector that is gone, for a task that is not placed there. */
  | { readonly type: 'remove'; readonly collectorId: string; readonly taskId: string }
  | {
      readonly type: 'fail';
      readonly task: TaskState;
      readonly session: RunningSession;
      readonly reason: string;
    };

export interface Waiting {
  readonly taskId: string;
  readonly sessionId: string;
  readonly why: 'no_collector' | 'former_holder_not_done' | 'recovery_disabled';
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly waiting: readonly Waiting[];
}

/** After so many refusals in a row a session is given up. */
export const maxRefusals = 3;

/**
 * Compares what should be (the log) with what is (leases, messages, refusals) and says what to do about the
 * difference. Pure: called as often as one likes, it asks for the same until that has happened.
 *
 * A task's new holder is named only when the former one cannot be polling any more: its lease is over or given
 * up, or its message is gone, which it acknowledges after its last request. A listing older than the event that
 * ended the former placement proves nothing.
 */
export function reconcile(situation: Situation): Plan {
  const { fleet, listing, refusals, leadingSince, recoveryDisabled } = situation;
  const actions: Action[] = [];
  const waiting: Waiting[] = [];
  const load = new Map<string, number>();
  const unplaced: { task: TaskState; session: RunningSession }[] = [];
  const placed = new Set<string>();

  for (const task of situation.tasks) {
    const { session } = task;
    if (session.status !== 'running' || !isReadable(task)) continue;
    const placement = currentPlacement(session, task.placement);
    if (!placement) {
      unplaced.push({ task, session });
      continue;
    }
    const { collectorId, epoch } = placement;
    placed.add(`${collectorId}.${task.taskId}`);
    const refusal = refusals.get(task.taskId);
    if (refusal?.epoch === epoch && refusal.collectorId === collectorId) {
      actions.push(giveUpOrRelease(task, session, refusal, placement.refusals + 1, leadingSince));
      continue;
    }
    if (recoveryDisabled?.releasesPlaced && epoch <= recoveryDisabled.startedAt) {
      const detail = 'the supervisor was started with DISABLE_SESSION_RECOVERY';
      actions.push({
        type: 'release',
        task,
        collectorId,
        epoch,
        reason: 'recovery_disabled',
        detail,
        refusals: 0,
      });
      continue;
    }
    if (mayStillPoll(fleet.get(collectorId))) {
      load.set(collectorId, (load.get(collectorId) ?? 0) + 1);
      const isRung = listing.keys.has(`${collectorId}.${task.taskId}`);
      if (!isRung && listing.listedAtSequence >= epoch) {
        actions.push({ type: 'ring', task, session, collectorId, epoch });
      }
    } else {
      unplaced.push({ task, session });
    }
  }

  for (const { task, session } of unplaced) {
    const { taskId, placement } = task;
    const { sessionId } = session.session;
    const current = currentPlacement(session, placement);
    if (recoveryDisabled && session.runningSince <= recoveryDisabled.startedAt && !current) {
      waiting.push({ taskId, sessionId, why: 'recovery_disabled' });
      continue;
    }
    const former = placement.situation === 'never_placed' ? undefined : placement.collectorId;
    const wasRefused = placement.situation === 'released' && placement.reason === 'refused';
    const collectorId = chooseCollector({ fleet, load, former, avoid: wasRefused ? former : undefined });
    if (collectorId === undefined) {
      waiting.push({ taskId, sessionId, why: 'no_collector' });
      continue;
    }
    if (former !== undefined && former !== collectorId && mayStillPoll(fleet.get(former))) {
      const endedAt = Math.max(
        session.runningSince,
        placement.situation === 'released' ? task.lastPlacement : 0,
      );
      const isDone = listing.listedAtSequence >= endedAt && !listing.keys.has(`${former}.${taskId}`);
      if (!isDone) {
        waiting.push({ taskId, sessionId, why: 'former_holder_not_done' });
        continue;
      }
    }
    load.set(collectorId, (load.get(collectorId) ?? 0) + 1);
    actions.push({
      type: 'assign',
      task,
      session,
      collectorId,
      reason: assignReason(task, session, fleet, leadingSince),
      refusals: refusalsInARow(task, session),
      former: former === collectorId ? undefined : former,
    });
  }

  for (const key of listing.keys) {
    const [collectorId = '', taskId = ''] = key.split('.');
    if (!placed.has(key) && !mayStillPoll(fleet.get(collectorId))) {
      actions.push({ type: 'remove', collectorId, taskId });
    }
  }
  return { actions, waiting };
}

function giveUpOrRelease(
  task: TaskState,
  session: RunningSession,
  { epoch, collectorId, why }: Refusal,
  refusals: number,
  leadingSince: number,
): Action {
  if (refusals < maxRefusals) {
    return { type: 'release', task, collectorId, epoch, reason: 'refused', detail: why, refusals };
  }
  const wasRunningBefore = session.runningSince <= leadingSince;
  const what = wasRunningBefore ? 'Failed to recover after restart' : 'Failed to start';
  return { type: 'fail', task, session, reason: `${what}: ${why}` };
}

function refusalsInARow({ placement }: TaskState, session: RunningSession): number {
  if (placement.situation !== 'released' || placement.reason !== 'refused') return 0;
  return placement.sessionId === session.session.sessionId ? placement.refusals : 0;
}

function assignReason(
  { placement }: TaskState,
  session: RunningSession,
  fleet: Fleet,
  leadingSince: number,
): AssignReason {
  const wasRunningBefore = session.runningSince <= leadingSince;
  const isOfThisSession =
    placement.situation !== 'never_placed' && placement.sessionId === session.session.sessionId;
  if (!isOfThisSession) return wasRunningBefore ? 'recovery' : 'start';
  if (placement.situation === 'released' && placement.reason === 'rebalance') return 'rebalance';
  if (placement.situation === 'released') {
    return wasRunningBefore || placement.reason === 'recovery_disabled' ? 'recovery' : 'start';
  }
  if (placement.epoch < session.runningSince) return wasRunningBefore ? 'recovery' : 'resume';
  if (wasRunningBefore && placement.epoch <= leadingSince) return 'recovery';
  return fleet.get(placement.collectorId)?.verdict === 'given_up' ? 'drain' : 'failover';
}
