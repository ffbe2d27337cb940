import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { PollObserver } from '../ports.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import { tickAt, tickTimeMs } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { TickReadings } from '../samples/tick-readings.ts';
import { ValueKeys } from '../samples/value-keys.ts';
import type { AskedDevice } from './asked-device.ts';
import type { BackoffLimits } from './backoff.ts';
import { DeviceRecord } from './device-record.ts';
import { DuePoints } from './due-points.ts';
import { type Endpoint, NotPermitted, type Permission } from './endpoint.ts';
import type { FormerReading, GoesOnFrom } from './former-reading.ts';
import { LackingPoints } from './lacking-points.ts';
import { SilentGroups } from './silent-groups.ts';
import type { SteadyClock } from './steady-clock.ts';
import { TickReader } from './tick-reader.ts';

/** The clocks of two collectors differ by less than this. */
export const maxClockDifferenceMs = 60_000;

export interface DevicePollerOptions {
  readonly device: AskedDevice;
  /** Period of the points without a period of their own. */
  readonly taskPeriodMs: number;
  /** How long after its scheduled time a tick is read; shorter than the device's period. */
  readonly phaseMs: number;
  readonly endpoint: Endpoint;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  /** 0…1 */
  readonly jitter: () => number;
  readonly onTick: (tick: Tick) => void;
  /** Notified of an error that the loop does not know; it goes on with the next tick. */
  readonly onFault: (error: unknown) => void;
  readonly observer?: PollObserver | undefined;
  /** Left by the former reader of the device, which went by another configuration. */
  readonly former?: GoesOnFrom | undefined;
}

/**
 * Reads one device at every tick of its schedule. Every tick from the first one on gets exactly one result, unless the
 * session ends or the right to poll is lost: then the next holder answers for it.
 */
export class DevicePoller {
  readonly record: DeviceRecord;
  readonly periodMs: number;
  readonly #options: DevicePollerOptions;
  readonly #due: DuePoints;
  readonly #filter: ReportFilter;
  readonly #silent: SilentGroups;
  readonly #keys: ValueKeys;
  readonly #lacking: LackingPoints;
  /** The empty readings of a tick that was not read. */
  readonly #nothing: TickReadings;
  readonly #overrun: Tick['miss'];
  #isStopped = false;
  /** Ends the current pause of the loop, if there is one. */
  #wake: () => void = () => undefined;
  #reader: TickReader;
  #loop: Promise<void> | undefined;
  /** The next tick that has no result yet. */
  #next = 0;
  /** The tick under way at the start: the time for which it had been due by then does not count as lateness. */
  #begunAt: number | undefined;
  /** On the monotonic clock. */
  lastResultMs: number;
  #isOver = false;
  #readThrough = -1;
  /** The first tick that belongs to another configuration. */
  #end = Number.POSITIVE_INFINITY;
  readonly #over = Promise.withResolvers<void>();

  constructor(options: DevicePollerOptions) {
    this.#options = options;
    const { set } = options.device;
    this.#due = new DuePoints(set, options.taskPeriodMs);
    this.periodMs = this.#due.periodMs;
    this.#filter = new ReportFilter(set.points);
    this.#silent = new SilentGroups(options.backoff, options.jitter);
    this.record = options.former?.record ?? new DeviceRecord();
    const { polled, isSame } = options.former ?? {};
    if (polled && isSame) this.#filter.goOnFrom(polled.filter, isSame);
    if (polled) this.#silent.goOnFrom(polled.silent);
    this.#keys = set.keys;
    this.#lacking = new LackingPoints(set, options.taskPeriodMs);
    this.#nothing = new TickReadings(new ValueKeys([]), this.#filter);
    const detail = `not read in time: the reading before it, or others on the same endpoint, took longer than the period of ${this.periodMs} ms`;
    this.#overrun = { cause: 'overrun', detail };
    this.#reader = this.#newReader();
    this.lastResultMs = options.clock.monotonicMs();
  }

  /**
   * @param firstTick no tick before this one is read, unless it lies further ahead than clocks may differ: a former
   * holder with a wrong clock must not silence the device until then
   * @returns the first tick that it answers for
   */
  start(firstTick: number): number {
    if (this.#loop) return this.#next;
    const { clock } = this.#options;
    const { periodMs } = this;
    const isAhead = tickTimeMs(firstTick, periodMs) > clock.nowMs() + periodMs + maxClockDifferenceMs;
    this.#readThrough = isAhead ? -1 : firstTick - 1;
    this.#next = this.#firstToRead(isAhead ? 0 : firstTick);
    this.#begunAt = this.#next;
    // Ticks that a former holder left unread are lost, but slow points that were due in them are not.
    this.#due.takenThrough(firstTick > 0 && firstTick < this.#next ? firstTick - 1 : this.#next - 1);
    this.lastResultMs = clock.monotonicMs();
    this.#loop = this.#run(this.#reader);
    return this.#begunAt;
  }

  /**
   * Goes on where another configuration has ended, and answers for every tick from `firstTick` on. Slow points that
   * were due earlier and not read are still owed.
   */
  startAt(firstTick: number): void {
    if (this.#loop) return;
    const { clock, former } = this.#options;
    const takenMs = former?.polled?.takenThroughMs;
    const lastTick = takenMs === undefined ? firstTick - 1 : Math.floor(takenMs / this.periodMs);
    this.#next = firstTick;
    this.#readThrough = firstTick - 1;
    this.#due.takenThrough(Math.min(lastTick, firstTick - 1));
    this.lastResultMs = clock.monotonicMs();
    this.#loop = this.#run(this.#reader);
  }

  /** Everything that this poller leaves to the next reader of the device. */
  reading(): FormerReading {
    const takenThroughMs = this.#due.takenThroughMs();
    return { record: this.record, polled: { filter: this.#filter, silent: this.#silent, takenThroughMs } };
  }

  /** Sets the end: the poller still answers for all ticks before this one, however late, and then ends. */
  endBefore(tick: number): void {
    this.#end = tick;
    if (this.#next >= tick) this.#wake();
  }

  /** Takes back {@link endBefore}. @returns whether there was still time to do so */
  goOn(): boolean {
    if (this.#isOver) return false;
    this.#end = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Resolves when polling is over, for whatever reason. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Whether the poller has reached the end set by {@link endBefore}. */
  hasEnded(): boolean {
    return this.#isOver && this.#next >= this.#end;
  }

  /** The last tick that was read, by this poller or by a former holder; -1 when none is known. */
  get readThrough(): number {
    return this.#readThrough;
  }

  /**
   * The first tick to read. The tick under way counts, so that an hourly task is read when it is started. A tick that
   * the former holder left unread is taken up while there is time: with a phase, until a little after the tick's own
   * end.
   */
  #firstToRead(leftAt: number): number {
    const nowMs = this.#options.clock.nowMs();
    const isLeft = leftAt > 0 && leftAt === tickAt(nowMs - this.#options.phaseMs, this.periodMs);
    return isLeft ? leftAt : Math.max(leftAt, tickAt(nowMs, this.periodMs));
  }

  /** Device settings that would avoid the requests it has refused. */
  learnedLimits(): object | undefined {
    return this.#options.device.plan.learned?.();
  }

  /** The same limits in words for people, and whatever else the device has taught, one per line. */
  learnedInWords(most: number): readonly string[] {
    return this.#options.device.plan.learnedInWords?.(most) ?? [];
  }

  /** Has everything asked for again. */
  forgetLearned(): void {
    this.#options.device.plan.forget?.();
  }

  /** Lets the request in flight finish; nothing is asked after it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    this.#reader.stop();
    await this.#loop;
    this.#over.resolve();
  }

  /** ms without a result that was due; 0 once polling is over. */
  silentMs(): number {
    const isPolling = this.#loop !== undefined && !this.#isOver && !this.#isStopped;
    const { clock } = this.#options;
    const waitMs = Math.max(0, this.#dueMs(this.#next) - clock.nowMs());
    return isPolling ? Math.max(0, clock.monotonicMs() - this.lastResultMs - waitMs) : 0;
  }

  /** Gives up whatever the loop is waiting for and goes on with the next tick that has no result. */
  restart(): void {
    if (!this.#loop || this.#isOver || this.#isStopped) return;
    this.#wake();
    this.#reader.stop();
    this.#reader = this.#newReader();
    this.lastResultMs = this.#options.clock.monotonicMs();
    this.#loop = this.#run(this.#reader);
  }

  #newReader(): TickReader {
    const { device, endpoint, backoff, jitter, clock, timers, permission, observer } = this.#options;
    return new TickReader({
      device,
      due: this.#due,
      phaseMs: this.#options.phaseMs,
      filter: this.#filter,
      keys: this.#keys,
      lacking: this.#lacking,
      record: this.record,
      endpoint,
      breakers: endpoint.breakers(backoff, jitter),
      silent: this.#silent,
      clock,
      timers,
      permission,
      observer,
    });
  }

  /** @param reader the reader of this loop, which ends when another one takes over */
  async #run(reader: TickReader): Promise<void> {
    const { clock, permission, onFault } = this.#options;
    const arrive = (nowMs: number) => this.#arrive(reader, nowMs);
    while (!this.#isStopped && reader === this.#reader && this.#next < this.#end) {
      const nowMs = clock.nowMs();
      const waitMs = this.#dueMs(this.#next) - nowMs;
      if (waitMs > 0) {
        await this.#pause(waitMs);
        continue;
      }
      // Checked before anything is reported: ticks that passed while the right to poll was gone are for the next holder
      // to answer for, and a clock that jumped over years must not bring as many results.
      if (!permission()) break;
      try {
        const result = await reader.read(arrive, nowMs);
        if (reader !== this.#reader) return;
        this.#report(result);
      } catch (error) {
        if (reader !== this.#reader) return;
        if (error instanceof NotPermitted) break;
        onFault(error);
        // The values of this tick were perhaps not sent.
        this.#filter.allLost();
        // Leave the tick to the next round, which finds that it has passed.
        await this.#pause(this.periodMs);
      }
    }
    if (reader !== this.#reader) return;
    this.#isOver = true;
    this.#over.resolve();
  }

  /** Uses no signal: its listeners cost more than the timer, and a device pauses at every tick. */
  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Reports the ticks that have passed, and returns the one that is due now. */
  #arrive(reader: TickReader, nowMs: number): number {
    const current = tickAt(nowMs - this.#options.phaseMs, this.periodMs);
    if (reader !== this.#reader) throw new NotPermitted('another loop reads this device by now');
    while (this.#next < current && this.#next < this.#end) {
      this.#report({
        tick: this.#next,
        readAtMs: Math.round(nowMs),
        readings: this.#nothing,
        miss: this.#overrun,
        lacking: undefined,
        wasAsked: false,
        latenessMs: undefined,
      });
    }
    if (this.#next >= this.#end) throw new NotPermitted('the next tick is another configuration’s');
    return this.#next;
  }

  #report(tick: Tick): void {
    const { clock, observer, onTick } = this.#options;
    const { readings, miss } = tick;
    const latenessMs = tick.tick === this.#begunAt ? undefined : tick.latenessMs;
    this.#next = tick.tick + 1;
    this.#readThrough = tick.tick;
    this.lastResultMs = clock.monotonicMs();
    observer?.onTick({ values: readings.readCount, missCause: miss?.cause, latenessMs, ticks: 1 });
    onTick(tick);
  }

  /** ms since 1970, when the tick is to be read. */
  #dueMs(tick: number): number {
    return tickTimeMs(tick, this.periodMs) + this.#options.phaseMs;
  }
}
