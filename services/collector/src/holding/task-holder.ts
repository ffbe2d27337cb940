import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { isRecovery } from '@holdfast/shared/domain/placement/events.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import type { RunningSession } from '@holdfast/shared/domain/session/state.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { SessionRunner } from '../polling/session-runner.ts';
import type {
  AssignmentHandle,
  LiveStatus,
  Recoveries,
  Samples,
  SentRecords,
  TaskConfigs,
  Truth,
} from '../ports.ts';
import { judgeAssignment } from './judge-assignment.ts';
import { type LastReads, lastReads } from './last-reads.ts';
import { PreparedStart } from './prepared-start.ts';
import { standingFor } from './standing-for.ts';
import {
  type ConfigsToStart,
  configsToStart,
  type Inability,
  isSameVersion,
  type TargetVersion,
  targetVersionOf,
  undoableUntilMs,
} from './target-version.ts';
import { type Refused, TaskStatus } from './task-status.ts';

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
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this collector may poll at all right now. */
  readonly mayPoll: () => boolean;
  /** Asks a question that a start depends on; may keep it waiting, so that thousands of them do not flood the broker. */
  readonly inTurn: <T>(question: () => Promise<T>) => Promise<T>;
  /** Epochs up to this one are void, see LeaseHolder. */
  readonly voidUpTo: () => number;
  readonly createRunner: (assignment: Assignment, config: TaskConfig) => SessionRunner;
  /** Waits until the samples read so far are stored, within bounds. */
  readonly flushSamples: () => Promise<void>;
}

/** Failed starts in a row, for no reason of the session's own, after which the session is refused. */
const maxFailedStarts = 10;

/** How long a start stays prepared without a message for it: then the supervisor may have died before it sent one. */
const preparedForMs = 15_000;

/**
 * Holds one task's assignment. Whatever happens (a message, a hint from the log, the lease lost or held again, a drain)
 * only asks it to settle: it compares the message with the log and does what is missing, one settling at a time.
 */
export class TaskHolder {
  readonly #options: TaskHolderOptions;
  #handle: AssignmentHandle | undefined;
  #runner: SessionRunner | undefined;
  /** The version by which the runner reads, or will read. */
  #version: TargetVersion = { version: 0, fromMs: undefined };
  /** The version by which the runner should read but cannot. */
  #unable: Inability | undefined;
  /** When the change to that version can no longer be undone, on the monotonic clock. */
  #undoableUntilMs = 0;
  #refused: Refused | undefined;
  /** Failed tries in a row to load the snapshot or to start, although the broker answered. */
  #failedStarts = 0;
  /** The last runner, which may have been stopped because the lease was lost. */
  #former: SessionRunner | undefined;
  #prepared: { readonly start: PreparedStart; readonly untilMs: number } | undefined;
  /** Recordings of samples of former readers under an epoch, done or under way. */
  #recorded = { epoch: 0, bySample: new Map<string, Promise<void>>() };
  #isClosing = false;
  #isDirty = false;
  #settling: Promise<void> | undefined;
  readonly #status: TaskStatus;

  constructor(options: TaskHolderOptions) {
    this.#options = options;
    this.#status = new TaskStatus(options);
  }

  /** Whether there is nothing left to do for the task. */
  isIdle(): boolean {
    const isAwaited = this.#prepared && this.#options.clock.monotonicMs() < this.#prepared.untilMs;
    return !this.#handle && !this.#runner && !this.#refused && !this.#settling && !isAwaited;
  }

  /**
   * Asks for what the session's start needs: the log has placed it here, and its message is on its way. Nothing is read
   * from devices before that.
   */
  prepare(assignment: Assignment): void {
    const { configs, samples, inTurn, clock } = this.#options;
    const ask = <T>(question: () => Promise<T | undefined>) =>
      inTurn(async () => (this.#mayBegin() ? question() : undefined));
    this.#prepared?.start.drop();
    const record = (read: readonly Sample[]) => this.#recordFormer(read, assignment.epoch);
    const questions = { configs, samples, record, ask };
    const start = new PreparedStart(assignment, questions, this.#runner !== undefined);
    this.#prepared = { start, untilMs: clock.monotonicMs() + preparedForMs };
  }

  #mayBegin(): boolean {
    return !this.#isClosing && this.#options.mayPoll();
  }

  isRunning(): boolean {
    return this.#runner !== undefined;
  }

  /** Health of the devices that are polled and have been asked, by their codes. */
  deviceHealth(): readonly (readonly [string, DeviceHealth])[] {
    return Object.entries(this.#runner?.status().device_health ?? {});
  }

  /** Has a device asked for everything again. @returns id of the session that reads the device, if one does */
  forgetLearned(deviceId: string): string | undefined {
    return this.#runner?.forgetLearned(deviceId) ? this.#runner.sessionId : undefined;
  }

  /** Takes a message. For an assignment that is already held, the message just becomes the new handle. */
  offer(handle: AssignmentHandle): void {
    const held = this.#handle?.assignment;
    const isOlder = held && (handle.assignment?.epoch ?? 0) < held.epoch;
    // A late message of a former placement, or an unreadable one, has pushed the newer message off the subject. From
    // now on it stands for what is held: while a message is there, the session does not count as let go.
    this.#handle = isOlder ? standingFor(held, handle) : handle;
    const runner = this.#runner;
    const isPolled = runner?.isStopping() === false && runner.epoch === handle.assignment?.epoch;
    // After a reconnect thousands of messages come at once. The log shows what became of a session meanwhile.
    if (!isPolled) this.recheck();
  }

  /** Settles again: the log, the lease or the task's state may have changed. */
  recheck(): void {
    // Stop now instead of in the settling: a lease that is lost and held again while something else is being settled
    // must not let the session go on under the old right.
    if (!this.#options.mayPoll()) void this.#runner?.stop({ isLeaseLost: true });
    this.#isDirty = true;
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      if (this.#isDirty) this.recheck();
    });
  }

  keepAlive(): void {
    this.#handle?.keepAlive();
  }

  /** Forgets the message: another process has taken this collector's id, and it is no longer ours to answer. */
  forgetMessage(): void {
    this.#handle = undefined;
    this.#refused = undefined;
    this.#former = undefined;
    this.#prepared = undefined;
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
        if (this.#runner?.epoch === assignment.epoch && !this.#runner.isStopping()) {
          return this.#reconfigure(this.#runner, task);
        }
        await this.#stopRunner();
        return this.#run(assignment, handle, task);
      case 'over':
        await this.#stopRunner(isEnded(task, assignment));
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

  /** Has the session read by the version in the log, which may have changed since the placement. */
  async #reconfigure(runner: SessionRunner, { session }: TaskState): Promise<void> {
    if (session.status !== 'running') return;
    const { taskId, configs, clock } = this.#options;
    const target = targetVersionOf(session);
    const { version, fromMs = clock.wallMs() } = target;
    if (isSameVersion(this.#version, target)) {
      this.#unable = undefined;
      return;
    }
    if (this.#unable?.config_version === version) return this.#goOnAsBefore(this.#unable);
    const loaded = await configs.load(taskId, version, runner.devices());
    const change = loaded.ok
      ? runner.reconfigure(loaded.config, fromMs)
      : Promise.reject(new Error(loaded.problem));
    await this.#change(runner, target, change);
    await this.#tellVersion(session);
  }

  /** Publishes the version that is read by now. Where the new one cannot be used, the former one continues. */
  async #tellVersion({ change }: RunningSession): Promise<void> {
    this.#undoableUntilMs = undoableUntilMs(change, this.#options.clock);
    await this.#status.orLater(this.writeStatus());
    if (this.#unable) await this.#goOnAsBefore(this.#unable);
  }

  /**
   * Goes on by the former version until the change is undone. If it can no longer be undone, the session is refused:
   * a reader must not stay on an outdated version for ever.
   */
  async #goOnAsBefore({ detail }: Inability): Promise<void> {
    const leftMs = this.#undoableUntilMs - this.#options.clock.monotonicMs();
    if (leftMs > 0) return this.#recheckIn(leftMs + 1);
    const handle = this.#handle;
    if (!handle?.assignment) return;
    await this.#stopRunner();
    return this.#refuse(handle.assignment, handle, detail, 'permanent');
  }

  async #change(runner: SessionRunner, target: TargetVersion, change: Promise<void>): Promise<void> {
    const { log, taskId: task, clock } = this.#options;
    const { version, fromMs = clock.wallMs() } = target;
    const about = { session: runner.sessionId, task, epoch: runner.epoch, config_version: version };
    const detail = await change.catch((error: Error) => error.message);
    if (detail === undefined) {
      this.#version = target;
      this.#unable = undefined;
      const effective_at = new Date(fromMs).toISOString();
      log.info({ ...about, effective_at }, 'the configuration of the session changes');
      return;
    }
    this.#unable = { config_version: version, detail };
    log.error(
      { ...about, why: detail },
      'this collector cannot read by the new configuration and goes on with the former one',
    );
  }

  async #run(assignment: Assignment, handle: AssignmentHandle, task: TaskState): Promise<void> {
    const { taskId, configs, samples, recoveries, log, inTurn, clock } = this.#options;
    const { session, placement } = task;
    if (session.status !== 'running' || placement.situation !== 'assigned') return;
    const start = this.#prepared?.start;
    const prepared = start?.epoch === assignment.epoch ? start : undefined;
    if (!prepared) start?.drop();
    const { version: newest } = targetVersionOf(session);
    const config = await prepared?.config(newest);
    const last = await prepared?.last();
    // Once this process reads, newest samples found before are outdated.
    this.#prepared = undefined;
    let isWanted = true;
    // A question whose turn comes too late is not asked: a drain would wait for it.
    const ask = <T>(question: () => Promise<T>): Promise<T | undefined> =>
      inTurn(async () => (isWanted && this.#mayBegin() ? question() : undefined));
    let loaded: ConfigsToStart | undefined;
    try {
      // Load the version in the log: the one in the message is as old as the message.
      const load = async (version: number, knownDevices?: Iterable<DeviceConfig>) =>
        (version === newest ? config : undefined) ?? configs.load(taskId, version, knownDevices);
      loaded = await ask(() => configsToStart(session, load, clock.wallMs()));
    } catch (error) {
      this.#failedStarts += 1;
      // The log could be read a moment ago, so the broker is there; another collector may fare better.
      if (this.#failedStarts < maxFailedStarts) throw error;
      const why = `the configuration snapshot cannot be read: ${(error as Error).message}`;
      return this.#refuse(assignment, handle, why, 'passing');
    }
    if (!loaded) return;
    if (!loaded.ok) return this.#refuse(assignment, handle, loaded.problem, 'permanent');
    this.#failedStarts = 0;
    const { first, next, unable, notBeforeMs } = loaded;
    let reads: LastReads;
    try {
      const lastOf = async (deviceId: string) =>
        last?.has(deviceId)
          ? last.get(deviceId)
          : ask(() => samples.last(taskId, deviceId, assignment.epoch));
      const devices = new Set([...first.devices, ...(next?.config.devices ?? [])].map(({ id }) => id));
      reads = await lastReads(devices, assignment, lastOf, notBeforeMs);
      // Recorded now: once SAMPLES has dropped these samples, it is unknown up to where that session was read.
      await ask(() => this.#recordFormer(reads.stored, assignment.epoch));
    } finally {
      isWanted = false;
    }
    // All this took time: the lease may have been lost and held again, so the look at the log may be worthless.
    if (this.#isDirty || !this.#mayBegin()) return;
    this.#refused = undefined;
    if (isRecovery(placement.reason) || reads.goesOn) recoveries?.begun(assignment);
    // What was prepared may still wait for its turn, and would record the same again.
    prepared?.drop();
    const placed = { ...assignment, config_version: placement.configVersion };
    const runner = this.#options.createRunner(placed, first);
    this.#runner = runner;
    this.#recorded = { epoch: 0, bySample: new Map() };
    this.#unable = unable;
    const target = targetVersionOf(session);
    this.#version = unable || next ? { version: first.config_version, fromMs: undefined } : target;
    const { firstMs, answering } = reads;
    const formerReads = this.#former?.epoch === assignment.epoch ? this.#former.leftOff() : undefined;
    this.#former = undefined;
    if (!next) runner.start(firstMs, answering, formerReads);
    else await this.#change(runner, target, runner.startAround(next, firstMs, answering, formerReads));
    log.info(
      {
        ...{ session: assignment.session_id, task: taskId, epoch: assignment.epoch },
        devices: first.devices.length,
        period_ms: first.period_ms,
        config_version: this.#version.version,
        traceparent: assignment.traceparent,
      },
      'session is being polled',
    );
    await this.#tellVersion(session);
  }

  /**
   * Records up to where former readers have sent. A start may begin again, or be prepared while it goes on: each sample is
   * recorded once.
   */
  async #recordFormer(samples: readonly Sample[], epoch: number): Promise<void> {
    if (this.#recorded.epoch !== epoch) this.#recorded = { epoch, bySample: new Map() };
    const { bySample } = this.#recorded;
    const unrecorded = samples.filter((sample) => !bySample.has(idOf(sample)));
    const recording = this.#options.sent.recordFormer(unrecorded, epoch);
    for (const sample of unrecorded) bySample.set(idOf(sample), recording);
    await Promise.all(samples.map((sample) => bySample.get(idOf(sample))));
  }

  async #refuse(
    assignment: Assignment,
    handle: AssignmentHandle,
    why: string,
    cause: FailureCause,
  ): Promise<void> {
    const { log, taskId } = this.#options;
    this.#failedStarts = 0;
    const { session_id: session, epoch } = assignment;
    log.error({ session, task: taskId, epoch, why }, 'session refused');
    this.#refused = { assignment, why, cause };
    await this.writeStatus();
    await handle.done();
    if (this.#handle === handle) this.#handle = undefined;
  }

  /** Forgets a refusal once the log has moved on: from then on another holder writes the task's live state. */
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

  /** @param isSessionOver whether the session will not be continued */
  async #stopRunner(isSessionOver = false): Promise<void> {
    const runner = this.#runner;
    if (!runner) return;
    await runner.stop();
    this.#runner = undefined;
    this.#former = runner;
    await this.#options.flushSamples();
    if (isSessionOver) await runner.forgetAtSources();
    this.#options.sent.ended(runner.sessionId, runner.epoch);
    this.#options.recoveries?.ended(runner.sessionId);
    // Without the lease another collector may be writing the task's live state already.
    if (this.#options.mayPoll()) await this.#status.orLater(this.#write(runner, 'released'));
    const { log, taskId: task } = this.#options;
    log.info({ session: runner.sessionId, task, epoch: runner.epoch }, 'session is not polled any more');
  }

  #recheckIn(ms: number): void {
    this.#options.timers.after(ms, () => this.recheck());
  }

  /** Writes the live state if it has changed since the last time. */
  async writeStatus(): Promise<void> {
    if (this.#runner) return this.#write(this.#runner, 'polling');
    if (this.#refused) return this.#status.writeRefusal(this.#refused);
  }

  #write(runner: SessionRunner, state: 'polling' | 'released'): Promise<void> {
    const unable = this.#unable && { unable: this.#unable };
    return this.#status.write(runner, state, { config_version: this.#version.version, ...unable });
  }
}

function idOf({ session, epoch, collector, device, tick, through_tick, part }: Sample): string {
  return JSON.stringify([session, epoch, collector, device, tick, through_tick, part]);
}

/** Whether the session was stopped, or has failed; a paused one goes on, perhaps elsewhere. */
function isEnded({ session }: TaskState, { session_id }: Assignment): boolean {
  if (session.status === 'never_started') return false;
  const isActive = session.status === 'running' || session.status === 'paused';
  return !isActive || session.session.sessionId !== session_id;
}
