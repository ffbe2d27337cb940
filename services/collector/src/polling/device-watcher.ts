import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { WatchSink } from '@holdfast/driver/link.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { PollObserver } from '../ports.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import type { ToldOfTick } from '../samples/sample-of-changes.ts';
import { tickAt, tickTimeMs } from '../samples/schedule.ts';
import { mostChanges, TickChanges } from '../samples/tick-changes.ts';
import type { AskedDevice } from './asked-device.ts';
import type { BackoffLimits } from './backoff.ts';
import { Breaker } from './breaker.ts';
import { maxClockDifferenceMs } from './device-poller.ts';
import { DeviceRecord } from './device-record.ts';
import { DuePoints } from './due-points.ts';
import type { Endpoint, Permission } from './endpoint.ts';
import type { FormerReading, GoesOnFrom } from './former-reading.ts';
import { LackingPoints } from './lacking-points.ts';
import { missCauseOf } from './miss-cause.ts';
import type { SteadyClock } from './steady-clock.ts';
import { lateMiss, leftOutMiss, lostOnTheWay, noValuesMiss, unansweredMiss } from './watch-misses.ts';

/** How long changes that must be safe soon are gathered: a broker that delivers few at a time waits for them. */
const gatherMs = 5;
/**
 * How often changes that are not waited for are sent, whatever the length of a tick: a kill loses no more than that.
 */
const flushEveryMs = 1_000;
/** Largest part of a tick, roughly. */
const bytesOfPart = 256 * 1024;
/** Pause between the end of a watch and the next try. */
const againAfterMs = 250;
/** A watch that lasted so long was sound: its end does not count as a further failure in a row. */
const soundAfterMs = 10_000;

export interface WatchedTick {
  readonly tick: number;
  readonly readAtMs: number;
  readonly readings: TickChanges;
  readonly miss: Sample['miss'];
  readonly wasAsked: true;
}

export interface DeviceWatcherOptions {
  readonly device: AskedDevice;
  readonly taskPeriodMs: number;
  /** How long after its scheduled time a tick is closed. */
  readonly phaseMs: number;
  readonly endpoint: Pick<Endpoint, 'link'>;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  /** 0…1 */
  readonly jitter: () => number;
  /** Takes what is to be sent. @param settled called once it is safe, or lost */
  readonly send: (part: ToldOfTick, settled: (isSafe: boolean) => void) => void;
  readonly onTick: (tick: WatchedTick) => void;
  /** Notified of an error that the watch does not know; the watch starts again. */
  readonly onFault: (error: unknown) => void;
  readonly observer?: PollObserver | undefined;
  /** Left by the former reader of the device, which went by another configuration. */
  readonly former?: GoesOnFrom | undefined;
}

/**
 * Subscribes to one device. Values between two ticks are sent in parts, as soon as the source wants them safe, or after a
 * second. Every tick gets one result at its time: read, even if without values, or a miss while the watch is down.
 */
export class DeviceWatcher {
  readonly record: DeviceRecord;
  readonly periodMs: number;
  readonly #options: DeviceWatcherOptions;
  readonly #changes: TickChanges;
  readonly #lacking: LackingPoints;
  readonly #breaker: Breaker;
  readonly #ending = new AbortController();
  #wakes = new Set<() => void>();
  #loops: Promise<unknown> | undefined;
  #isOver = false;
  /** The next tick that has no result. */
  #next = 0;
  #since = 0;
  #part = 0;
  lastResultMs: number;
  #lastFlushMs: number;
  /** Since when the watch has been open; undefined while it is not. */
  #openSinceMs: number | undefined;
  /** Whether the source had kept values from before this watcher; undefined until the first watch is open. */
  #sourceKept: boolean | undefined;
  /** Why the watch is not open. */
  #down: NonNullable<Sample['miss']> | undefined;
  #gathering: Promise<void> | undefined;
  /** The first tick that belongs to another configuration. */
  #end = Number.POSITIVE_INFINITY;
  readonly #over = Promise.withResolvers<void>();
  /** Parts that were sent, and are neither safe nor lost yet. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: DeviceWatcherOptions) {
    this.#options = options;
    const { device, taskPeriodMs, clock, backoff, jitter, former } = options;
    this.record = former?.record ?? new DeviceRecord();
    this.periodMs = new DuePoints(device.set, taskPeriodMs).periodMs;
    const filter = new ReportFilter(device.set.points);
    this.#changes = new TickChanges(device.set.keys, filter, () => clock.nowMs());
    if (former)
      this.#changes.goOnFrom((code) => former.isSame(code) && former.watched?.told.hasTold(code) === true);
    this.#lacking = new LackingPoints(device.set, taskPeriodMs);
    this.#breaker = new Breaker(backoff, jitter);
    this.lastResultMs = clock.monotonicMs();
    this.#lastFlushMs = clock.monotonicMs();
  }

  /** @param firstTick no tick before this one is answered for; see `DevicePoller.start` */
  start(firstTick: number): number {
    if (this.#loops) return this.#since;
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const isAhead = tickTimeMs(firstTick, this.periodMs) > nowMs + this.periodMs + maxClockDifferenceMs;
    this.#next = Math.max(isAhead ? 0 : firstTick, tickAt(nowMs, this.periodMs));
    this.#since = this.#next;
    this.lastResultMs = clock.monotonicMs();
    this.#loops = this.#run();
    return this.#since;
  }

  /** See `DevicePoller.startAt`. */
  startAt(firstTick: number): void {
    if (this.#loops) return;
    const { clock, former } = this.#options;
    this.#next = firstTick;
    this.#since = firstTick;
    const before = former?.watched;
    // Parts of this tick have already been sent under their numbers.
    if (before?.periodMs === this.periodMs && before.tick === firstTick) this.#part = before.part;
    this.lastResultMs = clock.monotonicMs();
    this.#loops = this.#run();
  }

  /** Everything that this watcher leaves to the next reader of the device. */
  reading(): FormerReading {
    const watched = { periodMs: this.periodMs, tick: this.#next, part: this.#part, told: this.#changes };
    return { record: this.record, watched };
  }

  /** Sets the end: the watcher still answers for all ticks before this one, and then ends. */
  endBefore(tick: number): void {
    this.#end = tick;
    if (this.#next >= tick) this.#endWatch();
  }

  /** Takes back {@link endBefore}. @returns whether there was still time to do so */
  goOn(): boolean {
    if (this.#isStopped || this.#isOver) return false;
    this.#end = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Resolves when the watch is over, and everything that its source has reported is on its way. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Whether the watcher has reached the end set by {@link endBefore}. */
  hasEnded(): boolean {
    return this.#isOver && this.#next >= this.#end;
  }

  /** The last tick for which this watcher, or a former holder, has answered. */
  get readThrough(): number {
    return this.#next - 1;
  }

  learnedLimits(): object | undefined {
    return undefined;
  }

  learnedInWords(): readonly string[] {
    return [];
  }

  forgetLearned(): void {}

  /** Ends the watch; what the source has reported until then is still sent. */
  async stop(): Promise<void> {
    this.#endWatch();
    await this.#loops;
    this.#flush();
    this.#over.resolve();
  }

  #endWatch(): void {
    this.#ending.abort();
    for (const wake of this.#wakes) wake();
  }

  /** ms without a result that was due. */
  silentMs(): number {
    const { clock } = this.#options;
    if (!this.#loops || this.#isOver || this.#isStopped) return 0;
    const waitMs = Math.max(0, this.#dueMs(this.#next) - clock.nowMs());
    return Math.max(0, clock.monotonicMs() - this.lastResultMs - waitMs);
  }

  /** Nothing is given up: the ticks wait only for the clock. */
  restart(): void {
    this.lastResultMs = this.#options.clock.monotonicMs();
  }

  get #isStopped(): boolean {
    return this.#ending.signal.aborted;
  }

  async #run(): Promise<void> {
    await Promise.all([this.#watch(), this.#tick()]);
    if (this.#next >= this.#end) this.#flush();
    this.#over.resolve();
  }

  async #watch(): Promise<void> {
    const { device, endpoint, clock, permission, onFault } = this.#options;
    const { groups } = device.plan.groups(device.set.all, clock.nowMs());
    while (!this.#isStopped && this.#next < this.#end) {
      const refusal = this.#breaker.refusal(clock.nowMs());
      if (refusal) {
        await this.#pause(refusal.waitMs ?? againAfterMs);
        continue;
      }
      // The next holder answers for what comes from now on.
      if (!permission()) break;
      this.#breaker.began();
      let why = 'the driver has ended its watch';
      let cause: NonNullable<Sample['miss']>['cause'] = 'connection';
      try {
        const { link } = endpoint;
        if (!link.watch) throw new DriverFailure('config', 'its protocol cannot be subscribed to');
        await link.watch(groups, this.#sink(), this.#ending.signal);
      } catch (error) {
        if (error instanceof DriverFailure) cause = missCauseOf(error);
        else if (!this.#isStopped) onFault(error);
        why = error instanceof Error ? error.message : String(error);
      }
      if (this.#isStopped) break;
      const nowMs = clock.nowMs();
      if (this.#openSinceMs !== undefined && nowMs - this.#openSinceMs >= soundAfterMs) {
        this.#breaker.succeeded();
      }
      this.#openSinceMs = undefined;
      this.#down = { cause, detail: `${device.code}: ${why}` };
      this.#breaker.failed(nowMs, this.#down);
      for (const wake of this.#wakes) wake();
      await this.#pause(againAfterMs);
    }
  }

  #sink(): WatchSink {
    const changes = this.#changes;
    const flushWhenFull = () => {
      if (changes.waitingBytes >= bytesOfPart) this.#flush();
    };
    changes.sourceTime(undefined);
    return {
      number: (at, value, quality) => {
        changes.number(at, value, quality);
        flushWhenFull();
      },
      decimal: (at, digits, decimals, quality) => {
        changes.decimal(at, digits, decimals, quality);
        flushWhenFull();
      },
      integer: (at, digits, quality) => {
        changes.integer(at, digits, quality);
        flushWhenFull();
      },
      other: (at, value, quality) => {
        changes.other(at, value, quality);
        flushWhenFull();
      },
      bad: (at, status) => changes.bad(at, status),
      sourceTime: (ms) => changes.sourceTime(ms),
      opened: (hasKept) => {
        this.#sourceKept ??= hasKept;
        this.#openSinceMs = this.#options.clock.nowMs();
        this.#down = undefined;
        for (const wake of this.#wakes) wake();
      },
      commit: () => this.#commit(),
    };
  }

  #commit(): Promise<void> {
    this.#gathering ??= this.#gathered();
    return this.#gathering;
  }

  /** Sends one lot for all who ask within a moment. */
  async #gathered(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.timers.after(gatherMs, resolve));
    this.#gathering = undefined;
    this.#flush();
    await Promise.all(this.#underWay);
  }

  async #tick(): Promise<void> {
    const { clock, permission } = this.#options;
    while (!this.#isStopped && this.#next < this.#end) {
      const nowMs = clock.nowMs();
      const waitMs = this.#dueMs(this.#next) - nowMs;
      // The first result waits until the watch is open, or is known not to be.
      const isUnknown = this.#openSinceMs === undefined && this.#down === undefined;
      const isEarly = waitMs <= 0 && isUnknown && nowMs < this.#dueMs(this.#next + 1);
      if (waitMs > 0 || isEarly) {
        if (clock.monotonicMs() - this.#lastFlushMs >= flushEveryMs) this.#flush();
        await this.#pause(Math.min(isEarly ? this.#dueMs(this.#next + 1) - nowMs : waitMs, flushEveryMs));
        continue;
      }
      // Nothing may be reported any more.
      if (!permission()) break;
      this.#closeTicks(nowMs);
    }
    this.#isOver = true;
    if (this.#next >= this.#end) this.#endWatch();
  }

  #closeTicks(nowMs: number): void {
    const last = tickAt(nowMs - this.#options.phaseMs, this.periodMs);
    for (; this.#next < last && this.#next < this.#end; this.#close(nowMs, lateMiss, false));
    if (this.#next < this.#end) this.#close(nowMs, this.#miss(), this.#openSinceMs !== undefined);
  }

  /** @param wasOpen whether the source could have reported something in it */
  #close(nowMs: number, miss: Sample['miss'], wasOpen: boolean): void {
    const { clock, device, observer, onTick } = this.#options;
    const tick = this.#next;
    const changes = this.#changes;
    const { readCount } = changes;
    const readAtMs = Math.round(nowMs);
    const isRead = wasOpen || readCount > 0;
    const { lost: bad = [], dropped } = changes;
    onTick({ tick, readAtMs, readings: changes, miss, wasAsked: true });
    const lacking = this.#lacking.of(tick, device.set.all, changes.readOfTick(wasOpen), miss?.cause);
    const sourceKept = this.#sourceKept === true;
    const common = { tick, readAtMs, sinceTick: this.#since, sourceKept };
    const end = { isRead, bad, dropped, miss, lacking };
    this.#sendNow({ ...common, changes: changes.take(this.#timeMs(tick)), end });
    // Reported once: later watches have no ticks before them without a result.
    if (sourceKept) this.#sourceKept = false;
    observer?.onTick({ values: readCount, missCause: miss?.cause, latenessMs: undefined, ticks: 1 });
    changes.beginTick();
    this.#part = 0;
    this.#next = tick + 1;
    this.lastResultMs = clock.monotonicMs();
    this.#lastFlushMs = this.lastResultMs;
  }

  #miss(): Sample['miss'] {
    const { lost, dropped } = this.#changes;
    if (this.#down) return this.#down;
    if (this.#openSinceMs === undefined) return unansweredMiss(this.#options.device.code);
    if (dropped > 0) return leftOutMiss(dropped, mostChanges);
    return lost && noValuesMiss(lost);
  }

  /** Sends what waits, as a part of the tick under way. */
  #flush(): void {
    this.#lastFlushMs = this.#options.clock.monotonicMs();
    if (this.#changes.isEmpty) return;
    const tick = this.#next;
    const readAtMs = this.#options.clock.nowMs();
    // Numbered by their time in the tick: the broker takes a name once, and this collector may have been restarted.
    this.#part = Math.max(this.#part + 1, Math.round(readAtMs - this.#timeMs(tick - 1)));
    const changes = this.#changes.take(this.#timeMs(tick));
    this.#sendNow({ tick, readAtMs, sinceTick: this.#since, changes, part: this.#part });
  }

  #sendNow(part: ToldOfTick): void {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#underWay.add(promise);
    // Whoever has called `commit` learns of a failure; no other code needs to know.
    promise.catch(() => undefined).finally(() => this.#underWay.delete(promise));
    this.#options.send(part, (isSafe) => {
      if (isSafe) resolve();
      else reject(new DriverFailure('connection', lostOnTheWay, { isHeldBack: true }));
    });
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wakes.delete(wake);
        resolve();
      };
      const cancel = this.#options.timers.after(ms, wake);
      this.#wakes.add(wake);
    });
  }

  #timeMs(tick: number): number {
    return tickTimeMs(tick, this.periodMs);
  }

  /** ms since 1970, when the tick is to be closed. */
  #dueMs(tick: number): number {
    return this.#timeMs(tick) + this.#options.phaseMs;
  }
}
