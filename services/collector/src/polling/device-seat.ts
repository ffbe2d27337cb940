import { maxClockDifferenceMs } from './device-reader.ts';
import type { PlannedDevice } from './planned-device.ts';
import { PolledDevice, type PollingOptions } from './polled-device.ts';

export interface LastTickRead {
  readonly tick: number;
  readonly periodMs: number;
  /** When it had its result, on the monotonic clock. */
  readonly atMonotonicMs: number;
}

/** Time by which ticks without a lease may seem longer than they were: readings are not over at their scheduled time. */
const leaseToleranceMs = 1_000;

/** How a device is read from a certain time on. */
interface Next {
  /** Undefined: the device is not read at all. */
  readonly planned: PlannedDevice | undefined;
  /** ms since 1970: ticks scheduled then or later are read this way. */
  readonly fromMs: number;
  /** The change was heard of too late: ticks scheduled meanwhile belong to no version. */
  readonly isLate: boolean;
  /** Other devices that use its endpoint in a way that cannot be shared, and are about to leave it. */
  readonly leaving: readonly DeviceSeat[];
}

/**
 * The place of one device in a session, across the versions of the configuration. The reader of the former version
 * answers for all ticks before the change, and its successor begins only then, so two never ask the device.
 */
export class DeviceSeat {
  readonly #options: PollingOptions;
  #present: PolledDevice | undefined;
  /** By rising time. */
  #queue: Next[] = [];
  /** Scheduled time of the last tick that was read, by any version. */
  #readThroughMs = -1;
  /** True when the device was changed while others used its endpoint in another way: all its requests fail. */
  #isRefused = false;
  #isTurning = false;
  #turning: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: PollingOptions, planned?: PlannedDevice) {
    this.#options = options;
    this.#present = planned && new PolledDevice(planned, options);
  }

  /** Undefined before the first reading, between two versions, and after the device was removed. */
  get present(): PolledDevice | undefined {
    return this.#present;
  }

  /** True while the device is or will be read. */
  isNeeded(): boolean {
    return this.#present !== undefined || this.#queue.length > 0;
  }

  /** How the device is read right before a time; undefined: not at all. */
  plannedBefore(ms: number): PlannedDevice | undefined {
    const queued = this.#queue.findLast(({ fromMs }) => fromMs < ms);
    return queued ? queued.planned : this.#present?.planned;
  }

  /**
   * Keeps the way in which the device is read right before a time; later changes are taken back.
   * @returns false when another version already reads it, or is about to
   */
  keep(ms: number): boolean {
    const before = this.#queue.filter(({ fromMs }) => fromMs < ms);
    if (before.length === 0 && !this.#present?.poller.goOn()) return false;
    this.#queue = before;
    return true;
  }

  /** Reads the device in this way from a time on; changes planned for later are taken back. */
  change(next: Next): void {
    this.#queue = [...this.#queue.filter(({ fromMs }) => fromMs < next.fromMs), next];
    this.#endPresent();
    if (!this.#isTurning) this.#turning = this.#turn();
  }

  /** Opens the device's endpoint after all, once those who used it in another way have given it up. */
  openIfFree(): void {
    const planned = this.#present?.planned;
    if (!planned || !this.#isRefused || this.#queue.length > 0) return;
    const { endpoints, clock } = this.#options;
    if (endpoints.conflictOf(planned.target.identity)) return;
    this.change({ planned, fromMs: clock.nowMs(), isLate: true, leaving: [] });
  }

  /**
   * Goes on where an earlier holder of the session has ended.
   * @param firstMs ms since 1970: no version reads a tick scheduled before this time
   * @param lastRead where this process had left off when it lost its lease: the ticks since are reported as lost to
   *   that
   */
  start(firstMs: number, lastRead?: LastTickRead): void {
    const isAhead = firstMs > this.#options.clock.nowMs() + maxClockDifferenceMs;
    if (!isAhead) this.#readThroughMs = firstMs - 1;
    const present = this.#present;
    if (!present) return;
    const { poller, planned } = present;
    const firstTick = Math.ceil(firstMs / planned.periodMs);
    const begunAt = poller.start(firstTick);
    if (lastRead?.periodMs !== planned.periodMs) return;
    const from = Math.max(firstTick, lastRead.tick + 1);
    const passedMs = this.#options.clock.monotonicMs() - lastRead.atMonotonicMs;
    // A clock that leapt takes the lease as well, and brings ticks that never were, over years at worst.
    const hasLeapt = (begunAt - from) * planned.periodMs > passedMs + planned.periodMs + leaseToleranceMs;
    if (from < begunAt && !hasLeapt) present.leaseLost(from, begunAt - 1);
  }

  /** The last tick that was read; undefined before the first one. */
  lastTickRead(): LastTickRead | undefined {
    if (!this.#present) return undefined;
    const { poller, planned } = this.#present;
    const { readThrough: tick, lastResultMs: atMonotonicMs } = poller;
    return tick < 0 ? undefined : { tick, periodMs: planned.periodMs, atMonotonicMs };
  }

  /** Lets a request in flight finish, asks nothing more and closes the connection unless others use it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#present?.poller.stop();
    await this.#turning;
    this.#present?.release();
  }

  #endPresent(): void {
    const [first] = this.#queue;
    const present = this.#present;
    if (first) present?.poller.endBefore(Math.ceil(first.fromMs / present.planned.periodMs));
  }

  async #turn(): Promise<void> {
    this.#isTurning = true;
    try {
      while (this.#queue.length > 0) {
        const former = this.#present;
        await former?.poller.over;
        // Without the right to poll, the next holder makes the change.
        if (this.#isStopped || former?.poller.hasEnded() === false) return;
        if (former && !this.#queue[0]?.planned) await former.forgetAtSource();
        if (former) {
          const readMs = former.poller.readThrough * former.planned.periodMs;
          this.#readThroughMs = Math.max(this.#readThroughMs, readMs);
        }
        while (!this.#follow(former)) {
          this.#present = undefined;
          const seats = this.#queue[0]?.leaving ?? [];
          await Promise.all(seats.map((seat) => seat.#untilLeft(seat.#present)));
          if (this.#isStopped) return;
        }
      }
    } finally {
      this.#isTurning = false;
    }
  }

  /** @returns false while others, about to leave it, use the endpoint in another way */
  #follow(former: PolledDevice | undefined): boolean {
    const [next] = this.#queue;
    if (!next) return true;
    const { planned, fromMs, isLate, leaving } = next;
    if (!planned) {
      former?.release();
      this.#present = undefined;
      this.#queue.shift();
      return true;
    }
    const { endpoints } = this.#options;
    const { identity } = planned.target;
    // Two connections with one name would push each other out.
    if (!identity.isExclusive || endpoints.conflictOf(identity)) former?.release();
    if (endpoints.conflictOf(identity) && leaving.some((seat) => seat.#isLeaving())) return false;
    this.#isRefused = identity.isExclusive && endpoints.conflictOf(identity) !== undefined;
    const present = new PolledDevice(planned, this.#options, former);
    former?.release();
    this.#present = present;
    this.#queue.shift();
    // Ticks that a late former reader has read are not read again.
    const { periodMs } = planned;
    const unread = Math.floor(this.#readThroughMs / periodMs) + 1;
    const firstTick = Math.max(Math.ceil(fromMs / periodMs), unread);
    if (isLate) present.poller.start(firstTick);
    else present.poller.startAt(firstTick);
    this.#endPresent();
    return true;
  }

  #isLeaving(): boolean {
    return this.#isTurning && this.#present !== undefined;
  }

  /** Resolves when this seat has given up the endpoint of `present`. */
  async #untilLeft(present: PolledDevice | undefined): Promise<void> {
    while (present && this.#present === present && this.#isTurning) await this.#turning;
  }
}
