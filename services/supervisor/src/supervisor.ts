import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { nextTimeLimitInMs } from '@holdfast/shared/domain/session/time-limits.ts';
import { LogDamaged, type StoredEvent, VersionConflict } from '@holdfast/shared/event-store/event-store.ts';
import type { LogState } from '@holdfast/shared/event-store/log-judge.ts';
import type { LeaseRecord } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { EndpointAddresses } from './endpoint-addresses.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { HolderWords } from './holder-words.ts';
import type { KnownAssignments } from './known-assignments.ts';
import type { LeadChoice } from './lead-choice.ts';
import { type ActionPerformer, sessionIdOf, tellObserver } from './perform-action.ts';
import type { SessionLog, SupervisorObserver } from './ports.ts';
import { type Action, type Plan, reconcile, type Waiting } from './reconcile/reconcile.ts';
import type { TaskBook } from './task-book.ts';
import type { WaitingReport } from './waiting-report.ts';
import { WaitingTimes } from './waiting-times.ts';

export interface SupervisorOptions {
  readonly book: TaskBook;
  readonly fleetWatch: FleetWatch;
  readonly known: KnownAssignments;
  readonly addresses: EndpointAddresses;
  readonly performer: ActionPerformer;
  readonly waitingReport: WaitingReport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly reconcileIntervalMs: number;
  readonly recoveryDisabled: boolean;
  readonly rebalancing: Rebalancing;
  readonly leadership: Leadership;
  readonly choice: LeadChoice;
  /** Whether the log is sound; otherwise nothing is done. */
  readonly logState: () => LogState;
  readonly observer?: SupervisorObserver;
  /** How many actions are performed at the same time. */
  readonly concurrency?: number;
}

export interface Leadership {
  /** Whether this process leads right now; asked before every write. */
  isHeld(): boolean;
  /** Whether another process has led since this one started. */
  sawOtherHolder(): boolean;
}

export interface Rebalancing {
  /** A session is moved at most once in this time. */
  readonly minHoldMs: number;
  /** How long the fleet must have been the same: in a rolling restart nothing is moved for balance. */
  readonly settleMs: number;
  /** Most moves at one time; 0 turns it off. */
  readonly maxMoves: number;
}

const beatEveryMs = 1_000;

/** How long a new leader waits for collectors to show that they are alive. */
const introductionMs = 500;

/**
 * Keeps every running session placed. It is level-triggered: every pass compares the whole log with the whole
 * fleet; hints only make the next pass come sooner.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #words = new HolderWords();
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #isWoken = false;
  #cancelBeat: () => void = () => undefined;
  /** Last sequence of the log when this process started, and when it began to lead. */
  #startedAt: number | undefined;
  #leadingSince: number | undefined;
  #leadingSinceMs = 0;
  #recoveryReported = false;
  #assigned = 0;
  #loop: Promise<void> | undefined;
  #isDoubtTold = false;
  #waiting: readonly Waiting[] = [];
  readonly #waitingTimes: WaitingTimes;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { book, fleetWatch, clock } = options;
    this.#waitingTimes = new WaitingTimes({
      clock,
      unplacedForMs: (taskId) => book.unplacedForMs(taskId),
      silentForMs: (collectorId) => fleetWatch.silentForMs(collectorId),
    });
  }

  /** Running sessions that no collector could be given in the last pass; undefined while another supervisor leads. */
  waiting(): readonly Waiting[] | undefined {
    return this.#leadingSince === undefined ? undefined : this.#waiting;
  }

  /** Folds one event of the log. */
  apply(stored: StoredEvent): void {
    this.#options.book.apply(stored);
    this.hint();
  }

  /**
   * The log has lost events: anything that this process does now could bring back a stopped session. Another supervisor
   * may see it differently, so this one leaves the leadership to it. `undefined` takes the judgement back.
   */
  logJudged(damage: Error | undefined): void {
    const { logger } = this.#options;
    if (damage) {
      logger.fatal(
        { err: damage },
        'the session log is damaged; this supervisor assigns nothing and does not lead until this is resolved. Restore SESSIONS from a backup or restart the supervisors to accept the log as it is',
      );
    } else logger.warn('the session log is whole after all; this supervisor may lead again');
    this.hint();
  }

  statusSeen(taskId: string, status: SessionLiveStatus): void {
    if (this.#words.heard(taskId, status)) this.hint();
  }

  leaseSeen(record: LeaseRecord): void {
    if (this.#options.fleetWatch.notice(record)) this.hint();
  }

  /**
   * The broker is back. Live values may be gone, and silence while it was away is no proof of death.
   * @param hasMoved only this process moved to another node: a collector that was silent meanwhile could have renewed
   */
  reconnected(hasMoved = false): void {
    if (!hasMoved) this.#options.fleetWatch.brokerUnusable();
    this.#options.waitingReport.forget();
    this.hint();
  }

  /** Something may have changed: look soon. */
  hint(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  start(log: SessionLog): void {
    this.#loop ??= this.#run(log);
    this.#beat();
  }

  #beat(): void {
    if (this.#stop.signal.aborted) return;
    const { fleetWatch, choice, timers } = this.#options;
    fleetWatch.beat();
    // While a pass waits for an answer, only this tells that it has waited for too long.
    choice.mayLead();
    this.#cancelBeat = timers.after(beatEveryMs, () => this.#beat());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelBeat();
    await this.#loop;
  }

  async #run(log: SessionLog): Promise<void> {
    const { reconcileIntervalMs, timers, logger, leadership, fleetWatch, clock, observer, choice } =
      this.#options;
    while (!this.#stop.signal.aborted) {
      this.#isWoken = false;
      if (leadership.isHeld()) choice.passBegan();
      try {
        const lastSequence = await log.verify();
        choice.progressed();
        this.#isDoubtTold = false;
        // Wait only so long: if the log has stopped arriving, only the next verification shows it.
        if (!(await this.#isCaughtUp(log, lastSequence))) continue;
        this.#startedAt ??= lastSequence;
        await fleetWatch.look();
        choice.progressed();
        if (leadership.isHeld()) {
          const beganAtMs = clock.monotonicMs();
          await this.#pass(log, lastSequence);
          choice.passEnded();
          observer?.passed(clock.monotonicMs() - beganAtMs);
        } else this.#standBy();
      } catch (error) {
        fleetWatch.brokerUnusable();
        observer?.passFailed();
        choice.passFailed();
        if (error instanceof LogDamaged) this.#tellDoubt(error);
        else logger.warn({ err: error }, 'this pass was not completed; the next one starts over');
        if (!leadership.isHeld()) this.#standBy();
      }
      if (!this.#isWoken) {
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        // Waiting for the next regular look would delay every failover by up to its interval.
        const nextMs = Math.min(fleetWatch.nextDeathInMs(), this.#nextTimeLimitInMs());
        const waitMs = Math.min(reconcileIntervalMs, Math.ceil(nextMs) + 1);
        await pause(timers, waitMs, AbortSignal.any([this.#stop.signal, woken.signal]));
      }
      // Hints come in bursts; one pass serves them all.
      await pause(timers, 20, this.#stop.signal);
    }
  }

  #tellDoubt(error: LogDamaged): void {
    if (this.#isDoubtTold) return;
    this.#isDoubtTold = true;
    this.#options.logger.warn(
      { err: error },
      'an answer about the session log does not fit what was read; nothing is assigned while it is looked at again',
    );
  }

  #nextTimeLimitInMs(): number {
    const { book, clock } = this.#options;
    return nextTimeLimitInMs(book.tasks().values(), clock.wallMs());
  }

  /**
   * Forgets what a leader knows. A stand-by only follows the log and watches leases, so that it can judge at once when
   * it takes over.
   */
  #standBy(): void {
    this.#options.choice.passEnded();
    this.#leadingSince = undefined;
    this.#recoveryReported = false;
    this.#waitingTimes.keepOnly(new Set());
    this.#options.waitingReport.forget();
  }

  async #pass(log: SessionLog, lastSequence: number): Promise<void> {
    if (this.#options.logState() !== 'sound') return;
    const { known, addresses, book, waitingReport, timers, clock, fleetWatch, choice } = this.#options;
    if (this.#leadingSince === undefined) {
      this.#leadingSince = lastSequence;
      this.#leadingSinceMs = clock.monotonicMs();
      this.#reportFound();
    }
    // All live collectors should get their share, not just the first one heard of.
    if (fleetWatch.hasUnproven() && clock.monotonicMs() - this.#leadingSinceMs < introductionMs) {
      timers.after(50, () => this.hint());
      return;
    }
    await known.refresh(log);
    choice.progressed();
    let plan = this.#plan(log, known.listing());
    this.#noteWaiting(plan);
    if (plan.waiting.some(({ former }) => former !== undefined)) {
      plan = this.#plan(log, await known.lookAfter(plan.waiting, log));
    }
    if (await this.#fence(plan, log)) plan = this.#plan(log, known.listing());
    const fleet = () => fleetWatch.fleet(log.appliedSequence());
    for (let left = 3; left > 0; left -= 1) {
      choice.progressed();
      if (!(await addresses.askBefore(plan, book.tasks().values(), fleet))) break;
      plan = this.#plan(log, known.listing());
    }
    const newest = await this.#execute(plan.actions);
    if (newest > 0) await this.#isCaughtUp(log, newest);
    this.#assigned += plan.actions.filter(({ type }) => type === 'assign').length;
    this.#waiting = plan.waiting;
    this.#reportRecovered(plan);
    await waitingReport.report(plan.waiting);
    const isSomebodyNearlyDone = plan.waiting.some(
      ({ former, fence }) => former !== undefined || fence !== undefined,
    );
    if (isSomebodyNearlyDone) timers.after(50, () => this.hint());
  }

  /** @returns whether a lease was taken; then there is more to do */
  async #fence(plan: Plan, log: SessionLog): Promise<boolean> {
    const { fleetWatch, leadership } = this.#options;
    const collectors = new Set(plan.waiting.flatMap(({ fence }) => fence ?? []));
    let isAnyTaken = false;
    for (const collectorId of collectors) {
      if (!leadership.isHeld()) return false;
      const isTaken = await fleetWatch.fence(collectorId, log.appliedSequence(), () => log.verify());
      if (isTaken) isAnyTaken = true;
    }
    return isAnyTaken;
  }

  #plan(log: SessionLog, listing: ReturnType<KnownAssignments['listing']>): Plan {
    const { book, fleetWatch, addresses, clock, recoveryDisabled, rebalancing, leadership } = this.#options;
    const fleet = fleetWatch.fleet(log.appliedSequence());
    const isSettled = fleetWatch.unchangedForMs(fleet) >= rebalancing.settleMs;
    const leadingSince = this.#leadingSince ?? 0;
    return reconcile({
      tasks: book.tasks().values(),
      fleet,
      listing,
      refusals: this.#words.refusals,
      inabilities: this.#words.inabilities,
      located: (needs) => addresses.located(needs),
      leadingSince,
      recoveryDisabled: recoveryDisabled
        ? { startedAt: this.#startedAt ?? leadingSince, releasesPlaced: !leadership.sawOtherHolder() }
        : undefined,
      nowMs: clock.wallMs(),
      heldForMs: (taskId, epoch) => book.heldForMs(taskId, epoch),
      rebalancing: isSettled && rebalancing.maxMoves > 0 ? rebalancing : undefined,
    });
  }

  /** Waits a while for the log. @returns whether everything up to `sequence` has been seen */
  async #isCaughtUp(log: SessionLog, sequence: number): Promise<boolean> {
    const patience = new AbortController();
    const cancel = this.#options.timers.after(5_000, () => patience.abort());
    await log.reached(sequence, AbortSignal.any([this.#stop.signal, patience.signal]));
    cancel();
    return log.appliedSequence() >= sequence;
  }

  /** @returns the highest sequence that was appended, 0 for none */
  async #execute(actions: readonly Action[]): Promise<number> {
    const { performer, leadership, choice, observer, concurrency = 64 } = this.#options;
    let next = 0;
    let newest = 0;
    const worker = async (): Promise<void> => {
      while (next < actions.length && leadership.isHeld() && !this.#stop.signal.aborted) {
        const action = actions[next];
        next += 1;
        if (!action) return;
        try {
          const { sequence, isDone } = await performer.perform(action);
          newest = Math.max(newest, sequence);
          choice.progressed();
          if (!isDone || !observer) continue;
          tellObserver(observer, action, (taskId) => this.#waitingTimes.placed(taskId));
        } catch (error) {
          // Another process was first: the log will show which, and the next pass sees it.
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    };
    const results = await Promise.allSettled(Array.from({ length: concurrency }, worker));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      // A session may have been assigned without its collector being told, which only a new list shows.
      this.#options.known.doubt();
      throw failed.reason;
    }
    return newest;
  }

  #noteWaiting({ actions, waiting }: Plan): void {
    const tasks = this.#options.book.tasks();
    const waitingNow = new Set<string>(waiting.map(({ taskId }) => taskId));
    for (const action of actions) if (action.type === 'assign') waitingNow.add(action.task.taskId);
    for (const taskId of waitingNow) {
      const task = tasks.get(taskId);
      if (task) this.#waitingTimes.note(task);
    }
    this.#waitingTimes.keepOnly(waitingNow);
  }

  #reportFound(): void {
    const { logger, recoveryDisabled, book } = this.#options;
    const running = [...book.tasks().values()].filter(({ session }) => session.status === 'running');
    const placed = running.filter(({ session, placement }) => currentPlacement(session, placement));
    const sessions = (tasks: readonly TaskState[]) => tasks.slice(0, 100).map(sessionIdOf);
    logger.info(
      {
        running: running.length,
        placed: placed.length,
        sessions: sessions(running),
        last_sequence: this.#leadingSince,
      },
      `Found ${running.length} running sessions to recover`,
    );
    if (recoveryDisabled && running.length > 0) {
      logger.warn(
        { sessions: sessions(running) },
        'session recovery is disabled: these sessions stay running but unplaced until they are recovered with POST /api/acquisition/sessions/{id}/recover/',
      );
    }
  }

  #reportRecovered({ actions, waiting }: Plan): void {
    if (
      this.#recoveryReported ||
      actions.some(({ type }) => type === 'release') ||
      waiting.some(({ why }) => why !== 'recovery_disabled')
    )
      return;
    this.#recoveryReported = true;
    this.#options.logger.info(
      { assigned: this.#assigned, held_back: waiting.length },
      'Session recovery completed',
    );
  }
}
