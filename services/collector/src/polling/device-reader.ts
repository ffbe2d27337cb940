import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { PollObserver } from '../ports.ts';
import { tickTimeMs } from '../samples/schedule.ts';
import type { BackoffLimits } from './backoff.ts';
import { DeviceRecord } from './device-record.ts';
import { DuePoints } from './due-points.ts';
import type { Permission } from './endpoint.ts';
import type { FormerReading, GoesOnFrom } from './former-reading.ts';
import { LackingPoints } from './lacking-points.ts';
import type { PollableDevice } from './pollable-device.ts';
import type { SteadyClock } from './steady-clock.ts';

/** The clocks of two collectors differ by less than this. */
export const maxClockDifferenceMs = 60_000;

export interface DeviceReaderOptions {
  readonly device: PollableDevice;
  /** Period of the points without a period of their own. */
  readonly taskPeriodMs: number;
  /** How long after its scheduled time a tick is read or closed; shorter than the device's period. */
  readonly phaseMs: number;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  /** 0…1 */
  readonly jitter: () => number;
  /** Notified of an error that the loop does not know; it continues. */
  readonly onFault: (error: unknown) => void;
  readonly observer?: PollObserver | undefined;
  /** Left by the former reader of the device, which went by another configuration. */
  readonly former?: GoesOnFrom | undefined;
}

/**
 * The lifecycle of a poller or watcher, from the first tick of its device to the last. Every tick from the first one on
 * gets exactly one result, unless the session ends or the right to poll is lost: then the next holder answers for it.
 */
export abstract class DeviceReader<Options extends DeviceReaderOptions> {
  readonly record: DeviceRecord;
  readonly periodMs: number;
  /** On the monotonic clock. */
  lastResultMs: number;
  protected readonly options: Options;
  protected readonly due: DuePoints;
  protected readonly lacking: LackingPoints;
  /** The next tick that has no result yet. */
  protected next = 0;
  /** The first tick that it answers for. */
  protected first = 0;
  protected isStopped = false;
  protected isOver = false;
  protected loop: Promise<void> | undefined;
  /** The first tick that belongs to another configuration. */
  #end = Number.POSITIVE_INFINITY;
  readonly #over = Promise.withResolvers<void>();
  /** Each ends one of the pauses under way. */
  readonly #wakes = new Set<() => void>();

  constructor(options: Options) {
    const { device, taskPeriodMs, clock, former } = options;
    this.options = options;
    this.due = new DuePoints(device.set, taskPeriodMs);
    this.periodMs = this.due.periodMs;
    this.lacking = new LackingPoints(device.set, taskPeriodMs);
    this.record = former?.record ?? new DeviceRecord();
    this.lastResultMs = clock.monotonicMs();
  }

  /** The last tick that was read, by this reader or by a former holder, or -1 if none is known. */
  abstract get readThrough(): number;

  /** Everything that this reader leaves to the next one of the device. */
  abstract reading(): FormerReading;

  /** Gives up whatever the loop is waiting for and continues with the next tick that has no result. */
  abstract restart(): void;

  /** @param from tick that the former holder has left. @returns the first tick to read */
  protected abstract firstToRead(from: number, nowMs: number): number;

  /** Notes that an earlier configuration of the device has read all ticks before this one. */
  protected abstract goOnAt(firstTick: number): void;

  /** Brings results until the end; see {@link isAtEnd}. */
  protected abstract run(): Promise<void>;

  /**
   * @param firstTick no tick before this one is read, unless it is further ahead than clocks may differ: a former
   * holder with a wrong clock must not silence the device until then
   * @returns the first tick that it answers for
   */
  start(firstTick: number): number {
    if (this.loop) return this.first;
    const nowMs = this.options.clock.nowMs();
    const isAhead = this.timeMs(firstTick) > nowMs + this.periodMs + maxClockDifferenceMs;
    this.first = this.firstToRead(isAhead ? 0 : firstTick, nowMs);
    this.next = this.first;
    this.begin();
    return this.first;
  }

  /** Goes on where another configuration has ended, and answers for every tick from `firstTick` on. */
  startAt(firstTick: number): void {
    if (this.loop) return;
    this.first = firstTick;
    this.next = firstTick;
    this.goOnAt(firstTick);
    this.begin();
  }

  /** Sets the end: the reader still answers for all ticks before this one, however late, and then ends. */
  endBefore(tick: number): void {
    this.#end = tick;
    if (this.isAtEnd()) this.wake();
  }

  /** Takes back {@link endBefore}. @returns whether there was still time to do so */
  goOn(): boolean {
    if (this.isStopped || this.isOver) return false;
    this.#end = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Resolves when reading is over, for whatever reason. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Whether the reader has reached the end set by {@link endBefore}. */
  hasEnded(): boolean {
    return this.isOver && this.isAtEnd();
  }

  /** Lets a request in flight finish; nothing is asked after it. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.loop;
    this.#over.resolve();
  }

  /** ms without a result that was due; 0 once reading is over. */
  silentMs(): number {
    if (!this.isReading()) return 0;
    const { clock } = this.options;
    const waitMs = Math.max(0, this.dueMs(this.next) - clock.nowMs());
    return Math.max(0, clock.monotonicMs() - this.lastResultMs - waitMs);
  }

  /** Device settings that would avoid the requests it has refused. */
  learnedLimits(): object | undefined {
    return this.options.device.plan.learned?.();
  }

  /** The same limits in words for people, and whatever else the device has taught, one per line. */
  learnedInWords(most: number): readonly Text[] {
    return this.options.device.plan.learnedInWords?.(most) ?? [];
  }

  /** Has everything asked for again. */
  forgetLearned(): void {
    this.options.device.plan.forget?.();
  }

  protected begin(): void {
    this.lastResultMs = this.options.clock.monotonicMs();
    this.loop = this.run();
  }

  protected isReading(): boolean {
    return this.loop !== undefined && !this.isOver && !this.isStopped;
  }

  protected isAtEnd(): boolean {
    return this.next >= this.#end;
  }

  protected finish(): void {
    this.isOver = true;
    this.#over.resolve();
  }

  /** Notes the result of a tick. */
  protected settled(tick: number, values: number, miss: Sample['miss'], latenessMs?: number): void {
    this.next = tick + 1;
    this.lastResultMs = this.options.clock.monotonicMs();
    this.options.observer?.onTick({ values, missCause: miss?.cause, latenessMs, ticks: 1 });
  }

  /** Uses no signal: its listeners cost more than the timer, and a device pauses at every tick. */
  protected pause(ms: number): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wakes.delete(wake);
        resolve();
      };
      const cancel = this.options.timers.after(ms, wake);
      this.#wakes.add(wake);
    });
  }

  protected wake(): void {
    for (const wake of this.#wakes) wake();
  }

  protected timeMs(tick: number): number {
    return tickTimeMs(tick, this.periodMs);
  }

  /** ms since 1970, when the tick is to be read or closed. */
  protected dueMs(tick: number): number {
    return this.timeMs(tick) + this.options.phaseMs;
  }
}
