import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { nextTimeLimitInMs } from '@holdfast/shared/domain/session/time-limits.ts';
import { LogDamaged, type StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { LogState } from '@holdfast/shared/event-store/log-judge.ts';
import type { LeaseRecord } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { ActionsUnderWay } from './actions-under-way.ts';
import type { AssignmentCache } from './assignment-cache.ts';
import type { EndpointAddresses } from './endpoint-addresses.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { HolderWords } from './holder-words.ts';
import type { LeadChoice } from './lead-choice.ts';
import { type ActionPerformer, tellObserver } from './perform-action.ts';
import type { Leadership, Rebalancing, SessionLog, SupervisorObserver } from './ports.ts';
import { type Plan, reconcile, type UnplacedSession } from './reconcile/reconcile.ts';
import { RecoveryReport } from './recovery-report.ts';
import type { TaskBook } from './task-book.ts';
import type { WaitingReport } from './waiting-report.ts';
import { WaitingTimes } from './waiting-times.ts';

export interface SupervisorOptions {
  readonly book: TaskBook;
  readonly fleetWatch: FleetWatch;
  readonly assignments: AssignmentCache;
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
}

const beatEveryMs = 1_000;
const performedAtOnce = 64;

/**
 * Over a quick link, answers are there within this time. While one takes longer, hints are followed with what was seen
 * last: a session that is started meanwhile must not wait for several answers in a row.
 */
const quickMs = 100;

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
  /** Whether something may have changed since the last plan. */
  #isPlanDue = false;
  /** Whether the last look was completed: until the next one ends, plans may use what it has seen. */
  #hasLooked = false;
  readonly #underWay: ActionsUnderWay;
  /** Ends of plans that no pass waits for. */
  readonly #performing = new Set<Promise<void>>();
  #cancelBeat: () => void = () => undefined;
  /** Last sequence of the log when this process started, and when it began to lead. */
  #startedAt: number | undefined;
  #leadingSince: number | undefined;
  #leadingSinceMs = 0;
  readonly #recovery: RecoveryReport;
  #loop: Promise<void> | undefined;
  #isDoubtTold = false;
  #waiting: readonly UnplacedSession[] = [];
  readonly #waitingTimes: WaitingTimes;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { book, fleetWatch, clock, performer, leadership, choice, observer } = options;
    this.#waitingTimes = new WaitingTimes({
      clock,
      unplacedForMs: (taskId) => book.unplacedForMs(taskId),
      silentForMs: (collectorId) => fleetWatch.silentForMs(collectorId),
    });
    this.#recovery = new RecoveryReport(options);
    this.#underWay = new ActionsUnderWay({
      perform: (action) => performer.perform(action),
      mayAct: () => leadership.isHeld() && !this.#stop.signal.aborted,
      onPerformed: (action, { isDone }) => {
        choice.progressed();
        if (isDone && observer) tellObserver(observer, action, (taskId) => this.#waitingTimes.placed(taskId));
      },
      concurrency: performedAtOnce,
    });
  }

  /** Running sessions that no collector could be given in the last pass, or undefined while another supervisor leads. */
  waiting(): readonly UnplacedSession[] | undefined {
    return this.#leadingSince === undefined ? undefined : this.#waiting;
  }

  /** Folds one event of the log. */
  apply(event: StoredEvent): void {
    this.#options.book.apply(event);
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
   * The broker is back. Live values may be gone, and silence while it was unavailable is no proof of death.
   * @param hasMoved only this process moved to another node: a collector that was silent meanwhile could have renewed
   */
  reconnected(hasMoved = false): void {
    if (!hasMoved) {
      this.#hasLooked = false;
      this.#options.fleetWatch.brokerUnusable();
    }
    this.#options.waitingReport.forget();
    this.hint();
  }

  /** Something may have changed: look soon. */
  hint(): void {
    this.#isWoken = true;
    this.#isPlanDue = true;
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
    // While a pass waits for an answer, only this shows that it has waited for too long.
    choice.mayLead();
    this.#cancelBeat = timers.after(beatEveryMs, () => this.#beat());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelBeat();
    await this.#loop;
    await Promise.allSettled(this.#performing);
  }

  async #run(log: SessionLog): Promise<void> {
    const { reconcileIntervalMs, timers, leadership, fleetWatch, clock, observer, choice, book } =
      this.#options;
    while (!this.#stop.signal.aborted) {
      this.#isWoken = false;
      if (leadership.isHeld()) choice.passBegan();
      try {
        const lastSequence = await this.#planningUntil(this.#look(log), log);
        // If the log has stopped arriving, only the next verification shows it.
        if (lastSequence === undefined) continue;
        this.#hasLooked = true;
        this.#startedAt ??= lastSequence;
        choice.progressed();
        if (leadership.isHeld()) {
          const beganAtMs = clock.monotonicMs();
          await this.#pass(log, lastSequence);
          choice.passEnded();
          observer?.passed(clock.monotonicMs() - beganAtMs);
        } else this.#standBy();
      } catch (error) {
        this.#passFailed(error);
        if (!leadership.isHeld()) this.#standBy();
      }
      if (!this.#isWoken) {
        // Waiting for the next regular look would delay every failover by up to its interval.
        const timeLimitMs = nextTimeLimitInMs(book.tasks().values(), clock.wallMs());
        const nextMs = Math.min(fleetWatch.nextDeathInMs(), timeLimitMs);
        await this.#wokenWithin(Math.min(reconcileIntervalMs, Math.ceil(nextMs) + 1));
      }
      // Hints come in bursts; one pass serves them all.
      await pause(timers, 20, this.#stop.signal);
    }
  }

  /**
   * Looks at all that plans go by. Each answer may take long, so all are asked for at the same time.
   * @returns the log's last sequence, or undefined if not everything up to it has been seen
   */
  async #look(log: SessionLog): Promise<number | undefined> {
    const { fleetWatch, assignments, leadership } = this.#options;
    const [verified, ...others] = await Promise.allSettled([
      log.verify(),
      fleetWatch.look(),
      leadership.isHeld() ? assignments.refresh(log) : undefined,
    ]);
    if (verified.status === 'rejected') throw verified.reason;
    this.#isDoubtTold = false;
    for (const look of others) if (look.status === 'rejected') throw look.reason;
    return (await this.#isCaughtUp(log, verified.value)) ? verified.value : undefined;
  }

  /** Waits for something that may take long, and meanwhile follows hints with what was seen last. */
  async #planningUntil<T>(work: Promise<T>, log: SessionLog): Promise<T> {
    const over = new AbortController();
    const end = (): void => over.abort();
    work.then(end, end);
    while (!over.signal.aborted) {
      await pause(this.#options.timers, quickMs, over.signal);
      if (over.signal.aborted) break;
      if (this.#isPlanDue && this.#mayPlan()) await this.#planMeanwhile(log);
      else await this.#wokenWithin(this.#options.reconcileIntervalMs, over.signal);
    }
    return work;
  }

  #mayPlan(): boolean {
    const { leadership, logState } = this.#options;
    return (
      this.#hasLooked &&
      this.#leadingSince !== undefined &&
      leadership.isHeld() &&
      logState() === 'sound' &&
      !this.#isIntroducing()
    );
  }

  async #planMeanwhile(log: SessionLog): Promise<void> {
    try {
      const { performed } = await this.#planAndBegin(log);
      const ending: Promise<void> = performed
        .catch((error: unknown) => this.#passFailed(error))
        .finally(() => this.#performing.delete(ending));
      this.#performing.add(ending);
    } catch (error) {
      this.#passFailed(error);
    }
  }

  #passFailed(error: unknown): void {
    const { fleetWatch, observer, choice, logger } = this.#options;
    this.#hasLooked = false;
    fleetWatch.brokerUnusable();
    observer?.passFailed();
    choice.passFailed();
    if (error instanceof LogDamaged) this.#tellDoubt(error);
    else logger.warn({ err: error }, 'this pass was not completed; the next one starts over');
  }

  async #wokenWithin(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await pause(this.#options.timers, ms, AbortSignal.any([this.#stop.signal, woken.signal, ...signals]));
  }

  #tellDoubt(error: LogDamaged): void {
    if (this.#isDoubtTold) return;
    this.#isDoubtTold = true;
    this.#options.logger.warn(
      { err: error },
      'an answer about the session log does not fit what was read; nothing is assigned while it is looked at again',
    );
  }

  /**
   * Forgets what a leader knows. A stand-by only follows the log and watches leases, so that it can judge at once when
   * it takes over.
   */
  #standBy(): void {
    this.#options.choice.passEnded();
    this.#isPlanDue = false;
    this.#leadingSince = undefined;
    this.#recovery.forget();
    this.#waitingTimes.keepOnly(new Set());
    this.#options.waitingReport.forget();
  }

  async #pass(log: SessionLog, lastSequence: number): Promise<void> {
    if (this.#options.logState() !== 'sound') return;
    const { assignments, waitingReport, timers, clock, choice } = this.#options;
    if (this.#leadingSince === undefined) {
      this.#leadingSince = lastSequence;
      this.#leadingSinceMs = clock.monotonicMs();
      this.#recovery.began(lastSequence);
    }
    if (this.#isIntroducing()) {
      timers.after(50, () => this.hint());
      return;
    }
    await assignments.refresh(log);
    choice.progressed();
    const { plan, performed } = await this.#planAndBegin(log);
    choice.progressed();
    await this.#planningUntil(performed, log);
    this.#recovery.passed(plan);
    await this.#planningUntil(waitingReport.report(plan.waiting), log);
  }

  /** All live collectors should get their share, not just the first one heard of. */
  #isIntroducing(): boolean {
    const { fleetWatch, clock } = this.#options;
    return fleetWatch.hasUnproven() && clock.monotonicMs() - this.#leadingSinceMs < introductionMs;
  }

  /** @returns the plan, and when all of it has been performed */
  async #planAndBegin(log: SessionLog): Promise<{ plan: Plan; performed: Promise<void> }> {
    const { assignments, addresses, book, fleetWatch, choice, timers } = this.#options;
    this.#isPlanDue = false;
    let plan = this.#plan(log, assignments.listing());
    this.#noteWaiting(plan);
    if (plan.waiting.some(({ former }) => former !== undefined)) {
      plan = this.#plan(log, await assignments.lookAfter(plan.waiting, log));
    }
    if (await this.#fence(plan, log)) plan = this.#plan(log, assignments.listing());
    const fleet = () => fleetWatch.fleet(log.appliedSequence());
    for (let attempts = 3; attempts > 0; attempts -= 1) {
      choice.progressed();
      if (!(await addresses.askBefore(plan, book.tasks().values(), fleet))) break;
      plan = this.#plan(log, assignments.listing());
    }
    this.#recovery.planned(plan);
    this.#waiting = plan.waiting;
    const isSomebodyNearlyDone = plan.waiting.some(
      ({ former, fence }) => former !== undefined || fence !== undefined,
    );
    if (isSomebodyNearlyDone) timers.after(50, () => this.hint());
    const reached = (sequence: number) => this.#isCaughtUp(log, sequence);
    const performed = this.#underWay.begin(plan.actions, reached).catch((error: unknown) => {
      // A session may have been assigned without its collector being notified, which only a new list shows.
      assignments.doubt();
      throw error;
    });
    return { plan, performed };
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

  #plan(log: SessionLog, listing: ReturnType<AssignmentCache['listing']>): Plan {
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
      underWay: this.#underWay.at(log.appliedSequence()),
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

  #noteWaiting({ actions, waiting }: Plan): void {
    const tasks = this.#options.book.tasks();
    const waitingNow = new Set<string>(waiting.map(({ taskId }) => taskId));
    for (const action of [...actions, ...this.#underWay.actions()])
      if (action.type === 'assign') waitingNow.add(action.task.taskId);
    for (const taskId of waitingNow) {
      const task = tasks.get(taskId);
      if (task) this.#waitingTimes.note(task);
    }
    this.#waitingTimes.keepOnly(waitingNow);
  }
}
