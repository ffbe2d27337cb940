import { errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { WatchSink } from '@holdfast/driver/link.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import type { TickReports } from '../samples/sample-of-changes.ts';
import { tickAt } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { mostChanges, TickChanges } from '../samples/tick-changes.ts';
import { Breaker } from './breaker.ts';
import { DeviceReader, type DeviceReaderOptions } from './device-reader.ts';
import type { Endpoint } from './endpoint.ts';
import type { FormerReading } from './former-reading.ts';
import { missCauseOf } from './miss-cause.ts';
import { lateMiss, lostOnTheWay, noValuesMiss, overrunMiss, unansweredMiss } from './watch-misses.ts';

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
  readonly miss: Tick['miss'];
  readonly wasAsked: true;
}

export interface DeviceWatcherOptions extends DeviceReaderOptions {
  readonly endpoint: Pick<Endpoint, 'link'>;
  /** Takes what is to be sent. @param settled called once it is safe, or lost */
  readonly send: (part: TickReports, settled: (isSafe: boolean) => void) => void;
  readonly onTick: (tick: WatchedTick) => void;
}

/**
 * Subscribes to one device. Values between two ticks are sent in parts, as soon as the source wants them safe, or after a
 * second. Every tick gets one result at its time: read, even if without values, or a miss while the watch is down.
 */
export class DeviceWatcher extends DeviceReader<DeviceWatcherOptions> {
  readonly #changes: TickChanges;
  readonly #breaker: Breaker;
  readonly #ending = new AbortController();
  #part = 0;
  #lastFlushMs: number;
  /** Since when the watch has been open, or undefined while it is not. */
  #openSinceMs: number | undefined;
  /** Whether the source had kept values from before this watcher, or undefined until the first watch is open. */
  #sourceKept: boolean | undefined;
  /** Why the watch is not open. */
  #down: NonNullable<Tick['miss']> | undefined;
  #gathering: Promise<void> | undefined;
  /** Parts that were sent, and are neither safe nor lost yet. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: DeviceWatcherOptions) {
    super(options);
    const { device, clock, backoff, jitter, former } = options;
    const filter = new ReportFilter(device.set.points);
    this.#changes = new TickChanges(device.set.keys, filter, () => clock.nowMs());
    if (former)
      this.#changes.goOnFrom((code) => former.isSame(code) && former.watched?.told.hasTold(code) === true);
    this.#breaker = new Breaker(backoff, jitter);
    this.#lastFlushMs = clock.monotonicMs();
  }

  get readThrough(): number {
    return this.next - 1;
  }

  reading(): FormerReading {
    const watched = { periodMs: this.periodMs, tick: this.next, part: this.#part, told: this.#changes };
    return { record: this.record, watched };
  }

  override endBefore(tick: number): void {
    super.endBefore(tick);
    if (this.isAtEnd()) this.#endWatch();
  }

  /** What the source has reported until the end is still sent. */
  override async stop(): Promise<void> {
    this.#endWatch();
    await super.stop();
    this.#flush();
  }

  /** Nothing is given up: the ticks wait only for the clock. */
  restart(): void {
    this.lastResultMs = this.options.clock.monotonicMs();
  }

  protected firstToRead(from: number, nowMs: number): number {
    return Math.max(from, tickAt(nowMs, this.periodMs));
  }

  /** Parts of this tick may have been sent under their numbers. */
  protected goOnAt(firstTick: number): void {
    const before = this.options.former?.watched;
    if (before?.periodMs === this.periodMs && before.tick === firstTick) this.#part = before.part;
  }

  protected async run(): Promise<void> {
    await Promise.all([this.#watch(), this.#tick()]);
    if (this.isAtEnd()) this.#flush();
    this.finish();
  }

  #endWatch(): void {
    this.isStopped = true;
    this.#ending.abort();
    this.wake();
  }

  async #watch(): Promise<void> {
    const { device, endpoint, clock, permission, onFault } = this.options;
    const { groups } = device.plan.groups(device.set.all, clock.nowMs());
    while (!this.isStopped && !this.isAtEnd()) {
      const refusal = this.#breaker.refusal(clock.nowMs());
      if (refusal) {
        await this.pause(refusal.waitMs ?? againAfterMs);
        continue;
      }
      // The next holder answers for what comes from now on.
      if (!permission()) break;
      this.#breaker.began();
      let why = collectorText('watch_ended');
      let cause: NonNullable<Tick['miss']>['cause'] = 'connection';
      try {
        const { link } = endpoint;
        if (!link.watch) throw new DriverFailure('config', collectorText('protocol_has_no_subscription'));
        await link.watch(groups, this.#sink(), this.#ending.signal);
      } catch (error) {
        if (error instanceof DriverFailure) cause = missCauseOf(error);
        else if (!this.isStopped) onFault(error);
        why = errorText(error);
      }
      if (this.isStopped) break;
      const nowMs = clock.nowMs();
      if (this.#openSinceMs !== undefined && nowMs - this.#openSinceMs >= soundAfterMs) {
        this.#breaker.succeeded();
      }
      this.#openSinceMs = undefined;
      this.#down = { cause, detail: collectorText('of_device', { device: device.code, why }) };
      this.#breaker.failed(nowMs, this.#down);
      this.wake();
      await this.pause(againAfterMs);
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
        this.#openSinceMs = this.options.clock.nowMs();
        this.#down = undefined;
        this.wake();
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
    await new Promise<void>((resolve) => this.options.timers.after(gatherMs, resolve));
    this.#gathering = undefined;
    this.#flush();
    await Promise.all(this.#underWay);
  }

  async #tick(): Promise<void> {
    const { clock, permission } = this.options;
    while (!this.isStopped && !this.isAtEnd()) {
      const nowMs = clock.nowMs();
      const waitMs = this.dueMs(this.next) - nowMs;
      // The first result waits until the watch is open, or is known not to be.
      const isUnknown = this.#openSinceMs === undefined && this.#down === undefined;
      const isEarly = waitMs <= 0 && isUnknown && nowMs < this.dueMs(this.next + 1);
      if (waitMs > 0 || isEarly) {
        if (clock.monotonicMs() - this.#lastFlushMs >= flushEveryMs) this.#flush();
        await this.pause(Math.min(isEarly ? this.dueMs(this.next + 1) - nowMs : waitMs, flushEveryMs));
        continue;
      }
      // Nothing may be reported any more.
      if (!permission()) break;
      this.#closeTicks(nowMs);
    }
    this.isOver = true;
    if (this.isAtEnd()) this.#endWatch();
  }

  #closeTicks(nowMs: number): void {
    const last = tickAt(nowMs - this.options.phaseMs, this.periodMs);
    for (; this.next < last && !this.isAtEnd(); this.#close(nowMs, lateMiss, false));
    if (!this.isAtEnd()) this.#close(nowMs, this.#miss(), this.#openSinceMs !== undefined);
  }

  /** @param wasOpen whether the source could have reported something in it */
  #close(nowMs: number, miss: Tick['miss'], wasOpen: boolean): void {
    const { device, onTick } = this.options;
    const tick = this.next;
    const changes = this.#changes;
    const { readCount } = changes;
    const readAtMs = Math.round(nowMs);
    const isRead = wasOpen || readCount > 0;
    const { lost: bad = [], dropped } = changes;
    onTick({ tick, readAtMs, readings: changes, miss, wasAsked: true });
    const lacking = this.lacking.of(tick, device.set.all, changes.readOfTick(wasOpen), miss?.cause);
    const sourceKept = this.#sourceKept === true;
    const common = { tick, readAtMs, sinceTick: this.first, sourceKept };
    const end = { isRead, bad, dropped, miss, lacking };
    this.#sendNow({ ...common, changes: changes.take(this.timeMs(tick)), end });
    // Reported once: later watches have no ticks before them without a result.
    if (sourceKept) this.#sourceKept = false;
    this.settled(tick, readCount, miss);
    changes.beginTick();
    this.#part = 0;
    this.#lastFlushMs = this.lastResultMs;
  }

  #miss(): Tick['miss'] {
    const { lost, dropped } = this.#changes;
    if (this.#down) return this.#down;
    if (this.#openSinceMs === undefined) return unansweredMiss(this.options.device.code);
    if (dropped > 0) return overrunMiss(dropped, mostChanges);
    return lost && noValuesMiss(lost);
  }

  /** Sends what waits, as a part of the tick under way. */
  #flush(): void {
    this.#lastFlushMs = this.options.clock.monotonicMs();
    if (this.#changes.isEmpty) return;
    const tick = this.next;
    const readAtMs = this.options.clock.nowMs();
    // Numbered by their time in the tick: the broker takes a name once, and this collector may have been restarted.
    this.#part = Math.max(this.#part + 1, Math.round(readAtMs - this.timeMs(tick - 1)));
    const changes = this.#changes.take(this.timeMs(tick));
    this.#sendNow({ tick, readAtMs, sinceTick: this.first, changes, part: this.#part });
  }

  #sendNow(part: TickReports): void {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#underWay.add(promise);
    // Whoever has called `commit` learns of a failure; no other code needs to know.
    promise.catch(() => undefined).finally(() => this.#underWay.delete(promise));
    this.options.send(part, (isSafe) => {
      if (isSafe) resolve();
      else reject(new DriverFailure('connection', lostOnTheWay, { isHeldBack: true }));
    });
  }
}
