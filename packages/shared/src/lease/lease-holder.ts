import { type LeaseState, parseLeaseValue } from '../contracts/lease-value.ts';
import { type Clock, type ClockMark, elapsedMs, mark } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { pause, type Timers } from '../runtime/timers.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from './lease-store.ts';

export interface LeaseTimes {
  /** How long the holder may act after sending its last confirmed renewal. */
  readonly ttlMs: number;
  /** What others wait beyond that before they call a lease over. */
  readonly marginMs: number;
  readonly renewEveryMs: number;
}

export interface LeaseHolderOptions {
  readonly store: LeaseStore;
  readonly key: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Names this life of the process. */
  readonly instance: string;
  readonly host: string;
  /** Further fields of the value. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Proof, not a guess, that the process that wrote this record is dead; then there is nothing to wait for. */
  readonly isKnownDead?: (record: LeaseRecord) => Promise<boolean>;
  /** The lease is held from now on. Also called when it was lost and is held again. */
  readonly onHeld: () => void;
  /** The lease is not held any more: the deadline has passed, or another instance took it. */
  readonly onLost: (why: 'expired' | 'taken') => void;
}

/**
 * Acquires a lease, renews it and knows at every moment whether it is held.
 *
 * The deadline counts from the moment a renewal was *sent*: from the moment of its answer it could lie after
 * the time at which others, who saw the write first, call the lease over. A lease that ran out is held again
 * when a renewal still succeeds, since then nobody took it; whether the holder's work is still its own is for
 * `onHeld` to check.
 */
export class LeaseHolder {
  readonly #options: LeaseHolderOptions;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #state: LeaseState = 'active';
  #staysUp = false;
  #renewals = 0;
  /** Revision of our own last write; undefined while the key is not ours. */
  #revision: number | undefined;
  #confirmed: ClockMark | undefined;
  #held = false;
  #cancelExpiry: (() => void) | undefined;
  readonly #onConfirmed = new Set<(sentAt: ClockMark) => void>();
  /** The other holder's revision, and since when it has not changed. */
  #watched: { revision: number; since: ClockMark } | undefined;

  #sawOther = false;
  #voidUpTo = 0;

  constructor(options: LeaseHolderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Whether the owner may act right now. Cheap: to be asked right before every act. */
  isHeld(): boolean {
    if (!this.#held) return false;
    if (this.remainingMs() > 0) return true;
    this.#lose('expired');
    return false;
  }

  /** ms until the deadline, 0 when the lease is not held. */
  remainingMs(): number {
    if (!this.#held || !this.#confirmed) return 0;
    return Math.max(0, this.#options.times.ttlMs - elapsedMs(this.#options.clock, this.#confirmed));
  }

  /** Whether another process was seen renewing this lease. */
  sawOtherHolder(): boolean {
    return this.#sawOther;
  }

  /**
   * Epochs up to this one are void: a supervisor gave away what the key's holder had before it was taken again.
   * Right whenever the lease is held.
   */
  voidUpTo(): number {
    return this.#voidUpTo;
  }

  /** Does not wait for the next renewal to be due. */
  renewNow(): void {
    this.#wake?.();
  }

  /** Does not wait for the next renewal to be due, and settles when it is confirmed, or is not within so long. */
  renewedWithin(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.after(withinMs, resolve);
    const asked = mark(this.#options.clock);
    const look = (sentAt: ClockMark) => {
      // One that was on its way already counts from before.
      if (sentAt.monotonicMs >= asked.monotonicMs) resolve();
    };
    this.#onConfirmed.add(look);
    this.renewNow();
    return promise.finally(() => {
      cancel();
      this.#onConfirmed.delete(look);
    });
  }

  /** Tells everybody that this holder takes no more work. @param staysUp it does not end: its work is to be moved */
  markDraining(staysUp = false): void {
    this.#state = 'draining';
    this.#staysUp = staysUp;
    this.#wake?.();
  }

  /** Tells everybody that this holder takes work again. */
  markActive(): void {
    this.#state = 'active';
    this.#staysUp = false;
    this.#wake?.();
  }

  /** Lets go of the lease so that others need not wait. The owner must have stopped acting. */
  async giveUp(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#loop;
    this.#cancelExpiry?.();
    this.#held = false;
    if (this.#revision === undefined) return;
    this.#state = 'given_up';
    try {
      await this.#write(this.#revision).catch(async (error: unknown) => {
        // A renewal whose answer was lost may have moved the revision on.
        const record = await this.#options.store.read(this.#options.key);
        if (!record || parseLeaseValue(record.value)?.instance !== this.#options.instance) throw error;
        await this.#write(record.revision);
      });
    } catch (error) {
      this.#options.log.warn(
        { err: error, key: this.#options.key },
        'the lease could not be given up; it will run out',
      );
    }
    this.#revision = undefined;
  }

  async #run(): Promise<void> {
    const { times, timers, log, key } = this.#options;
    const retryMs = Math.min(times.renewEveryMs, 500);
    while (!this.#stop.signal.aborted) {
      let waitMs = times.renewEveryMs;
      // Made before the renewal: what is to be told while one is on its way needs another at once.
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      try {
        if (this.#revision !== undefined) await this.#renew(this.#revision);
        else if (!(await this.#acquire())) waitMs = retryMs;
      } catch (error) {
        waitMs = retryMs;
        if (!(error instanceof LeaseConflict)) log.debug({ err: error, key }, 'lease renewal got no answer');
      }
      await pause(timers, waitMs, AbortSignal.any([this.#stop.signal, woken.signal]));
    }
  }

  async #acquire(): Promise<boolean> {
    const { store, key, instance, times, clock, log } = this.#options;
    const record = await store.read(key);
    if (!record) {
      await this.#renew(0);
      return true;
    }
    const value = parseLeaseValue(record.value);
    // A change that is not ours, a giving up included, was somebody else's act.
    const isOther = value !== undefined && value.instance !== instance;
    if (isOther && this.#watched && this.#watched.revision !== record.revision) this.#sawOther = true;
    const isOver =
      value === undefined ||
      value.instance === instance ||
      value.state === 'given_up' ||
      ((await this.#options.isKnownDead?.(record)) ?? false);
    if (!isOver) {
      if (this.#watched?.revision !== record.revision) {
        if (!this.#watched) {
          log.warn(
            { key, held_by: value.instance, host: value.host },
            `"${key}" is held by another process; waiting until it gives up or has been silent for ${times.ttlMs + times.marginMs} ms`,
          );
        }
        this.#watched = { revision: record.revision, since: mark(clock) };
        return false;
      }
      // The monotonic clock alone: a wall clock set forward must not shorten the wait.
      if (clock.monotonicMs() - this.#watched.since.monotonicMs < times.ttlMs + times.marginMs) return false;
    }
    // The read may be stale; only the accepted write decides, and then nothing stood between the two.
    this.#voidUpTo = Math.max(this.#voidUpTo, value?.void_up_to ?? 0);
    await this.#renew(record.revision);
    return true;
  }

  async #renew(expectedRevision: number): Promise<void> {
    const { clock, key, instance, store } = this.#options;
    const sentAt = mark(clock);
    try {
      this.#revision = await this.#write(expectedRevision);
    } catch (error) {
      if (!(error instanceof LeaseConflict)) throw error;
      const record = await store.read(key);
      if (record && parseLeaseValue(record.value)?.instance === instance) {
        // An earlier attempt of ours was stored although its answer was lost. A read that lags behind shows what
        // was before it: that is no other holder, and the next attempt asks again.
        if (record.revision > expectedRevision) this.#revision = record.revision;
        else if (!this.isHeld()) this.#revision = undefined;
      } else if (this.#revision !== undefined) {
        this.#revision = undefined;
        this.#watched = undefined;
        this.#lose('taken');
      }
      throw error;
    }
    this.#watched = undefined;
    // It may have run out unnoticed while this was on its way or the machine was suspended. That must be told
    // although it is held again: others may have acted on it.
    this.isHeld();
    this.#confirmed = sentAt;
    this.#armExpiry();
    if (!this.#held && !this.#stop.signal.aborted && this.#remainingAfter(sentAt) > 0) {
      this.#held = true;
      this.#options.onHeld();
    }
    for (const confirmed of this.#onConfirmed) confirmed(sentAt);
  }

  #remainingAfter(sentAt: ClockMark): number {
    return this.#options.times.ttlMs - elapsedMs(this.#options.clock, sentAt);
  }

  async #write(expectedRevision: number): Promise<number> {
    const { store, key, instance, host, fields, times } = this.#options;
    this.#renewals += 1;
    const value = JSON.stringify({
      v: 1,
      instance,
      state: this.#state,
      renewals: this.#renewals,
      host,
      ...fields,
      ...(this.#state === 'draining' && this.#staysUp ? { stays_up: true } : {}),
      ...(this.#voidUpTo > 0 ? { void_up_to: this.#voidUpTo } : {}),
    });
    return store.write(key, value, expectedRevision, Math.max(250, Math.min(2_000, times.ttlMs / 3)));
  }

  #armExpiry(): void {
    this.#cancelExpiry?.();
    const { timers, times } = this.#options;
    if (!this.#confirmed) return;
    const remaining = times.ttlMs - elapsedMs(this.#options.clock, this.#confirmed);
    this.#cancelExpiry = timers.after(Math.max(0, remaining), () => {
      if (!this.#held) return;
      if (this.remainingMs() > 0) this.#armExpiry();
      else this.#lose('expired');
    });
  }

  #lose(why: 'expired' | 'taken'): void {
    this.#cancelExpiry?.();
    if (!this.#held) return;
    this.#held = false;
    this.#options.onLost(why);
  }
}
