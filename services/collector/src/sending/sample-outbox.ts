import type { OutgoingSample, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type Clock, mark, systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { Tickets } from '@holdfast/shared/runtime/tickets.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import { Awaited } from './awaited.ts';
import { isRepeatHarmless } from './doubt.ts';
import { Fifo } from './fifo.ts';
import { Gathering } from './gather.ts';
import { LostTicks } from './lost-ticks.ts';
import type { OutboxHealth } from './outbox-health.ts';
import { Spilling } from './spilling.ts';
import type { Spool, SpooledNotice } from './spool.ts';
import { SpoolFeed } from './spool-feed.ts';
import { type TooLarge, tooLargeMiss } from './too-large-miss.ts';
import { TooLargeSamples } from './too-large-samples.ts';
import { isOnlyInMemory, type Settled, type UnconfirmedSample } from './unconfirmed-sample.ts';
import { UnconfirmedSamples } from './unconfirmed-samples.ts';

export interface SampleOutboxOptions {
  /**
   * Resolves when the broker has stored the sample, with its sequence in the stream where that is known. Repeating a
   * sample is harmless as long as the stream keeps message ids.
   */
  readonly send: (sample: OutgoingSample) => Promise<unknown>;
  /** Whether exactly this sample was stored after this sequence. Asked when a repeat would not be harmless. */
  readonly wasStored?: (sample: Sample, afterSequence: number) => Promise<boolean>;
  /** Sequence of the stream after which everything that will be sent is stored. */
  readonly firstAfter?: number;
  /** Decides by an error of `send` whether the sample is too large, now or later. */
  readonly tooLarge?: (error: unknown, sample: OutgoingSample) => TooLarge | undefined;
  readonly isBrokerUp: () => boolean;
  /**
   * Most samples held in memory, besides those being written to the spool. From half of it on, samples go to the spool;
   * beyond it the oldest are lost.
   */
  readonly maxWaiting: number;
  readonly maxInFlight?: number;
  /** Whether to send nothing before {@link SampleOutbox.useSpool}: samples that a predecessor left there are older. */
  readonly awaitsSpool?: boolean;
  /** Runs something a little later, so that the samples that come until then go out together; at once when left out. */
  readonly later?: (run: () => void) => void;
  readonly timers: Timers;
  readonly clock?: Clock;
  readonly log: Logger;
}

const retryMs = 250;

/**
 * Most samples in flight: enough to keep the broker busy while the samples of a tick are made here. The broker
 * remembers who is interested in a thousand subjects, those of samples among them; with few devices it then also
 * remembers those of all answers. Measured: with 256, a fifth fewer samples a second.
 */
export const mostInFlight = 512;

type Phase =
  /** Nothing is sent: samples that a predecessor left in the spool are older. */
  | 'awaiting_spool'
  /** Samples are sent as they come, together with those of a few ms. */
  | 'flowing'
  /** As many as allowed are under way; waiting samples are sent as soon as half of them are confirmed. */
  | 'full'
  /** After a failure: one sample at a time tests whether the broker takes them again. */
  | 'probing'
  /** Nothing more is sent; samples that are not confirmed are left to a successor. */
  | 'closed';

/**
 * Samples on their way to the broker. Polling never waits for it: `push` only queues. Samples that the broker does not
 * confirm are sent again, oldest first, until it does. They are sent in this order: those sent in vain, notices of lost
 * ones, the spool, the queue in memory. Beyond all bounds the oldest are given up, counted, and become gaps.
 */
export class SampleOutbox {
  readonly #options: SampleOutboxOptions;
  readonly #maxInFlight: number;
  readonly #clock: Clock;
  readonly #lost = new LostTicks();
  readonly #queue = new Fifo<UnconfirmedSample>();
  readonly #again = new UnconfirmedSamples();
  readonly #inFlight = new Tickets<UnconfirmedSample>();
  #spooling: { readonly feed: SpoolFeed; readonly spilling: Spilling } | undefined;
  readonly #gathering: Gathering;
  #phase: Phase;
  #order = 0;
  #takenCount = 0;
  /** Notices in flight or waiting to be sent again. */
  #noticesOut = 0;
  #dropped = 0;
  readonly #awaited = new Awaited();
  readonly #tooLarge: TooLargeSamples;
  #lastSequence: number;
  #cancelRetry: (() => void) | undefined;
  #emptied: (() => void)[] = [];

  constructor(options: SampleOutboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tooLarge = new TooLargeSamples(options.log);
    this.#gathering = new Gathering(() => this.#pump(), options.later);
    this.#phase = options.awaitsSpool ? 'awaiting_spool' : 'flowing';
    this.#lastSequence = options.firstAfter ?? 0;
    // Samples in flight cannot be dropped, so fewer may be in flight than in memory: something older than the newest
    // must remain to be dropped.
    this.#maxInFlight = Math.max(
      1,
      Math.min(options.maxInFlight ?? mostInFlight, Math.floor(options.maxWaiting / 2)),
    );
  }

  /** @param settled called once the sample is safe, or lost */
  push(sample: OutgoingSample, settled?: Settled): void {
    this.#order += 1;
    const waiting = { order: this.#order, sample };
    this.#queue.push(settled ? { ...waiting, settled: this.#awaited.counting(settled) } : waiting);
    const spilling = this.#spooling?.spilling;
    // Samples being written to the spool no longer count: a slow disk must not cost samples.
    if (this.#inMemory() - (spilling?.underWay() ?? 0) > this.#options.maxWaiting) this.#dropOldest();
    spilling?.planSweep(() => this.#inMemory() > 0);
    if (this.#options.later) this.#gathering.sendSoon();
    else this.#pump();
    if (this.#isCrowded() || this.#isHurried()) spilling?.begin();
  }

  /** Samples that are not confirmed, in flight or not. */
  waiting(): number {
    return this.#inMemory() + (this.#spooling?.feed.waiting() ?? 0);
  }

  dropped(): number {
    return this.#dropped;
  }

  health(): OutboxHealth {
    const feed = this.#spooling?.feed;
    return {
      waitingInMemory: this.#inMemory(),
      spooledSamples: feed?.waiting() ?? 0,
      spooledBytes: feed?.spool.bytes() ?? 0,
      dropped: this.#dropped,
      tooLarge: this.#tooLarge.count(),
      unsentNotices: this.#lost.count(),
      damagedRecords: feed?.spool.damaged() ?? 0,
    };
  }

  /**
   * From now on, waiting samples are kept on disk. Those that a predecessor left there go first.
   * @param spool undefined when there is none for now; sending begins all the same
   */
  useSpool(spool: Spool | undefined, notices: readonly SpooledNotice[] = []): void {
    if (spool) {
      this.#lost.adopt(notices);
      const feed = new SpoolFeed({
        spool,
        clock: this.#clock,
        log: this.#options.log,
        onRead: () => this.#pump(),
        onTooLarge: (sample, size) => this.#tooLarge.note(sample, size),
      });
      const spilling = new Spilling({
        feed,
        queue: this.#queue,
        isCrowded: () => this.#isCrowded(),
        isHurried: () => this.#isHurried(),
        takeSentInVain: () => (this.#inFlight.size > 0 ? undefined : this.#again.takeOnlyInMemory()),
        newestOrder: () => this.#order,
        lastSequence: () => this.#lastSequence,
        makeRoom: () => this.#dropOldestSegment(feed),
        onDone: () => this.#pump(),
        timers: this.#options.timers,
      });
      this.#spooling = { feed, spilling };
      spilling.planSweep(() => this.#inMemory() > 0);
    }
    if (this.#phase === 'awaiting_spool') this.#phase = 'flowing';
    this.#pump();
  }

  /** Leaves the spool to another process, including what was read from it and not confirmed. */
  async leaveSpool(): Promise<void> {
    const former = this.#spooling;
    this.#spooling = undefined;
    await former?.spilling.stop();
    await former?.feed.spool.close();
  }

  /** The broker is back: samples that it has not confirmed go first. */
  resume(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  /** Waits until everything is confirmed. @returns how many samples are not, when the time is up */
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
   * Sends as much as the time allows, and leaves the rest to a successor.
   * @returns how many samples are neither confirmed nor on disk
   */
  async close(timeoutMs: number): Promise<number> {
    await this.flush(timeoutMs);
    this.#phase = 'closed';
    await this.#spooling?.spilling.stop();
    this.#cancelRetry?.();
    const feed = this.#spooling?.feed;
    if (!feed) return this.#inMemory();
    const fromMemory = [...this.#again.all(), ...this.#inFlight.all(), ...this.#queue.all()]
      .filter(isOnlyInMemory)
      .sort((a, b) => a.order - b.order);
    let remaining = 0;
    try {
      await feed.write(fromMemory, this.#lastSequence);
      for (const { settled } of fromMemory) settled?.(true);
    } catch (error) {
      remaining = fromMemory.length;
      this.#options.log.error({ err: error }, 'the last samples could not be written to the spool');
    }
    if (this.#lost.count() > 0) await this.#saveLost();
    await feed.spool.close();
    return remaining;
  }

  /** Samples that are only in memory or being sent, without notices. */
  #inMemory(): number {
    const sent = this.#again.length + this.#inFlight.size - this.#noticesOut;
    return this.#queue.length + sent + (this.#spooling?.spilling.underWay() ?? 0);
  }

  #isCrowded(): boolean {
    return this.#inMemory() * 2 > this.#options.maxWaiting;
  }

  #isHurried(): boolean {
    return this.#awaited.hasAny() && !this.#options.isBrokerUp();
  }

  #isEmpty(): boolean {
    return this.waiting() === 0 && this.#lost.count() === 0;
  }

  #pump(): void {
    if (this.#phase === 'closed' || this.#phase === 'awaiting_spool') return;
    if (!this.#options.isBrokerUp()) {
      this.#planRetry();
      return;
    }
    const isProbing = this.#phase === 'probing';
    if (!isProbing) this.#phase = 'flowing';
    for (;;) {
      if (this.#inFlight.size >= (isProbing ? 1 : this.#maxInFlight)) {
        if (!isProbing) this.#phase = 'full';
        return;
      }
      const next = this.#take();
      if (!next) return;
      if (next.taken === undefined) {
        this.#takenCount += 1;
        next.taken = this.#takenCount;
        if (next.notice) this.#noticesOut += 1;
      }
      const ticket = this.#inFlight.put(next);
      this.#sendOne(next).then(
        (sequence) => this.#confirmed(next, ticket, sequence),
        (error: unknown) => this.#failed(next, ticket, error),
      );
    }
  }

  #sendOne(waiting: UnconfirmedSample): Promise<unknown> {
    const { send, wasStored } = this.#options;
    const { doubt, sample } = waiting;
    if (!doubt) {
      waiting.doubt = { since: mark(this.#clock), afterSequence: this.#lastSequence };
      return send(sample);
    }
    if (!wasStored || isRepeatHarmless(doubt, this.#clock)) return send(sample);
    return wasStored(sample, doubt.afterSequence).then((was) => (was ? undefined : send(sample)));
  }

  #confirmed(waiting: UnconfirmedSample, ticket: number, sequence: unknown): void {
    this.#inFlight.take(ticket);
    if (this.#phase === 'probing') this.#phase = 'full';
    if (typeof sequence === 'number') this.#lastSequence = Math.max(this.#lastSequence, sequence);
    waiting.settled?.(true);
    if (waiting.position) this.#spooling?.feed.confirm(waiting.position, this.#lastSequence);
    if (waiting.notice) {
      this.#noticesOut -= 1;
      this.#lost.settle(waiting.notice);
      void this.#saveLost();
    }
    if (this.#isEmpty()) for (const emptied of this.#emptied.splice(0)) emptied();
    // While half of them are still under way nothing is idle, and the next samples go out in larger pieces.
    else if (this.#inFlight.size * 2 <= this.#maxInFlight) this.#goOn();
  }

  #goOn(): void {
    if (this.#phase === 'full') {
      // The waiting samples have been gathered already while they waited for this moment.
      this.#phase = 'flowing';
      queueMicrotask(() => this.#pump());
    } else this.#gathering.sendSoon();
  }

  #failed(waiting: UnconfirmedSample, ticket: number, error: unknown): void {
    this.#inFlight.take(ticket);
    const size = this.#options.tooLarge?.(error, waiting.sample);
    if (size && waiting.sample.miss) {
      // There are no values left to leave out: sent again, the sample would be refused for ever.
      this.#options.log.error({ err: error }, 'the broker does not even take a sample without values');
      this.#confirmed(waiting, ticket, undefined);
      return;
    }
    this.#again.add(waiting);
    if (size) {
      this.#tooLarge.note(waiting.sample, size);
      waiting.sample = tooLargeMiss(waiting.sample, size);
      this.#pump();
      return;
    }
    if (this.#phase !== 'closed') this.#phase = 'probing';
    this.#options.log.debug({ err: error }, 'a sample was not confirmed and is sent again');
    this.#planRetry();
  }

  #take(): UnconfirmedSample | undefined {
    if (this.#again.length > 0) {
      // Failed samples go first, but not before their time. Otherwise later ones would overtake them.
      return this.#cancelRetry ? undefined : this.#again.take();
    }
    const notice = this.#lost.take();
    if (notice) return { order: 0, ...notice, notice };
    const spooling = this.#spooling;
    if (spooling && !spooling.feed.isDrained()) {
      return spooling.feed.next();
    }
    if (spooling && spooling.spilling.underWay() > 0) return undefined;
    return this.#queue.take();
  }

  #planRetry(): void {
    this.#cancelRetry ??= this.#options.timers.after(retryMs, () => {
      this.#cancelRetry = undefined;
      if (this.#isEmpty()) return;
      // Done here and not at every look: with samples under way, or a full disk, there may be nothing to write for a
      // while.
      if (this.#isHurried()) this.#spooling?.spilling.begin();
      this.#pump();
    });
  }

  /** @returns whether a segment was dropped */
  async #dropOldestSegment(feed: SpoolFeed): Promise<boolean> {
    const before = feed.spool.bytes();
    if (before === 0) return false;
    for (const waiting of await feed.takeOldest()) this.#lose(waiting);
    await feed.saveLost(() => this.#lost.all());
    await feed.spool.removeTaken();
    return feed.spool.bytes() < before;
  }

  /** One write at a time; changes made meanwhile are in the next one. */
  #saveLost(): Promise<void> {
    return this.#spooling?.feed.saveLost(() => this.#lost.all()) ?? Promise.resolve();
  }

  #lose({ sample, doubt, settled }: Pick<UnconfirmedSample, 'sample' | 'doubt' | 'settled'>): void {
    this.#dropped += 1;
    settled?.(false);
    this.#lost.add(sample, doubt);
    if (this.#dropped === 1 || this.#dropped % 10_000 === 0) {
      this.#options.log.error(
        { dropped: this.#dropped, limit: this.#options.maxWaiting },
        'the sample buffer is full: the oldest samples are lost. Bring NATS back or raise SAMPLE_BUFFER_MAX and SPOOL_MAX_BYTES',
      );
    }
  }

  #dropOldest(): void {
    // Samples sent in vain are older than those never sent.
    const oldest = this.#again.takeOldestInMemory() ?? this.#queue.take();
    if (oldest) this.#lose(oldest);
  }
}
