import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { isHandOver } from '@holdfast/shared/domain/placement/events.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { FailureCause, SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import { restartDelayMs } from '@holdfast/shared/domain/session/restart-delay.ts';
import type { FailedSession, RunningSession } from '@holdfast/shared/domain/session/state.ts';
import { dueTimeLimit } from '@holdfast/shared/domain/session/time-limits.ts';
import { isReadable, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { Text, Words } from '@holdfast/texts/text.ts';
import { type Action, holderMeanwhile } from './action.ts';
import { chooseCollector } from './choose-collector.ts';
import { emptyDrained } from './empty-drained.ts';
import { type Fleet, isFenced, mayStillPoll } from './fleet.ts';
import { Occupancy } from './occupancy.ts';
import { type Placed, type RebalanceLimits, rebalance } from './rebalance.ts';

/** The messages in ASSIGNMENTS, and how much of the log was known when they were listed. */
export interface AssignmentListing {
  /** `<collectorId>.<taskId>` */
  readonly keys: ReadonlySet<string>;
  readonly listedAtSequence: number;
  /** For single keys that were looked up after the list was made. */
  readonly askedAtSequence?: ReadonlyMap<string, number>;
}

/** Says that a collector cannot run a session. */
export interface Refusal {
  readonly epoch: number;
  readonly collectorId: string;
  readonly why: Words;
  readonly cause: FailureCause;
}

/** Says that a holder cannot read by the version to which its session was changed; it continues under the former one. */
export interface Inability {
  readonly epoch: number;
  readonly configVersion: number;
  readonly why: Words;
}

export interface Situation {
  readonly tasks: Iterable<TaskState>;
  readonly fleet: Fleet;
  readonly listing: AssignmentListing;
  /** By collector and task, see `statusKey`: no other collector's report hides the holder's. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** By collector and task, see `statusKey`. */
  readonly inabilities: ReadonlyMap<string, Inability>;
  /** The needs of a session with its endpoints at all their addresses, as far as these are known. */
  readonly located: (needs: SessionNeeds | undefined) => SessionNeeds | undefined;
  /** Last sequence of the log when this supervisor began to lead. */
  readonly leadingSince: number;
  /** Set when sessions that ran before the supervisor's start stay unplaced until they are recovered. */
  readonly recoveryDisabled: RecoveryDisabled | undefined;
  /** ms since 1970 */
  readonly nowMs: number;
  /** How long a task's session has been under its present epoch, in ms. */
  readonly heldForMs: (taskId: string, epoch: number) => number;
  /** Undefined while sessions are not to be moved for balance. */
  readonly rebalancing: RebalanceLimits | undefined;
  /** Actions of earlier plans that the log does not show yet, by {@link actionKey}: nothing is asked for twice. */
  readonly underWay: ReadonlyMap<string, Action>;
}

export interface RecoveryDisabled {
  /** Last sequence of the log when the process started. */
  readonly startedAt: number;
  /** False when another supervisor led until now: then this is a take-over, and the system has not just started. */
  readonly releasesPlaced: boolean;
}

export interface UnplacedSession {
  readonly taskId: string;
  readonly sessionId: string;
  readonly why: 'no_collector' | 'former_holder_not_done' | 'recovery_disabled';
  /** In words for people. */
  readonly detail: Text;
  /** The collector whose message must be gone first. */
  readonly former?: string;
  /** The collector whose lease has expired, and must be taken first. Otherwise it could come back and go on. */
  readonly fence?: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly waiting: readonly UnplacedSession[];
}

/** After so many refusals in a row a session is given up. */
export const maxRefusals = 3;

/**
 * Compares what should be (the log) with what is (leases, messages, refusals) and says what to do about the difference.
 * Pure: however often it is called, it asks for the same until that has happened.
 *
 * A task's new holder is named only when the former one cannot be polling any more, now or later. Either its lease,
 * which was over or given up, has been taken from it; or its message is gone, which it acknowledges after its last
 * request. A listing older than the event that ended the former placement proves nothing.
 */
export function reconcile(situation: Situation): Plan {
  const { fleet, listing, recoveryDisabled, underWay } = situation;
  const actions: Action[] = [];
  const waiting: UnplacedSession[] = [];
  const occupancy = new Occupancy();
  const unplaced: { task: TaskState; session: RunningSession }[] = [];
  const placed: (Placed & { task: TaskState; epoch: number })[] = [];
  const held = new Set<string>();

  for (const task of situation.tasks) {
    const { session, taskId } = task;
    if (!isReadable(task)) continue;
    const action = underWay.get(taskId);
    if (action) {
      const holder = holderMeanwhile(task, action);
      if (holder !== undefined) held.add(`${holder}.${taskId}`);
      if (holder !== undefined && session.status === 'running')
        occupancy.add(holder, session.session.sessionId, session.session.needs);
      continue;
    }
    const limit = timeLimitOf(task, situation.nowMs);
    if (limit) actions.push(limit);
    if (limit?.type === 'stop') continue;
    if (session.status === 'error') {
      const restart = restartOf(task, session, situation.nowMs);
      if (restart) actions.push(restart);
    }
    if (session.status !== 'running') continue;
    const placement = currentPlacement(session, task.placement);
    if (!placement) {
      unplaced.push({ task, session });
      continue;
    }
    const { collectorId, epoch } = placement;
    const needs = situation.located(session.session.needs);
    held.add(`${collectorId}.${taskId}`);
    const refusal = situation.refusals.get(statusKey(collectorId, taskId));
    if (refusal?.epoch === epoch) {
      actions.push(giveUpOrRelease(task, session, refusal, placement.refusals + 1, situation.leadingSince));
    } else if (recoveryDisabled?.releasesPlaced && epoch <= recoveryDisabled.startedAt) {
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
    } else if (mayStillPoll(fleet.get(collectorId)) && !isFenced(fleet.get(collectorId), epoch)) {
      occupancy.add(collectorId, session.session.sessionId, needs);
      placed.push({ task, taskId, epoch, collectorId, needs, heldForMs: situation.heldForMs(taskId, epoch) });
      const undo = undoOf(task, session, epoch, situation);
      if (undo) actions.push(undo);
      const isRung = listing.keys.has(`${collectorId}.${taskId}`);
      if (!isRung && listing.listedAtSequence >= epoch) {
        actions.push({ type: 'ring', task, session, collectorId, epoch });
      }
    } else unplaced.push({ task, session });
  }

  for (const { task, session } of unplaced) {
    const next = place(task, session, situation, occupancy);
    if ('why' in next) waiting.push(next);
    else actions.push(next);
  }

  for (const { task, collectorId, epoch } of emptyDrained(fleet, placed, occupancy)) {
    const detail = `${collectorId} was asked to let go of its sessions`;
    const traceparent = fleet.get(collectorId)?.emptiedBy;
    actions.push({
      ...{ type: 'release', task, collectorId, epoch, reason: 'drain', detail, refusals: 0 },
      traceparent,
    });
  }

  // Balance is a luxury: it waits until every session has a place and all is quiet.
  if (situation.rebalancing && actions.length === 0 && waiting.length === 0 && underWay.size === 0) {
    const moves = new Set(rebalance(fleet, placed, occupancy, situation.rebalancing));
    for (const session of placed) {
      if (!moves.has(session)) continue;
      const { task, collectorId, epoch } = session;
      const detail = 'another collector holds fewer sessions';
      actions.push({ type: 'release', task, collectorId, epoch, reason: 'rebalance', detail, refusals: 0 });
    }
  }

  for (const key of listing.keys) {
    const [collectorId = '', taskId = ''] = key.split('.');
    if (!held.has(key) && !underWay.has(key) && !mayStillPoll(fleet.get(collectorId))) {
      actions.push({ type: 'remove', collectorId, taskId });
    }
  }
  return { actions, waiting };
}

function place(
  task: TaskState,
  session: RunningSession,
  { fleet, listing, recoveryDisabled, leadingSince, located }: Situation,
  occupancy: Occupancy,
): Action | UnplacedSession {
  const { taskId, placement } = task;
  const { sessionId } = session.session;
  const needs = located(session.session.needs);
  const current = currentPlacement(session, placement);
  if (recoveryDisabled && session.runningSince <= recoveryDisabled.startedAt && !current) {
    const recover = `POST /api/acquisition/sessions/${sessionId}/recover/`;
    const detail = waitingText('recovery_is_disabled', { recover });
    return { taskId, sessionId, why: 'recovery_disabled', detail };
  }
  const former = placement.situation === 'never_placed' ? undefined : placement.collectorId;
  const isToLeave =
    placement.situation === 'released' && (placement.reason === 'refused' || isHandOver(placement.reason));
  const choice = chooseCollector({
    fleet,
    occupancy,
    needs,
    former: isToLeave ? undefined : former,
    avoid: isToLeave ? former : undefined,
  });
  if (!choice.ok) return { taskId, sessionId, why: 'no_collector', detail: choice.why };
  const { collectorId } = choice;
  const formerEpoch = placement.situation === 'never_placed' ? 0 : placement.epoch;
  if (former !== undefined && former !== collectorId && !isFenced(fleet.get(former), formerEpoch)) {
    if (!mayStillPoll(fleet.get(former))) {
      const detail = waitingText('former_holder_is_gone', { former });
      return { taskId, sessionId, why: 'former_holder_not_done', detail, fence: former };
    }
    const endedAt = Math.max(
      session.runningSince,
      placement.situation === 'released' ? task.lastPlacement : 0,
    );
    const key = `${former}.${taskId}`;
    const knownAt = listing.askedAtSequence?.get(key) ?? listing.listedAtSequence;
    const isDone = knownAt >= endedAt && !listing.keys.has(key);
    if (!isDone) {
      const detail = waitingText('former_holder_has_not_let_go', { former });
      return { taskId, sessionId, why: 'former_holder_not_done', detail, former };
    }
  }
  occupancy.add(collectorId, sessionId, needs);
  return {
    type: 'assign',
    task,
    session,
    collectorId,
    reason: assignReason(task, session, fleet, leadingSince),
    refusals: refusalsInARow(task, session),
    former: former === collectorId ? undefined : former,
  };
}

/**
 * Undoes a change only while it is the session's latest event, and not for ever: later on, people may want it as it is.
 */
function undoOf(
  task: TaskState,
  { session, change }: RunningSession,
  epoch: number,
  { inabilities, nowMs }: Situation,
): Extract<Action, { type: 'undo' }> | undefined {
  const { placement, taskId } = task;
  if (!change || nowMs >= Date.parse(change.undoUntil) || placement.situation !== 'assigned')
    return undefined;
  const unable = inabilities.get(statusKey(placement.collectorId, taskId));
  if (unable?.epoch !== epoch || unable.configVersion !== session.configVersion) return undefined;
  const { sessionId, configVersion } = session;
  return { type: 'undo', task, sessionId, configVersion, reason: unable.why };
}

/** An unreadable warning, by a newer release, may be this session's, and a second warning would be wrong. */
function timeLimitOf(task: TaskState, nowMs: number): Extract<Action, { type: 'stop' | 'warn' }> | undefined {
  const { session, warned, unreadable } = task;
  if (session.status === 'never_started') return undefined;
  const { sessionId } = session.session;
  const isWarned = warned?.sessionId === sessionId || unreadable.warning !== undefined;
  const due = dueTimeLimit(session, isWarned, nowMs);
  if (due === undefined) return undefined;
  return due === 'hard' ? { type: 'stop', task, sessionId } : { type: 'warn', task, sessionId };
}

function restartOf(task: TaskState, session: FailedSession, nowMs: number): Action | undefined {
  if (session.cause !== 'passing') return undefined;
  const dueMs = Date.parse(session.stoppedAt) + restartDelayMs(session.attempt);
  return nowMs >= dueMs ? { type: 'restart', task, session, attempt: session.attempt + 1 } : undefined;
}

function giveUpOrRelease(
  task: TaskState,
  session: RunningSession,
  { epoch, collectorId, why, cause }: Refusal,
  refusals: number,
  leadingSince: number,
): Action {
  if (refusals < maxRefusals) {
    return { type: 'release', task, collectorId, epoch, reason: 'refused', detail: why, refusals };
  }
  const wasRunningBefore = session.runningSince <= leadingSince;
  const reason = collectorText(wasRunningBefore ? 'failed_to_recover' : 'failed_to_start', { why });
  return { type: 'fail', task, session, reason, cause };
}

function refusalsInARow({ placement }: TaskState, session: RunningSession): number {
  if (placement.situation !== 'released' || placement.reason !== 'refused') return 0;
  // Refusals from before the session was resumed do not count.
  if (placement.epoch < session.runningSince) return 0;
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
  if (placement.situation === 'released' && isHandOver(placement.reason)) return placement.reason;
  if (placement.situation === 'released') {
    return wasRunningBefore || placement.reason === 'recovery_disabled' ? 'recovery' : 'start';
  }
  if (placement.epoch < session.runningSince) return wasRunningBefore ? 'recovery' : 'resume';
  if (wasRunningBefore && placement.epoch <= leadingSince) return 'recovery';
  const former = fleet.get(placement.collectorId);
  return (former?.fenced ?? former?.verdict) === 'given_up' ? 'drain' : 'failover';
}
