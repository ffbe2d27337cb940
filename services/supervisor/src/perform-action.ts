import { randomUUID } from 'node:crypto';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import { isHandOver } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import { timeLimitReason } from '@holdfast/shared/domain/session/time-limits.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { handleCommand } from '@holdfast/shared/sessions/handle-command.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { inLanguage, type Words } from '@holdfast/texts/text.ts';
import type { AssignmentCache } from './assignment-cache.ts';
import type { AssignmentOutbox, SupervisorObserver } from './ports.ts';
import type { Action } from './reconcile/action.ts';

const source = '/holdfast/supervisor';

export interface PerformerOptions {
  readonly store: EventStore;
  readonly outbox: AssignmentOutbox;
  readonly assignments: AssignmentCache;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Performed {
  /** The sequence up to which the log must be known to show the outcome; 0 for none. */
  readonly sequence: number;
  /** False when another process had settled the matter before. */
  readonly isDone: boolean;
}

const done = (sequence: number): Performed => ({ sequence, isDone: true });

/** Does what a plan asks for. Every action may be repeated, and may find that another process was first. */
export class ActionPerformer {
  readonly #options: PerformerOptions;

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** @throws VersionConflict, AppendOutcomeUnknown, StoreUnavailable */
  async perform(action: Action): Promise<Performed> {
    switch (action.type) {
      case 'assign':
        return done(await this.#assign(action));
      case 'ring':
        return done(await this.#ringAgain(action));
      case 'release':
        return done(await this.#release(action));
      case 'fail':
        return this.#fail(action);
      case 'restart':
        return this.#restart(action);
      case 'stop':
        return this.#stop(action);
      case 'warn':
        return done(await this.#warn(action));
      case 'undo':
        return this.#undo(action);
      case 'remove':
        await this.#remove(action.collectorId, action.taskId);
        return done(0);
      default:
        return action satisfies never;
    }
  }

  /**
   * Assigns a session. The message of a former holder that is gone is left for the next pass to sweep, so that a fleet
   * of thousands is placed first. It is already worth nothing, as its epoch is no longer the one in the log.
   */
  async #assign(action: Extract<Action, { type: 'assign' }>): Promise<number> {
    const { logger } = this.#options;
    const { task, session, collectorId, reason, former, refusals } = action;
    const { sessionId, taskCode, configVersion } = session.session;
    const { taskId } = task;
    const about = { session: sessionId, task: taskId, task_code: taskCode, collector: collectorId };
    if (reason === 'recovery') logger.info(about, `Recovering session ${sessionId} for task ${taskCode}`);
    const traceparent = requestBehind(action);
    const epoch = await this.#append(
      task,
      { type: 'session.assigned', sessionId, taskId, collectorId, configVersion, reason, refusals },
      traceparent,
    );
    await this.#ring(action, epoch, traceparent);
    logger.info({ ...about, epoch, reason, former, traceparent }, 'session assigned');
    return epoch;
  }

  async #ringAgain(action: Extract<Action, { type: 'ring' }>): Promise<number> {
    const { task, session, collectorId, epoch } = action;
    await this.#ring(action, epoch, task.traces.placement);
    this.#options.logger.info(
      { session: session.session.sessionId, task: task.taskId, collector: collectorId, epoch },
      'assignment message was missing and is published again',
    );
    return 0;
  }

  /**
   * Releases a session. The holder's message stays: it is removed when the holder has let go, and the next assignment
   * waits for that.
   */
  async #release(action: Extract<Action, { type: 'release' }>): Promise<number> {
    const { task, collectorId, epoch, reason, detail, refusals, traceparent } = action;
    const { taskId } = task;
    const sessionId = sessionIdOf(task);
    const what = { sessionId, taskId, collectorId, epoch, reason, detail, refusals };
    const sequence = await this.#append(task, { type: 'session.released', ...what }, traceparent);
    const about = {
      session: sessionId,
      task: taskId,
      collector: collectorId,
      epoch,
      reason,
      detail: inLanguage(detail, 'en'),
      traceparent,
    };
    if (isHandOver(reason)) this.#options.logger.info(about, 'session released');
    else this.#options.logger.warn(about, 'session released');
    return sequence;
  }

  async #fail({ task, session, reason, cause }: Extract<Action, { type: 'fail' }>): Promise<Performed> {
    const { sessionId } = session.session;
    const performed = await this.#command(task, {
      type: 'FailSession',
      sessionId,
      by: 'supervisor',
      reason,
      cause,
    });
    if (!performed.isDone) return performed;
    const todo =
      cause === 'passing'
        ? 'it is tried again by itself'
        : `put right what is said and recover it with POST /api/acquisition/sessions/${sessionId}/recover/, or start the task anew`;
    this.#options.logger.error(
      { session: sessionId, task: task.taskId, reason: inLanguage(reason, 'en'), cause },
      `session failed: ${todo}`,
    );
    return performed;
  }

  async #restart({ task, session, attempt }: Extract<Action, { type: 'restart' }>): Promise<Performed> {
    const { sessionId } = session.session;
    const performed = await this.#command(task, {
      type: 'RestartSession',
      sessionId,
      by: 'supervisor',
      attempt,
    });
    if (!performed.isDone) return performed;
    const about = {
      session: sessionId,
      task: task.taskId,
      attempt,
      after: inLanguage(session.reason as Words, 'en'),
    };
    this.#options.logger.warn(about, 'session is tried again after a failure that may have passed');
    return performed;
  }

  /**
   * Stops a session, if the log still calls for it: a session that was stopped by another process is not stopped again,
   * and neither is its successor.
   */
  async #stop({ task, sessionId }: Extract<Action, { type: 'stop' }>): Promise<Performed> {
    const performed = await this.#command(task, {
      type: 'StopSession',
      sessionId,
      by: 'supervisor',
      reason: timeLimitReason,
    });
    if (!performed.isDone) return performed;
    const about = { session: sessionId, task: task.taskId, reason: timeLimitReason, ...limitsOf(task) };
    this.#options.logger.warn(about, 'session stopped: it has reached its hard time limit');
    return performed;
  }

  async #undo({
    task,
    sessionId,
    configVersion,
    reason,
  }: Extract<Action, { type: 'undo' }>): Promise<Performed> {
    const performed = await this.#command(task, {
      ...{ type: 'UndoReconfiguration', sessionId, by: 'supervisor', reason, configVersion },
      now: this.#now(),
    });
    if (!performed.isDone) return performed;
    this.#options.logger.error(
      { session: sessionId, task: task.taskId, config_version: configVersion, why: inLanguage(reason, 'en') },
      'session goes back to its former configuration: its collector cannot read by the new one',
    );
    return performed;
  }

  /** Two leaders may warn at once, or one leader twice; the expected sequence lets only one warning through. */
  async #warn({ task, sessionId }: Extract<Action, { type: 'warn' }>): Promise<number> {
    const { taskId } = task;
    const { soft_limit_at: softLimitAt = '', hard_limit_at } = limitsOf(task);
    const event = {
      type: 'session.warned',
      sessionId,
      taskId,
      by: 'supervisor',
      reason: timeLimitReason,
      softLimitAt,
    } as const;
    const envelope = encodeSessionEvent(event, { id: randomUUID(), time: this.#now(), source });
    const sequence = await this.#options.store.append(subjects.warning(taskId), envelope, task.lastWarning);
    this.#options.logger.warn(
      { session: sessionId, task: taskId, soft_limit_at: softLimitAt, hard_limit_at },
      'session has run past its soft time limit',
    );
    return sequence;
  }

  async #remove(collectorId: string, taskId: string): Promise<void> {
    await this.#options.outbox.remove(collectorId, taskId);
    this.#options.assignments.removed(collectorId, taskId);
  }

  async #command(task: TaskState, command: SessionCommand): Promise<Performed> {
    const context = { commandId: randomUUID(), source, now: this.#now() };
    const outcome = await handleCommand(this.#options.store, task.taskId, command, context);
    return outcome.ok
      ? { sequence: outcome.sequence, isDone: outcome.changed }
      : { sequence: 0, isDone: false };
  }

  #append(task: TaskState, event: PlacementEvent, traceparent?: string): Promise<number> {
    const metadata = { id: randomUUID(), time: this.#now(), source, traceparent };
    const envelope = encodeSessionEvent(event, metadata);
    return this.#options.store.append(subjects.placement(task.taskId), envelope, task.lastPlacement);
  }

  async #ring(
    { collectorId, task, session }: Extract<Action, { type: 'assign' | 'ring' }>,
    epoch: number,
    traceparent: string | undefined,
  ): Promise<void> {
    const { sessionId, configVersion } = session.session;
    await this.#options.outbox.publish(collectorId, {
      v: 1,
      session_id: sessionId,
      task_id: task.taskId,
      config_version: configVersion,
      epoch,
      ...(traceparent !== undefined && { traceparent }),
    });
    this.#options.assignments.rung(collectorId, task.taskId);
  }

  #now(): string {
    return new Date(this.#options.clock.wallMs()).toISOString();
  }
}

/**
 * The trace of the request that caused an assignment. A request that once began the session did not cause a failover or
 * a restart; a request that took it up again after its last placement did.
 */
function requestBehind({
  task: { traces, placement, lastPlacement },
  session,
  reason,
}: Extract<Action, { type: 'assign' }>): string | undefined {
  if (session.runningSince > lastPlacement) return traces.lifecycle;
  if (placement.situation === 'released' && isHandOver(placement.reason)) return traces.placement;
  return reason === 'start' || reason === 'resume' ? traces.lifecycle : undefined;
}

function limitsOf({ session }: TaskState): { soft_limit_at?: string; hard_limit_at?: string } {
  if (session.status === 'never_started') return {};
  const { softLimitAt, hardLimitAt } = session.session;
  return {
    ...(softLimitAt === undefined ? {} : { soft_limit_at: softLimitAt }),
    ...(hardLimitAt === undefined ? {} : { hard_limit_at: hardLimitAt }),
  };
}

/** Reports an action that was performed. @param waitedMs how long the task's session had no collector */
export function tellObserver(
  observer: SupervisorObserver,
  action: Action,
  waitedMs: (taskId: string) => number,
): void {
  switch (action.type) {
    case 'assign':
      observer.assigned(action.reason, waitedMs(action.task.taskId));
      return;
    case 'release':
      observer.released(action.reason);
      return;
    case 'fail':
      observer.failed(action.cause);
      return;
    case 'restart':
      observer.restarted();
      return;
    case 'stop':
      observer.limitReached('hard');
      return;
    case 'warn':
      observer.limitReached('soft');
      return;
    case 'ring':
    case 'undo':
    case 'remove':
      return;
    default:
      action satisfies never;
  }
}

/** The session that a task's log is about; the task's id while it has none. */
export function sessionIdOf({ session, taskId }: TaskState): string {
  return session.status === 'never_started' ? taskId : session.session.sessionId;
}
