import { randomUUID } from 'node:crypto';
import { parseCollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import {
  type EventStore,
  LogDamaged,
  type StoredEvent,
  VersionConflict,
} from '@holdfast/shared/event-store/event-store.ts';
import { handleCommand } from '@holdfast/shared/event-store/handle-command.ts';
import type { TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import type { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { AssignmentOutbox, SessionLog } from './ports.ts';
import type { Collector } from './reconcile/fleet.ts';
import { type Action, type Refusal, reconcile, type Waiting } from './reconcile/reconcile.ts';
import { TaskBook } from './task-book.ts';

export interface SupervisorOptions {
  readonly store: EventStore;
  readonly collectors: LeaseStore;
  readonly judge: LeaseJudge;
  readonly outbox: AssignmentOutbox;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly reconcileIntervalMs: number;
  readonly recoveryDisabled: boolean;
  readonly leadership: Leadership;
  /** How much is written at the same time. */
  readonly concurrency?: number;
}

export interface Leadership {
  /** Whether this process leads right now; asked before every write. */
  isHeld(): boolean;
  /** Whether another process has led since this one started. */
  sawOtherHolder(): boolean;
}

const source = '/holdfast/supervisor';
/** A key that is no collector's id: written to prove that the lease bucket takes writes. */
const probeKey = 'probe.supervisor';

/**
 * Keeps every running session placed. It is level-triggered: every pass compares the whole log with the whole
 * fleet; hints only make the next pass come sooner.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #book: TaskBook;
  readonly #refusals = new Map<string, Refusal>();
  readonly #stop = new AbortController();
  #listing: { keys: Set<string>; listedAtSequence: number } = { keys: new Set(), listedAtSequence: -1 };
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #lastPassAtMs: number | undefined;
  #wake: (() => void) | undefined;
  #isWoken = false;
  #listedLeasesAtMs = Number.NEGATIVE_INFINITY;
  /** Last sequence of the log when this process started, and when it began to lead. */
  #startedAt: number | undefined;
  #leadingSince: number | undefined;
  #recoveryReported = false;
  #assigned = 0;
  #waitingReported = '';
  #loop: Promise<void> | undefined;
  #damaged: Error | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#book = new TaskBook(options.logger);
  }

  /** Folds one event of the log. */
  apply(stored: StoredEvent): void {
    this.#book.apply(stored);
    this.hint();
  }

  /** The log lost events: whatever this process would do now could bring back what was stopped. */
  logDamaged(error: Error): void {
    if (this.#damaged) return;
    this.#damaged = error;
    this.#options.logger.fatal(
      { err: error },
      'the session log is damaged; nothing is assigned until this is resolved. Restore SESSIONS from a backup or restart the supervisors to accept the log as it is',
    );
  }

  statusSeen(taskId: string, status: SessionLiveStatus): void {
    if (status.state !== 'refused') {
      this.#refusals.delete(taskId);
      return;
    }
    this.#refusals.set(taskId, { epoch: status.epoch, collectorId: status.collector, why: status.detail });
    this.hint();
  }

  /** Something may have changed: look soon. */
  hint(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  start(log: SessionLog): void {
    this.#loop ??= this.#run(log);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  tasks(): ReadonlyMap<string, TaskState> {
    return this.#book.tasks();
  }

  /** A lease was written. Renewals come all the time; only what changes a verdict is worth a pass. */
  leaseSeen(record: LeaseRecord): void {
    if (record.key === probeKey) return;
    const { judge } = this.#options;
    const before = judge.verdict(record.key);
    judge.notice(record);
    if (judge.verdict(record.key) !== before) this.hint();
  }

  async #run(log: SessionLog): Promise<void> {
    const { reconcileIntervalMs, timers, logger, leadership } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#isWoken = false;
      try {
        const lastSequence = await log.verify();
        await log.reached(lastSequence, this.#stop.signal);
        this.#startedAt ??= lastSequence;
        await this.#lookAtFleet();
        if (leadership.isHeld()) await this.#pass(log, lastSequence);
        else this.#standBy();
      } catch (error) {
        this.#options.judge.brokerUnusable();
        if (error instanceof LogDamaged) this.logDamaged(error);
        else logger.warn({ err: error }, 'this pass was not completed; the next one starts over');
      }
      if (!this.#isWoken) {
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        await pause(timers, reconcileIntervalMs, AbortSignal.any([this.#stop.signal, woken.signal]));
      }
      // Hints come in bursts; one pass serves them all.
      await pause(timers, 20, this.#stop.signal);
    }
  }

  /** A stand-by follows the log and watches leases, so that it can judge at once when it takes over. */
  #standBy(): void {
    this.#leadingSince = undefined;
    this.#recoveryReported = false;
  }

  async #pass(log: SessionLog, lastSequence: number): Promise<void> {
    const { logger, recoveryDisabled, leadership } = this.#options;
    if (this.#damaged) return;
    if (this.#leadingSince === undefined) {
      this.#leadingSince = lastSequence;
      this.#reportFound();
    }
    await this.#listAssignments(log);
    const plan = reconcile({
      tasks: this.#book.tasks().values(),
      fleet: this.#fleet(),
      listing: this.#listing,
      refusals: this.#refusals,
      leadingSince: this.#leadingSince,
      recoveryDisabled: recoveryDisabled
        ? { startedAt: this.#startedAt ?? lastSequence, releasesPlaced: !leadership.sawOtherHolder() }
        : undefined,
    });
    this.#reportWaiting(plan.waiting);
    const newest = await this.#execute(plan.actions);
    if (newest > 0) await this.#waitForOwn(log, newest);
    this.#assigned += plan.actions.filter(({ type }) => type === 'assign').length;
    if (!this.#recoveryReported && plan.waiting.every(({ why }) => why === 'recovery_disabled')) {
      this.#recoveryReported = true;
      logger.info({ assigned: this.#assigned, held_back: plan.waiting.length }, 'Session recovery completed');
    }
    // Somebody has still to let go: that shows in the listing, which gives no hint.
    if (plan.waiting.some(({ why }) => why === 'former_holder_not_done')) {
      this.#listedAtMs = Number.NEGATIVE_INFINITY;
      this.#options.timers.after(100, () => this.hint());
    }
  }

  /** What this pass wrote is to be seen by the next one; a log that stopped arriving must not hold it up for ever. */
  async #waitForOwn(log: SessionLog, sequence: number): Promise<void> {
    const patience = new AbortController();
    const cancel = this.#options.timers.after(5_000, () => patience.abort());
    await log.reached(sequence, AbortSignal.any([this.#stop.signal, patience.signal]));
    cancel();
  }

  #fleet(): Map<string, Collector> {
    const { judge } = this.#options;
    const fleet = new Map<string, Collector>();
    for (const collectorId of judge.keys()) {
      const record = judge.record(collectorId);
      const lease = record && parseCollectorLease(record.value);
      const verdict = judge.verdict(collectorId);
      // A lease that cannot be read, of a newer release, is a reason to give it nothing, not to take what it holds.
      if (verdict) fleet.set(collectorId, { collectorId, verdict, capacity: lease?.capacity ?? 0 });
    }
    return fleet;
  }

  /**
   * Reads all leases while proving that the bucket takes writes: during a leader election reads can still be
   * answered although no holder can renew, and that silence must not be taken for death.
   */
  async #lookAtFleet(): Promise<void> {
    const { collectors, judge, clock, reconcileIntervalMs } = this.#options;
    const now = clock.monotonicMs();
    if (now - this.#listedLeasesAtMs < reconcileIntervalMs / 2) return;
    const sinceLast = this.#lastPassAtMs === undefined ? 0 : now - this.#lastPassAtMs;
    this.#lastPassAtMs = now;
    // This process stood still itself: what it did not see in that time says nothing.
    if (sinceLast > 3 * reconcileIntervalMs + 2_000) judge.brokerUnusable();
    try {
      const probe = await collectors.read(probeKey);
      await collectors.write(probeKey, String(now), probe?.revision ?? 0, 1_000).catch((error: unknown) => {
        // Another supervisor's probe was first: the bucket takes writes.
        if (!(error instanceof LeaseConflict)) throw error;
      });
      const askedAtMs = clock.monotonicMs();
      const leases = await collectors.list();
      judge.see(
        leases.filter(({ key }) => key !== probeKey),
        askedAtMs,
      );
      this.#listedLeasesAtMs = clock.monotonicMs();
    } catch (error) {
      judge.brokerUnusable();
      throw error;
    }
  }

  async #listAssignments(log: SessionLog): Promise<void> {
    const { outbox, clock } = this.#options;
    // Listing costs a line per placed session, so not at every hint.
    if (clock.monotonicMs() - this.#listedAtMs < 5_000) return;
    const listedAtSequence = log.appliedSequence();
    this.#listing = { keys: await outbox.list(), listedAtSequence };
    this.#listedAtMs = clock.monotonicMs();
  }

  /** @returns the highest sequence that was appended, 0 for none */
  async #execute(actions: readonly Action[]): Promise<number> {
    let next = 0;
    let newest = 0;
    const worker = async (): Promise<void> => {
      while (next < actions.length && this.#options.leadership.isHeld() && !this.#stop.signal.aborted) {
        const action = actions[next];
        next += 1;
        if (!action) return;
        try {
          newest = Math.max(newest, await this.#perform(action));
        } catch (error) {
          // Somebody else was first; the log will say who, and the next pass sees it.
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    };
    const workers = Array.from({ length: this.#options.concurrency ?? 64 }, worker);
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return newest;
  }

  async #perform(action: Action): Promise<number> {
    const { outbox, logger } = this.#options;
    switch (action.type) {
      case 'assign': {
        const { task, session, collectorId, reason, former, refusals } = action;
        const { sessionId, configVersion, taskCode } = session.session;
        const { taskId } = task;
        if (reason === 'recovery') {
          logger.info(
            { session: sessionId, task: taskId, task_code: taskCode, collector: collectorId },
            `Recovering session ${sessionId} for task ${taskCode}`,
          );
        }
        const epoch = await this.#append(task, {
          type: 'session.assigned',
          sessionId,
          taskId,
          collectorId,
          reason,
          refusals,
        });
        await this.#ring(collectorId, taskId, sessionId, configVersion, epoch);
        logger.info(
          { session: sessionId, task: taskId, collector: collectorId, epoch, reason, former },
          'session assigned',
        );
        if (former !== undefined) {
          await outbox.remove(former, taskId);
          this.#listing.keys.delete(`${former}.${taskId}`);
        }
        return epoch;
      }
      case 'ring': {
        const { task, session, collectorId, epoch } = action;
        const { sessionId, configVersion } = session.session;
        await this.#ring(collectorId, task.taskId, sessionId, configVersion, epoch);
        logger.info(
          { session: sessionId, task: task.taskId, collector: collectorId, epoch },
          'assignment message was missing and is published again',
        );
        return 0;
      }
      case 'release': {
        const { task, collectorId, epoch, reason, detail, refusals } = action;
        const sequence = await this.#append(task, {
          type: 'session.released',
          sessionId: sessionIdOf(task),
          taskId: task.taskId,
          collectorId,
          epoch,
          reason,
          detail,
          refusals,
        });
        await outbox.remove(collectorId, task.taskId);
        this.#listing.keys.delete(`${collectorId}.${task.taskId}`);
        logger.warn(
          { session: sessionIdOf(task), task: task.taskId, collector: collectorId, epoch, reason, detail },
          'session released',
        );
        return sequence;
      }
      case 'fail': {
        const { task, session, reason } = action;
        const { sessionId } = session.session;
        const outcome = await handleCommand(
          this.#options.store,
          task.taskId,
          { type: 'FailSession', sessionId, by: 'supervisor', reason },
          { commandId: randomUUID(), source, now: this.#now() },
        );
        logger.error({ session: sessionId, task: task.taskId, reason }, 'session failed');
        return outcome.ok ? outcome.sequence : 0;
      }
      case 'remove':
        await outbox.remove(action.collectorId, action.taskId);
        this.#listing.keys.delete(`${action.collectorId}.${action.taskId}`);
        return 0;
      default:
        return action satisfies never;
    }
  }

  #append(task: TaskState, event: PlacementEvent): Promise<number> {
    const envelope = encodeSessionEvent(event, { id: randomUUID(), time: this.#now(), source });
    return this.#options.store.append(subjects.placement(task.taskId), envelope, task.lastPlacement);
  }

  async #ring(
    collectorId: string,
    taskId: string,
    sessionId: string,
    configVersion: number,
    epoch: number,
  ): Promise<void> {
    await this.#options.outbox.publish(collectorId, {
      v: 1,
      session_id: sessionId,
      task_id: taskId,
      config_version: configVersion,
      epoch,
    });
    this.#listing.keys.add(`${collectorId}.${taskId}`);
  }

  #now(): string {
    return new Date(this.#options.clock.wallMs()).toISOString();
  }

  #reportFound(): void {
    const { logger, recoveryDisabled } = this.#options;
    const running = [...this.#book.tasks().values()].filter(({ session }) => session.status === 'running');
    const placed = running.filter(({ session, placement }) => currentPlacement(session, placement));
    logger.info(
      {
        running: running.length,
        placed: placed.length,
        sessions: running.slice(0, 100).map(sessionIdOf),
        last_sequence: this.#leadingSince,
      },
      `Found ${running.length} running sessions to recover`,
    );
    if (recoveryDisabled && running.length > 0) {
      logger.warn(
        { sessions: running.map(sessionIdOf) },
        'session recovery is disabled: these sessions stay running but unplaced until they are recovered with POST /api/acquisition/sessions/{id}/recover/',
      );
    }
  }

  #reportWaiting(waiting: readonly Waiting[]): void {
    const unmet = waiting.filter(({ why }) => why === 'no_collector');
    const report = unmet.map(({ sessionId }) => sessionId).join(' ');
    if (report === this.#waitingReported) return;
    this.#waitingReported = report;
    if (unmet.length > 0) {
      this.#options.logger.warn(
        { sessions: unmet.slice(0, 100).map(({ sessionId }) => sessionId), count: unmet.length },
        'running sessions wait: no collector is up that could take them. Start a collector',
      );
    }
  }
}

function sessionIdOf({ session, taskId }: TaskState): string {
  return session.status === 'never_started' ? taskId : session.session.sessionId;
}
