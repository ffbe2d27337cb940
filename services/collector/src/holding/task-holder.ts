import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth, SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { SessionRunner } from '../polling/session-runner.ts';
import type {
  AssignmentHandle,
  LiveStatus,
  LoadedConfig,
  Recoveries,
  Samples,
  SentRecords,
  TaskConfigs,
  Truth,
} from '../ports.ts';
import { judgeAssignment } from './judge-assignment.ts';

export interface TaskHolderOptions {
  readonly taskId: string;
  readonly collectorId: string;
  readonly instance: string;
  readonly truth: Truth;
  readonly configs: TaskConfigs;
  readonly samples: Samples;
  readonly sent: SentRecords;
  readonly recoveries?: Recoveries;
  readonly liveStatus: LiveStatus;
  readonly timers: Timers;
  readonly log: Logger;
  /** Whether this collector may poll at all right now. */
  readonly mayPoll: () => boolean;
  /** Asks what a start has to know; may keep the question waiting, so that thousands of them do not flood the broker. */
  readonly inTurn: <T>(question: () => Promise<T>) => Promise<T>;
  /** Epochs up to this one are void, see LeaseHolder. */
  readonly voidUpTo: () => number;
  readonly createRunner: (assignment: Assignment, config: TaskConfig) => SessionRunner;
  /** Waits until the samples read so far are stored, within bounds. */
  readonly flushSamples: () => Promise<void>;
}

/** An exception too: it can be a gateway's, for a unit behind it that is silent. */
const silentCauses: readonly MissCause[] = ['timeout', 'connection', 'exception'];

/** Whoever takes a session up waits no longer for the live state to be written: an answer can be lost. */
const statusWithinMs = 1_500;

/** After so many tries in a row a start that fails for no reason of the session's own is refused. */
const maxFailedStarts = 10;

/**
 * Holds one task's assignment. It is level-triggered: whatever happens (a message, a hint from the log, the
 * lease lost or held again, a drain) only asks it to settle, and settling compares the message with the log
 * and does what is missing. One settling runs at a time, so a session of the task never overlaps another.
 */
export class TaskHolder {
  readonly #options: TaskHolderOptions;
  #handle: AssignmentHandle | undefined;
  #runner: SessionRunner | undefined;
  #refused: { assignment: Assignment; why: string; cause: FailureCause } | undefined;
  /** Tries in a row at the snapshot or the start that failed although the broker answered. */
  #failedStarts = 0;
  #isClosing = false;
  #isDirty = false;
  #settling: Promise<void> | undefined;
  #lastStatus = '';

  constructor(options: TaskHolderOptions) {
    this.#options = options;
  }

  /** Whether there is nothing left to do for the task. */
  isIdle(): boolean {
    return !this.#handle && !this.#runner && !this.#refused && !this.#settling;
  }

  isRunning(): boolean {
    return this.#runner !== undefined;
  }

  /** Health of the devices that are polled and have been asked, by their codes. */
  deviceHealth(): readonly (readonly [string, DeviceHealth])[] {
    return Object.entries(this.#runner?.status().device_health ?? {});
  }

  /** Has a device asked for everything again. @returns id of the session that reads it, if one does */
  forgetLearned(deviceId: string): string | undefined {
    return this.#runner?.forgetLearned(deviceId) ? this.#runner.sessionId : undefined;
  }

  /** A message came. For what is already held it just becomes the new handle. */
  offer(handle: AssignmentHandle): void {
    const held = this.#handle?.assignment;
    const isOlder = held && (handle.assignment?.epoch ?? 0) < held.epoch;
    // A late ring of a former placement, or an unreadable one, has pushed the newer message off the subject. It
    // stands for what is held from now on: as long as a message lies there, nobody takes the session for let go.
    this.#handle = isOlder ? standingFor(held, handle) : handle;
    const runner = this.#runner;
    const isPolled = runner?.isStopping() === false && runner.epoch === handle.assignment?.epoch;
    // After a reconnect thousands come at once. What became of a session meanwhile the log tells.
    if (!isPolled) this.recheck();
  }

  /** The log, the lease or the task's state may have changed. */
  recheck(): void {
    // At once, not when its turn comes: a lease that is lost and held again while something else is being
    // settled must not let the session go on under the old right.
    if (!this.#options.mayPoll()) void this.#runner?.stop();
    this.#isDirty = true;
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      if (this.#isDirty) this.recheck();
    });
  }

  keepAlive(): void {
    this.#handle?.keepAlive();
  }

  /** The message is not ours to answer any more: another process has taken this collector's id. */
  forgetMessage(): void {
    this.#handle = undefined;
    this.#refused = undefined;
  }

  /** Ends polling without ending the session. The message stays held until {@link giveBack}. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.recheck();
    await this.#settling;
  }

  giveBack(): void {
    this.#handle?.giveBack();
    this.#handle = undefined;
  }

  async #settle(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      try {
        await this.#settleOnce();
      } catch (error) {
        this.#options.log.warn(
          { err: error, task: this.#options.taskId },
          'the task could not be settled; trying again',
        );
        this.#recheckIn(500);
      }
    }
  }

  async #settleOnce(): Promise<void> {
    const { taskId, collectorId, truth, log, mayPoll } = this.#options;
    if (this.#isClosing || !mayPoll()) return this.#stopRunner();
    const handle = this.#handle;
    if (!handle) {
      await this.#stopRunner();
      return this.#forgetOldRefusal();
    }
    const { assignment } = handle;
    if (!assignment) {
      log.error(
        { task: taskId },
        'an assignment message cannot be read and is dropped; the supervisor will ring again',
      );
      await handle.done();
      if (this.#handle === handle) this.#handle = undefined;
      return;
    }
    const task = await truth.load(taskId);
    const verdict = judgeAssignment(assignment, task, collectorId, this.#options.voidUpTo());
    switch (verdict) {
      case 'run':
        if (this.#runner?.epoch === assignment.epoch && !this.#runner.isStopping()) return;
        await this.#stopRunner();
        return this.#run(assignment, handle, isRecovery(task));
      case 'over':
        await this.#stopRunner();
        await this.#finish(handle, assignment);
        return;
      case 'stale_read':
        this.#recheckIn(200);
        return;
      case 'unreadable':
        log.error(
          { task: taskId, session: assignment.session_id },
          'the session log has an event of a newer release; the session is left as it is. Upgrade this collector',
        );
        this.#recheckIn(5_000);
        return;
      default:
        verdict satisfies never;
    }
  }

  async #run(assignment: Assignment, handle: AssignmentHandle, isPlacedAnew: boolean): Promise<void> {
    const { taskId, configs, samples, sent, recoveries, log, inTurn, mayPoll } = this.#options;
    let isWanted = true;
    let goesOn = isPlacedAnew;
    // A question whose turn comes too late is not asked: a drain would wait for it.
    const ask = <T>(question: () => Promise<T>): Promise<T | undefined> =>
      inTurn(async () => (isWanted && !this.#isClosing && mayPoll() ? question() : undefined));
    let loaded: LoadedConfig | undefined;
    try {
      loaded = await ask(() => configs.load(taskId, assignment.config_version));
    } catch (error) {
      this.#failedStarts += 1;
      // The log could be read a moment ago, so the broker is there: perhaps another collector fares better.
      if (this.#failedStarts < maxFailedStarts) throw error;
      const why = `the configuration snapshot cannot be read: ${(error as Error).message}`;
      return this.#refuse(assignment, handle, why, 'passing');
    }
    if (!loaded) return;
    if (!loaded.ok) return this.#refuse(assignment, handle, loaded.problem, 'permanent');
    this.#failedStarts = 0;
    const firstTicks = new Map<string, number>();
    const answering = new Set<string>();
    const former: Sample[] = [];
    try {
      await Promise.all(
        loaded.config.devices.map(async (device) => {
          const last = await ask(() => samples.last(taskId, device.id, assignment.epoch));
          if (last?.stored) former.push(last.stored);
          // The tick that an earlier holder has read is not read again.
          if (last?.session === assignment.session_id) firstTicks.set(device.id, last.tick + 1);
          // This collector's own, before it was started again or lost its lease.
          goesOn ||= last?.session === assignment.session_id && last.epoch === assignment.epoch;
          // The reader and the session do not matter: a part of it counts, the other points are missing.
          const isSilent = last?.miss && !last.values && silentCauses.includes(last.miss.cause);
          if (last && !isSilent) answering.add(device.id);
        }),
      );
      // The fate of that session's readings up to there is unknown once SAMPLES has dropped these.
      await ask(() => sent.found(former, assignment.epoch));
    } finally {
      isWanted = false;
    }
    // All this took time. Whatever has happened meanwhile, such as a lease that was lost and is held again, may
    // have made the look at the log worthless.
    if (this.#isDirty || this.#isClosing || !mayPoll()) return;
    this.#refused = undefined;
    if (goesOn) recoveries?.begun(assignment);
    this.#runner = this.#options.createRunner(assignment, loaded.config);
    this.#runner.start(firstTicks, answering);
    log.info(
      {
        session: assignment.session_id,
        task: taskId,
        epoch: assignment.epoch,
        devices: loaded.config.devices.length,
        period_ms: loaded.config.period_ms,
        traceparent: assignment.traceparent,
      },
      'session is being polled',
    );
    await this.#orLater(this.writeStatus());
  }

  async #refuse(
    assignment: Assignment,
    handle: AssignmentHandle,
    why: string,
    cause: FailureCause,
  ): Promise<void> {
    const { log, taskId } = this.#options;
    this.#failedStarts = 0;
    log.error(
      { session: assignment.session_id, task: taskId, epoch: assignment.epoch, why },
      'session refused',
    );
    this.#refused = { assignment, why, cause };
    await this.writeStatus();
    await handle.done();
    if (this.#handle === handle) this.#handle = undefined;
  }

  /** Forgets a refusal once the log has moved on: the task's live state is then another holder's to write. */
  async #forgetOldRefusal(): Promise<void> {
    const refused = this.#refused;
    if (!refused) return;
    const { taskId, collectorId, truth } = this.#options;
    const verdict = judgeAssignment(refused.assignment, await truth.load(taskId), collectorId);
    if (verdict === 'over' && this.#refused === refused) this.#refused = undefined;
  }

  async #finish(handle: AssignmentHandle, { session_id, epoch }: Assignment): Promise<void> {
    const { log, taskId } = this.#options;
    await handle.done();
    if (this.#handle === handle) this.#handle = undefined;
    log.info({ session: session_id, task: taskId, epoch }, 'session is over for this collector');
  }

  async #stopRunner(): Promise<void> {
    const runner = this.#runner;
    if (!runner) return;
    await runner.stop();
    this.#runner = undefined;
    await this.#options.flushSamples();
    this.#options.sent.ended(runner.sessionId, runner.epoch);
    this.#options.recoveries?.ended(runner.sessionId);
    // Without the lease another collector may be writing the task's live state already.
    if (this.#options.mayPoll()) await this.#orLater(this.#write(runner, 'released'));
    const { log, taskId } = this.#options;
    log.info(
      { session: runner.sessionId, task: taskId, epoch: runner.epoch },
      'session is not polled any more',
    );
  }

  async #orLater(writing: Promise<void>): Promise<void> {
    const written = new AbortController();
    const done = writing.catch(() => undefined).finally(() => written.abort());
    await Promise.race([done, pause(this.#options.timers, statusWithinMs, written.signal)]);
  }

  #recheckIn(ms: number): void {
    this.#options.timers.after(ms, () => this.recheck());
  }

  /** Writes the live state if it changed since the last time. */
  async writeStatus(): Promise<void> {
    if (this.#runner) return this.#write(this.#runner, 'polling');
    if (!this.#refused) return;
    const { assignment, why, cause } = this.#refused;
    await this.#options.liveStatus.write(this.#options.taskId, {
      ...this.#identity(assignment.session_id, assignment.epoch),
      state: 'refused',
      detail: why,
      cause,
      points_read: 0,
      error_count: 0,
      last_read_time: null,
      device_health: {},
    });
  }

  async #write(runner: SessionRunner, state: 'polling' | 'released'): Promise<void> {
    const status = runner.status();
    const fingerprint = JSON.stringify([state, runner.epoch, status]);
    if (fingerprint === this.#lastStatus) return;
    await this.#options.liveStatus.write(this.#options.taskId, {
      ...this.#identity(runner.sessionId, runner.epoch),
      state,
      detail: '',
      ...status,
    });
    this.#lastStatus = fingerprint;
  }

  #identity(
    session: string,
    epoch: number,
  ): Pick<SessionLiveStatus, 'v' | 'session' | 'epoch' | 'collector' | 'instance' | 'updated_at'> {
    const { collectorId, instance } = this.#options;
    return { v: 1, session, epoch, collector: collectorId, instance, updated_at: new Date().toISOString() };
  }
}

function standingFor(assignment: Assignment, message: AssignmentHandle): AssignmentHandle {
  return {
    taskId: message.taskId,
    assignment,
    keepAlive: () => message.keepAlive(),
    done: () => message.done(),
    giveBack: () => message.giveBack(),
  };
}

/** A session that is started, resumed or moved for balance has nothing to recover from. */
function isRecovery({ placement }: TaskState): boolean {
  return placement.situation === 'assigned' && ['recovery', 'failover', 'drain'].includes(placement.reason);
}
