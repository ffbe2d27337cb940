import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import { type Clock, type ClockMark, elapsedMs, mark, systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import { Fifo } from './fifo.ts';
import { LostTicks } from './lost-ticks.ts';
import type { OutboxHealth } from './outbox-health.ts';
import type { Spool } from './spool.ts';
import { SpoolFeed } from './spool-feed.ts';
import { byTaken, isOnlyInMemory, type Waiting } from './waiting.ts';

export interface SampleOutboxOptions {
  /**
   * Resolves when the broker has stored it, with the sequence in the stream where that is known; a repeat of the
   * same sample within {@link repeatIsHarmlessMs} is harmless.
   */
  readonly send: (sample: Sample) => Promise<unknown>;
  /** Whether exactly this sample was stored after this sequence. Asked when a repeat would not be harmless. */
  readonly wasStored?: (sample: Sample, afterSequence: number) => Promise<boolean>;
  /** Whether an error of `send` will come again however often it is tried. */
  readonly isHopeless?: (error: unknown) => boolean;
  readonly isBrokerUp: () => boolean;
  /**
   * Samples held in memory, besides those that are being written to the spool. At half of it they go there; beyond it
   * the oldest are lost.
   */
  readonly maxWaiting: number;
  readonly maxInFlight?: number;
  /** Nothing is sent before {@link SampleOutbox.useSpool}: what a predecessor left there is older. */
  readonly awaitsSpool?: boolean;
  readonly timers: Timers;
  readonly clock?: Clock;
  readonly log: Logger;
}

/** Half the stream's duplicate window: a message id that was stored up to so long ago is surely remembered. */
const repeatIsHarmlessMs = 60_000;
const retryMs = 250;
const mostSpilledAtOnce = 2_000;

/** What waits longer than one to two of these goes to the spool: so much is lost when the process is killed. */
const spoolAfterMs = 1_000;

/**
 * Samples on their way to the broker. Polling never waits for it: `push` only queues. What the broker does not
 * confirm is sent again, oldest first, until it does. The order of sending is: what was sent in vain, notices of
 * what was lost, the spool, the queue in memory. Beyond all bounds the oldest go, are counted, and become gaps.
 */
export class SampleOutbox {
  readonly #options: SampleOutboxOptions;
  readonly #maxInFlight: number;
  readonly #clock: Clock;
  readonly #lost = new LostTicks();
  readonly #queue = new Fifo<Waiting>();
  /** Sent in vain. */
  #again: Waiting[] = [];
  readonly #inFlight = new Set<Waiting>();
  #feed: SpoolFeed | undefined;
  #mayStart: boolean;
  #isClosed = false;
  #order = 0;
  #taken = 0;
  /** Notices in flight or to be sent again. */
  #noticesOut = 0;
  #dropped = 0;
  #lastSequence = 0;
  #isPumpPlanned = false;
  #isProbing = false;
  #cancelRetry: (() => void) | undefined;
  #cancelSweep: (() => void) | undefined;
  #orderAtSweep = 0;
  #orderAtSweepBefore = 0;
  #spilling: Promise<void> | undefined;
  #beingSpilled: Waiting[] = [];
  #emptied: (() => void)[] = [];

  constructor(options: SampleOutboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#mayStart = !options.awaitsSpool;
    // What is in flight cannot be dropped; there must be older ones than the newest that can.
    this.#maxInFlight = Math.max(1, Math.min(options.maxInFlight ?? 256, Math.floor(options.maxWaiting / 2)));
  }

  push(sample: Sample): void {
    this.#order += 1;
    this.#queue.push({ order: this.#order, sample });
    // What is being written to the spool is as good as gone: a disk that takes its time must not cost samples.
    if (this.#inMemory() - this.#beingSpilled.length > this.#options.maxWaiting) this.#dropOldest();
    if (this.#feed) this.#planSweep();
    this.#pump();
    if (this.#feed && this.#inMemory() * 2 > this.#options.maxWaiting) this.#spill();
  }

  /** Samples that are not confirmed, in flight or not. */
  waiting(): number {
    return this.#inMemory() + (this.#feed?.waiting() ?? 0);
  }

  dropped(): number {
    return this.#dropped;
  }

  health(): OutboxHealth {
    return {
      waitingInMemory: this.#inMemory(),
      spooledSamples: this.#feed?.waiting() ?? 0,
      spooledBytes: this.#feed?.spool.bytes() ?? 0,
      dropped: this.#dropped,
      unsentNotices: this.#lost.count(),
      damagedRecords: this.#feed?.spool.damaged() ?? 0,
    };
  }

  /**
   * From now on what waits is kept on disk. What a predecessor left there goes first.
   * @param spool undefined when there is none for now; sending begins all the same
   */
  useSpool(spool: Spool | undefined, notices: readonly Sample[] = []): void {
    if (spool) {
      this.#lost.adopt(notices);
      this.#feed = new SpoolFeed(spool, this.#options.log, () => this.#pump());
      this.#planSweep();
    }
    this.#mayStart = true;
    this.#pump();
  }

  /** The spool is somebody else's now. What was read of it and not confirmed is left to them. */
  async leaveSpool(): Promise<void> {
    const feed = this.#feed;
    this.#feed = undefined;
    await this.#spilling;
    await feed?.spool.close();
  }

  /** The broker is back: what it has not confirmed goes first. */
  resume(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  /** Waits until everything is confirmed. @returns how many are not, after the time given */
  async flush(timeoutMs: number): Promise<number> {
    if (this.#isEmpty()) return 0;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.timers.after(timeoutMs, resolve);
      this.#emptied.push(() => {
        cancel();
        resolve();
      });
      this.#pump();
    });
    return this.waiting();
  }

  /**
   * Sends what it can in the time given and leaves the rest to a successor.
   * @returns how many samples are neither confirmed nor on disk
   */
  async close(timeoutMs: number): Promise<number> {
    await this.flush(timeoutMs);
    this.#isClosed = true;
    await this.#spilling;
    this.#cancelSweep?.();
    this.#cancelRetry?.();
    const feed = this.#feed;
    if (!feed) return this.#inMemory();
    const fromMemory = [...this.#again, ...this.#inFlight, ...this.#queue.all()]
      .filter(isOnlyInMemory)
      .sort((a, b) => a.order - b.order);
    let left = 0;
    try {
      await feed.write(fromMemory, this.#lastSequence);
    } catch (error) {
      left = fromMemory.length;
      this.#options.log.error({ err: error }, 'the last samples could not be written to the spool');
    }
    if (this.#lost.count() > 0) await this.#saveLost();
    await feed.spool.close();
    return left;
  }

  /** Samples in memory only or being sent, notices aside. */
  #inMemory(): number {
    const sent = this.#again.length + this.#inFlight.size - this.#noticesOut;
    return this.#queue.length + sent + this.#beingSpilled.length;
  }

  #isEmpty(): boolean {
    return this.waiting() === 0 && this.#lost.count() === 0;
  }

  #pump(): void {
    if (this.#isClosed || !this.#mayStart) return;
    if (!this.#options.isBrokerUp()) {
      this.#planRetry();
      return;
    }
    // After a failure one sample at a time finds out whether the broker takes them again.
    while (this.#inFlight.size < (this.#isProbing ? 1 : this.#maxInFlight)) {
      const next = this.#take();
      if (!next) break;
      if (next.taken === undefined) {
        this.#taken += 1;
        next.taken = this.#taken;
        if (next.isNotice) this.#noticesOut += 1;
      }
      this.#inFlight.add(next);
      this.#sendOne(next).then(
        (sequence) => this.#confirmed(next, sequence),
        (error: unknown) => this.#failed(next, error),
      );
    }
  }

  #sendOne(waiting: Waiting): Promise<unknown> {
    const { send, wasStored } = this.#options;
    const { doubt, sample } = waiting;
    if (!doubt) {
      waiting.doubt = { since: mark(this.#clock), afterSequence: this.#lastSequence };
      return send(sample);
    }
    if (!wasStored || this.#isRepeatHarmless(doubt.since)) return send(sample);
    return wasStored(sample, doubt.afterSequence).then((was) => (was ? undefined : send(sample)));
  }

  #isRepeatHarmless(since: ClockMark | undefined): boolean {
    return since !== undefined && elapsedMs(this.#clock, since) < repeatIsHarmlessMs;
  }

  #confirmed(waiting: Waiting, sequence: unknown): void {
    this.#inFlight.delete(waiting);
    this.#isProbing = false;
    if (typeof sequence === 'number') this.#lastSequence = Math.max(this.#lastSequence, sequence);
    if (waiting.position) this.#feed?.confirm(waiting.position, this.#lastSequence);
    if (waiting.isNotice) {
      this.#noticesOut -= 1;
      this.#lost.settle(waiting.sample);
      void this.#saveLost();
    }
    if (this.#isEmpty()) for (const emptied of this.#emptied.splice(0)) emptied();
    // With half of it still under way nothing is idle, and what follows goes out in larger pieces.
    else if (this.#inFlight.size * 2 <= this.#maxInFlight) this.#pumpSoon();
  }

  /** Once for all confirmations that came together: else each message would be written to the socket by itself. */
  #pumpSoon(): void {
    if (this.#isPumpPlanned) return;
    this.#isPumpPlanned = true;
    queueMicrotask(() => {
      this.#isPumpPlanned = false;
      this.#pump();
    });
  }

  #failed(waiting: Waiting, error: unknown): void {
    if (this.#options.isHopeless?.(error)) {
      this.#options.log.error(
        { err: error, session: waiting.sample.session, device: waiting.sample.device },
        'the broker will never take this sample; it is lost',
      );
      if (!waiting.isNotice) this.#lose(waiting.sample);
      this.#confirmed(waiting, undefined);
      return;
    }
    this.#inFlight.delete(waiting);
    this.#isProbing = true;
    this.#again.push(waiting);
    this.#options.log.debug({ err: error }, 'a sample was not confirmed and is sent again');
    this.#planRetry();
  }

  #take(): Waiting | undefined {
    if (this.#again.length > 0) {
      // What failed goes first, and not before its time: else later samples would overtake it.
      if (this.#cancelRetry) return undefined;
      if (this.#again.length > 1) this.#again.sort(byTaken);
      return this.#again.shift();
    }
    const notice = this.#lost.take();
    if (notice) return { order: 0, sample: notice, isNotice: true };
    if (this.#feed && !this.#feed.isDrained()) {
      const spooled = this.#feed.next();
      if (!spooled) return undefined;
      return { order: 0, ...spooled };
    }
    if (this.#beingSpilled.length > 0) return undefined;
    return this.#queue.take();
  }

  #planRetry(): void {
    this.#cancelRetry ??= this.#options.timers.after(retryMs, () => {
      this.#cancelRetry = undefined;
      if (!this.#isEmpty()) this.#pump();
    });
  }

  /** What has waited for long goes to the spool, so that little is lost with the process. */
  #planSweep(): void {
    if (this.#isClosed) return;
    this.#cancelSweep ??= this.#options.timers.after(spoolAfterMs, () => {
      this.#cancelSweep = undefined;
      this.#orderAtSweepBefore = this.#orderAtSweep;
      this.#orderAtSweep = this.#order;
      if (this.#inMemory() === 0) return;
      this.#planSweep();
      this.#spill();
    });
  }

  #spill(): void {
    if (!this.#feed || this.#isClosed) return;
    const feed = this.#feed;
    this.#spilling ??= this.#spillAll(feed)
      .catch((error: unknown) => feed.complain(error))
      .finally(() => {
        this.#spilling = undefined;
        this.#pump();
      });
  }

  async #spillAll(feed: SpoolFeed): Promise<void> {
    for (;;) {
      const isCrowded = this.#inMemory() * 2 > this.#options.maxWaiting;
      const batch = this.#takeForSpool(feed, isCrowded);
      if (batch.length === 0) return;
      this.#beingSpilled = batch;
      try {
        await feed.write(batch, this.#lastSequence, () => this.#dropOldestSegment(feed));
        this.#beingSpilled = [];
      } catch (error) {
        this.#queue.putBack(batch);
        this.#beingSpilled = [];
        feed.complain(error);
        // Room for the newest is made by letting the oldest go; while memory has room nothing need be lost.
        if (!isCrowded || !(await this.#dropOldestSegment(feed))) return;
      }
    }
  }

  #takeForSpool(feed: SpoolFeed, isCrowded: boolean): Waiting[] {
    const batch: Waiting[] = [];
    const isOld = ({ order }: Waiting) => order <= this.#orderAtSweepBefore;
    if (feed.isUntouched()) {
      // What is older than all that will be spooled goes there first, once nothing of it is under way.
      if (this.#inFlight.size > 0 && !isCrowded) return [];
      if (this.#inFlight.size === 0) {
        batch.push(...this.#again.filter(isOnlyInMemory).sort(byTaken));
        this.#again = this.#again.filter((waiting) => !isOnlyInMemory(waiting));
      }
    }
    for (let next = this.#queue.peek(); next && batch.length < mostSpilledAtOnce; next = this.#queue.peek()) {
      if (!isCrowded && !isOld(next)) break;
      batch.push(next);
      this.#queue.take();
    }
    return batch;
  }

  /** @returns whether there was one */
  async #dropOldestSegment(feed: SpoolFeed): Promise<boolean> {
    if (feed.spool.bytes() === 0) return false;
    const before = feed.spool.bytes();
    for (const sample of await feed.spool.takeOldest()) this.#lose(sample);
    await this.#saveLost();
    await feed.spool.removeTaken();
    return feed.spool.bytes() < before;
  }

  /** One write at a time; what changed meanwhile is in the next one. */
  #saveLost(): Promise<void> {
    const feed = this.#feed;
    if (!feed) return Promise.resolve();
    return feed.saveLost(() => this.#lost.all());
  }

  #lose(sample: Sample): void {
    this.#dropped += 1;
    this.#lost.add(sample);
    if (this.#dropped === 1 || this.#dropped % 10_000 === 0) {
      this.#options.log.error(
        { dropped: this.#dropped, limit: this.#options.maxWaiting },
        'the sample buffer is full: the oldest samples are lost. Bring NATS back or raise SAMPLE_BUFFER_MAX and SPOOL_MAX_BYTES',
      );
    }
  }

  #dropOldest(): void {
    // What was sent in vain is older than what was never sent; what lies in the spool too frees nothing here.
    const inVain = this.#again.filter(isOnlyInMemory).sort(byTaken)[0];
    if (inVain) this.#again.splice(this.#again.indexOf(inVain), 1);
    const oldest = inVain ?? this.#queue.take();
    if (oldest) this.#lose(oldest.sample);
  }
}
