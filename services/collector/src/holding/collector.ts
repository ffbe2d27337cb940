import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { LeaseLoss } from '@holdfast/shared/lease/lease-holder.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { AssignmentHandle, AssignmentInbox } from '../ports.ts';
import { AwaitedWork } from './awaited-work.ts';
import type { TaskHolder } from './task-holder.ts';

export interface Lease {
  isHeld(): boolean;
  markDraining(staysUp?: boolean, traceparent?: string): void;
  markActive(): void;
  giveUp(): Promise<void>;
}

/** The log of sessions, as it is followed. */
export interface FollowedLog {
  /**
   * Starts the delivery of events. Only the holder of the lease may call it. It takes the deliveries away from another
   * process of the same name.
   */
  begin(): void;
  leave(): void;
  /** Compares the events seen with the stream. @throws when the broker cannot be asked */
  verify(): Promise<unknown>;
}

export interface CollectorOptions {
  readonly collectorId: string;
  readonly lease: Lease;
  /** Recreates the collector's durable consumer and hands over everything on its subjects. */
  readonly openInbox: (onAssignment: (handle: AssignmentHandle) => void) => Promise<AssignmentInbox>;
  readonly createHolder: (taskId: string) => TaskHolder;
  /** Destroys all device sockets at once. */
  readonly disconnectDevices: () => void;
  readonly sessionLog: FollowedLog;
  /** Whether the log has answered lately. While it has not, it may have a stop that is not known here. */
  readonly isLogAnswered: () => boolean;
  /** Sends what is buffered; returns how many samples are left when the time is up. */
  readonly flushSamples: (timeoutMs: number) => Promise<number>;
  readonly keepAliveEveryMs: number;
  readonly statusEveryMs: number;
  readonly timers: Timers;
  readonly log: Logger;
}

const openAgainMs = 250;
const lookAtAnswersMs = 250;

/** Live states are written in so many parts, spread over half of their interval. */
const statusShares = 20;

/** Everything that one collector process holds. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #holders = new Map<string, TaskHolder>();
  readonly #awaited: AwaitedWork;
  readonly #stop = new AbortController();
  #inbox: Promise<AssignmentInbox> | undefined;
  #loops: Promise<void>[] = [];
  #draining: Promise<void> | undefined;
  #wasLogAnswered = true;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#awaited = new AwaitedWork(options.collectorId);
  }

  start(): void {
    const { keepAliveEveryMs, statusEveryMs } = this.#options;
    this.#loops = [
      this.#every(keepAliveEveryMs, async () => this.#keepAlive()),
      this.#every(statusEveryMs, () => this.#writeStatus()),
      this.#every(2_000, () => this.#reconcile()),
      this.#every(lookAtAnswersMs, async () => this.#lookAtAnswers()),
    ];
  }

  /** The lease is held, for the first time or again. */
  leaseHeld(): void {
    if (this.#draining) return;
    this.#options.log.info('lease held; taking work');
    this.#options.sessionLog.begin();
    this.#openInbox();
    // Sessions held before count only if the log still says so.
    this.#recheckAll();
  }

  /**
   * From here on, no device may be asked anything. Sockets are destroyed at once: many devices serve one connection
   * only, and the next owner will need it.
   */
  leaseLost(why: LeaseLoss): void {
    const { log, disconnectDevices, sessionLog } = this.#options;
    log.error({ why }, 'lease lost: polling stops at once');
    disconnectDevices();
    sessionLog.leave();
    this.#recheckAll();
    if (why === 'taken') {
      for (const holder of this.#holders.values()) holder.forgetMessage();
      this.#dropInbox();
    }
  }

  /**
   * Asks for the messages again over the new connection: those sent over the former one may be lost, and would come
   * again only after `ack_wait`.
   */
  reconnected(): void {
    if (this.#options.lease.isHeld() && !this.#draining) this.#openInboxAnew();
    else this.#dropInbox();
  }

  /** The log has a new event. */
  eventSeen(event: StoredEvent): void {
    const assignment = this.#awaited.note(event);
    if (assignment && this.#options.lease.isHeld() && !this.#draining)
      this.#holder(assignment.task_id).prepare(assignment);
    const parsed = parseSessionSubject(event.subject);
    if (parsed && parsed.aspect !== 'warning') this.#holders.get(parsed.taskId)?.recheck();
  }

  running(): number {
    return [...this.#holders.values()].filter((holder) => holder.isRunning()).length;
  }

  /** Number of polled devices in each status; devices that were not asked yet are left out. */
  devicesByStatus(): ReadonlyMap<DeviceStatus, number> {
    const counts = new Map<DeviceStatus, number>();
    for (const holder of this.#holders.values()) {
      for (const [, { status }] of holder.deviceHealth()) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return counts;
  }

  /** Devices that lose ticks to overruns, with the share that they lose: the worst first. */
  slowDevices(): readonly { readonly device: string; readonly share: number }[] {
    return [...this.#holders.values()]
      .flatMap((holder) => holder.deviceHealth())
      .flatMap(([device, { status, overrun_share: share = 0 }]) =>
        status === 'slow' ? [{ device, share }] : [],
      )
      .sort((one, other) => other.share - one.share);
  }

  /** Forgets what a device's refusals have taught. @returns ids of the sessions that read it */
  forgetLearned(deviceId: string): string[] {
    return [...this.#holders.values()].flatMap((holder) => holder.forgetLearned(deviceId) ?? []);
  }

  /**
   * Asks the supervisor to move everything elsewhere, or to give this collector work again. While aside, this process
   * stays up and reads on what no other collector can take. The setting holds until the process ends, even if the lease
   * is lost.
   * @returns how many sessions it reads now
   */
  setAside(isAside: boolean, traceparent?: string): number {
    const { lease, log } = this.#options;
    if (isAside) lease.markDraining(true, traceparent);
    else lease.markActive();
    const sessions = this.running();
    log.warn(
      { sessions, traceparent },
      isAside
        ? 'asked to let go of its work: others take the sessions, and this collector gets no new ones'
        : 'asked to work again',
    );
    return sessions;
  }

  isEnding(): boolean {
    return this.#draining !== undefined;
  }

  /**
   * Ends this process's part without ending any session: no more work, requests in flight finish, samples go out,
   * messages are given back for immediate redelivery, the lease is given up. The consumer is closed and its loop
   * awaited before any message is answered: answers sent while a connection drains are lost (measured).
   */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    const { lease, log, flushSamples } = this.#options;
    log.info({ sessions: this.running() }, 'draining: the sessions stay running and are picked up again');
    lease.markDraining();
    this.#stop.abort();
    await Promise.all(this.#loops);
    await this.#inbox?.then((inbox) => inbox.close()).catch(() => undefined);
    const stopKeepingAlive = this.#keepAliveWhileClosing();
    try {
      const holders = [...this.#holders.values()];
      await Promise.all(holders.map((holder) => holder.close()));
      const unsent = await flushSamples(5_000);
      if (unsent > 0)
        log.error({ samples: unsent }, 'the broker did not take the last samples; they are lost');
      for (const holder of holders) holder.giveBack();
    } finally {
      stopKeepingAlive();
    }
    await lease.giveUp();
    log.info('drained');
  }

  #keepAliveWhileClosing(): () => void {
    const { timers, keepAliveEveryMs } = this.#options;
    let cancel = () => {};
    const next = () => {
      cancel = timers.after(keepAliveEveryMs, () => {
        this.#keepAlive();
        next();
      });
    };
    next();
    return () => cancel();
  }

  #openInbox(): void {
    if (!this.#inbox) this.#openInboxAnew();
  }

  /**
   * Opens a new inbox. Work comes through the former one until then: a cluster that elects its leader makes no consumer
   * for seconds.
   */
  #openInboxAnew(): void {
    const { openInbox, timers, log, lease } = this.#options;
    const former = this.#inbox;
    const opening = openInbox((handle) => {
      this.#awaited.brought(handle.taskId, handle.assignment?.epoch ?? 0);
      this.#holder(handle.taskId).offer(handle);
    });
    this.#inbox = opening;
    const isSuperseded = () => this.#inbox !== opening;
    opening.then(
      () => closeInbox(former),
      (error: unknown) => {
        log.warn({ err: error }, 'the collector cannot take work yet; trying again');
        if (isSuperseded()) return closeInbox(former);
        this.#inbox = former;
        timers.after(openAgainMs, () => {
          if (this.#inbox !== former || this.#draining) return;
          // Without the lease the former inbox is dropped, so that the next lease makes a new one instead of trusting
          // the old.
          if (lease.isHeld()) this.#openInboxAnew();
          else this.#dropInbox();
        });
      },
    );
  }

  #holder(taskId: string): TaskHolder {
    const existing = this.#holders.get(taskId);
    if (existing) return existing;
    const holder = this.#options.createHolder(taskId);
    this.#holders.set(taskId, holder);
    return holder;
  }

  #recheckAll(): void {
    for (const holder of this.#holders.values()) holder.recheck();
  }

  #keepAlive(): void {
    // Without the lease the messages may go to its new holder.
    if (!this.#options.lease.isHeld()) return;
    for (const holder of this.#holders.values()) holder.keepAlive();
  }

  async #writeStatus(): Promise<void> {
    const { lease, timers, statusEveryMs } = this.#options;
    const holders = [...this.#holders.values()];
    const atOnce = Math.ceil(holders.length / statusShares);
    const writes: Promise<unknown>[] = [];
    for (let from = 0; from < holders.length; from += atOnce) {
      // When the states of 60 tasks with 50 devices each were written in one go, every device waited for 20 ms
      // (measured).
      if (from > 0) await pause(timers, statusEveryMs / 2 / statusShares, this.#stop.signal);
      if (this.#stop.signal.aborted || !lease.isHeld()) break;
      for (const holder of holders.slice(from, from + atOnce)) {
        writes.push(holder.writeStatus().catch(() => undefined));
      }
    }
    await Promise.all(writes);
  }

  /** Stops polling when the log has fallen silent, although the lease is held, and begins again when it answers. */
  #lookAtAnswers(): void {
    const { isLogAnswered, lease, disconnectDevices, log } = this.#options;
    const isAnswered = isLogAnswered();
    if (isAnswered === this.#wasLogAnswered) return;
    this.#wasLogAnswered = isAnswered;
    if (!isAnswered) disconnectDevices();
    if (lease.isHeld()) {
      if (isAnswered) log.info('the log of sessions answers again; polling goes on');
      else log.error('the log of sessions gives no answer; polling stops until it does');
    }
    this.#recheckAll();
  }

  /** The log's deliveries are only hints; a missed one costs these seconds. */
  async #reconcile(): Promise<void> {
    await this.#options.sessionLog.verify();
    for (const [taskId, holder] of this.#holders) if (holder.isIdle()) this.#holders.delete(taskId);
    await this.#verifyInbox();
  }

  /**
   * Recreates the inbox where it is broken. The consumer is known only by this collector's id, so another process
   * under that id can replace it, as can a late request of this process that was thought lost. Its messages then go to
   * nobody. The broker's report on the consumer is not enough: the work that it brings counts too.
   */
  async #verifyInbox(): Promise<void> {
    const { lease, log } = this.#options;
    const current = this.#inbox;
    if (!current || !lease.isHeld()) return;
    const inbox = await current;
    const mayOpen = () => this.#inbox === current && !this.#draining && lease.isHeld();
    const tasks = this.#awaited.look();
    if (tasks.length > 0 && mayOpen()) {
      log.warn({ tasks }, 'work that the log gives to this collector does not arrive; asking for it again');
      this.#openInboxAnew();
      return;
    }
    if ((await inbox.isIntact()) || !mayOpen()) return;
    log.warn(
      'the consumer of this collector is gone, or was recreated by another client; asking for its messages again',
    );
    this.#openInboxAnew();
  }

  #dropInbox(): void {
    const inbox = this.#inbox;
    this.#inbox = undefined;
    closeInbox(inbox);
  }

  async #every(ms: number, run: () => Promise<void>): Promise<void> {
    const { timers, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      await pause(timers, ms, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await run();
      } catch (error) {
        log.debug({ err: error }, 'a periodic look was not completed');
      }
    }
  }
}

function closeInbox(inbox: Promise<AssignmentInbox> | undefined): void {
  inbox?.then((opened) => opened.close()).catch(() => undefined);
}
