import { randomUUID } from 'node:crypto';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { handleCommand } from '@holdfast/shared/event-store/handle-command.ts';
import type { TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { KnownAssignments } from './known-assignments.ts';
import type { AssignmentOutbox } from './ports.ts';
import type { Action } from './reconcile/reconcile.ts';

const source = '/holdfast/supervisor';

export interface PerformerOptions {
  readonly store: EventStore;
  readonly outbox: AssignmentOutbox;
  readonly known: KnownAssignments;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Does what a plan asks for. Every action may be repeated, and may find that somebody else was first. */
export class ActionPerformer {
  readonly #options: PerformerOptions;

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** @returns the sequence of what was appended, 0 for nothing. @throws VersionConflict, StoreUnavailable */
  perform(action: Action): Promise<number> {
    switch (action.type) {
      case 'assign':
        return this.#assign(action);
      case 'ring':
        return this.#ringAgain(action);
      case 'release':
        return this.#release(action);
      case 'fail':
        return this.#fail(action);
      case 'restart':
        return this.#restart(action);
      case 'remove':
        return this.#remove(action.collectorId, action.taskId).then(() => 0);
      default:
        return action satisfies never;
    }
  }

  /**
   * What still lies on the subject of a former holder that is gone is swept by the next pass, so that a fleet
   * of thousands is placed first. It is worth nothing by now: its epoch is not the log's any more.
   */
  async #assign(action: Extract<Action, { type: 'assign' }>): Promise<number> {
    const { logger } = this.#options;
    const { task, session, collectorId, reason, former, refusals } = action;
    const { sessionId, taskCode } = session.session;
    const { taskId } = task;
    const about = { session: sessionId, task: taskId, task_code: taskCode, collector: collectorId };
    if (reason === 'recovery') logger.info(about, `Recovering session ${sessionId} for task ${taskCode}`);
    const epoch = await this.#append(task, {
      type: 'session.assigned',
      sessionId,
      taskId,
      collectorId,
      reason,
      refusals,
    });
    await this.#ring(action, epoch);
    logger.info({ ...about, epoch, reason, former }, 'session assigned');
    return epoch;
  }

  async #ringAgain(action: Extract<Action, { type: 'ring' }>): Promise<number> {
    const { task, session, collectorId, epoch } = action;
    await this.#ring(action, epoch);
    this.#options.logger.info(
      { session: session.session.sessionId, task: task.taskId, collector: collectorId, epoch },
      'assignment message was missing and is published again',
    );
    return 0;
  }

  /**
   * The holder's message stays: that it goes is the holder's word that it has let go, which the next assignment
   * waits for.
   */
  async #release(action: Extract<Action, { type: 'release' }>): Promise<number> {
    const { task, collectorId, epoch, reason, detail, refusals } = action;
    const { taskId } = task;
    const sessionId = sessionIdOf(task);
    const sequence = await this.#append(task, {
      type: 'session.released',
      sessionId,
      taskId,
      collectorId,
      epoch,
      reason,
      detail,
      refusals,
    });
    const about = { session: sessionId, task: taskId, collector: collectorId, epoch, reason, detail };
    if (reason === 'rebalance') this.#options.logger.info(about, 'session released');
    else this.#options.logger.warn(about, 'session released');
    return sequence;
  }

  async #fail({ task, session, reason, cause }: Extract<Action, { type: 'fail' }>): Promise<number> {
    const { sessionId } = session.session;
    const sequence = await this.#command(task, {
      type: 'FailSession',
      sessionId,
      by: 'supervisor',
      reason,
      cause,
    });
    const todo =
      cause === 'passing'
        ? 'it is tried again by itself'
        : `put right what is said and recover it with POST /api/acquisition/sessions/${sessionId}/recover/, or start the task anew`;
    this.#options.logger.error(
      { session: sessionId, task: task.taskId, reason, cause },
      `session failed: ${todo}`,
    );
    return sequence;
  }

  async #restart({ task, session, attempt }: Extract<Action, { type: 'restart' }>): Promise<number> {
    const { sessionId } = session.session;
    const sequence = await this.#command(task, {
      type: 'RestartSession',
      sessionId,
      by: 'supervisor',
      attempt,
    });
    const about = { session: sessionId, task: task.taskId, attempt, after: session.reason };
    this.#options.logger.warn(about, 'session is tried again after a failure that may have passed');
    return sequence;
  }

  async #remove(collectorId: string, taskId: string): Promise<void> {
    await this.#options.outbox.remove(collectorId, taskId);
    this.#options.known.removed(collectorId, taskId);
  }

  async #command(task: TaskState, command: SessionCommand): Promise<number> {
    const context = { commandId: randomUUID(), source, now: this.#now() };
    const outcome = await handleCommand(this.#options.store, task.taskId, command, context);
    return outcome.ok ? outcome.sequence : 0;
  }

  #append(task: TaskState, event: PlacementEvent): Promise<number> {
    const envelope = encodeSessionEvent(event, { id: randomUUID(), time: this.#now(), source });
    return this.#options.store.append(subjects.placement(task.taskId), envelope, task.lastPlacement);
  }

  async #ring(
    { collectorId, task, session }: Extract<Action, { type: 'assign' | 'ring' }>,
    epoch: number,
  ): Promise<void> {
    const { sessionId, configVersion } = session.session;
    await this.#options.outbox.publish(collectorId, {
      v: 1,
      session_id: sessionId,
      task_id: task.taskId,
      config_version: configVersion,
      epoch,
    });
    this.#options.known.rung(collectorId, task.taskId);
  }

  #now(): string {
    return new Date(this.#options.clock.wallMs()).toISOString();
  }
}

/** The session that a task's log is about, or the task's id while it has none. */
export function sessionIdOf({ session, taskId }: TaskState): string {
  return session.status === 'never_started' ? taskId : session.session.sessionId;
}
