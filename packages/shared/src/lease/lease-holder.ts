import { type FormerLife, parseLeaseValue } from '../contracts/lease-value.ts';
import { type Clock, type ClockMark, elapsedMs, mark } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { pause, type Timers } from '../runtime/timers.ts';
import { formerLives } from './former-lives.ts';
import { LeaseStatement } from './lease-statement.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from './lease-store.ts';
import type { LeaseTimes } from './lease-times.ts';
import { VoidedEpochs } from './voided-epochs.ts';
import { WatchedHolder } from './watched-holder.ts';

/** `expired`: the deadline has passed. `taken`: another instance took the lease. `resigned`: it may not be held. */
export type LeaseLoss = 'expired' | 'taken' | 'resigned';

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
  /** Last sequence of SESSIONS: voided epochs of the record beyond it are not believed. */
  readonly lastEvent?: () => Promise<number>;
  /** While false, the lease is not held but left to others, however free it is. */
  readonly mayHold?: () => boolean;
  /** The lease is held from now on. Also called when it was lost and is held again. */
  readonly onHeld: () => void;
  /** The lease is not held any more. */
  readonly onLost: (why: LeaseLoss) => void;
}

/** Renewals that may be on their way, on a slow link. */
const underWayAtMost = 5;

/**
 * Acquires a lease, renews it and knows at every moment whether it is held.
 *
 * The deadline counts from the moment a renewal was *sent*. Counted from its answer, it could be after the time at
 * which others, who saw the write first, call the lease over. A lease that ran out is held again when a renewal still
 * succeeds, since then it was not taken; whether the holder's work is still its own is for `onHeld` to check.
 *
 * An answer counts for as long as the lease that it gives: if it takes three seconds, the next renewal is sent
 * meanwhile. A holder whose renewals arrive, but whose answers come too late, would seem alive to others and do nothing.
 * Its renewals therefore say, after a lease and its margin, that it is starved. Such a renewal gives it no lease, whatever
 * becomes of it, so that others may take what it had.
 */
export class LeaseHolder {
  readonly #options: LeaseHolderOptions;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #breakOff: AbortController | undefined;
  /** Revision of our last write, or undefined while the key is not ours. */
  #revision: number | undefined;
  #confirmed: ClockMark | undefined;
  #held = false;
  /** The last confirmed renewal, or the first attempt at a lease that is not held yet. */
  #fedAt: ClockMark | undefined;
  #isStarved = false;
  /** The present era: a renewal sent in an earlier one gives no lease, whenever its answer comes. */
  #era = 0;
  #underWay = 0;
  #cancelExpiry: (() => void) | undefined;
  readonly #onConfirmed = new Set<(sentAt: ClockMark) => void>();
  /** The other process that has the key, if there is one. */
  #watched: WatchedHolder | undefined;

  #sawOther = false;
  #lives: readonly FormerLife[] = [];
  readonly #statement: LeaseStatement;
  readonly #voided: VoidedEpochs;

  constructor(options: LeaseHolderOptions) {
    this.#options = options;
    this.#statement = new LeaseStatement(options);
    this.#voided = new VoidedEpochs(options);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Whether the owner may act right now. It is cheap: ask it right before every act. */
  isHeld(): boolean {
    if (!this.#held) return false;
    if (!this.#mayHold()) this.#lose('resigned');
    else if (this.remainingMs() > 0) return true;
    else this.#lose('expired');
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
   * Epochs up to this one are void: a supervisor gave away what the key's holder had before it was taken again. This is
   * right whenever the lease is held.
   */
  voidUpTo(): number {
    return this.#voided.upTo();
  }

  /** Renews without waiting for the next renewal to be due. */
  renewNow(): void {
    this.#wake?.();
  }

  /** Waits no longer for renewals on their way. They may have been lost with the former connection. */
  connectionIsNew(): void {
    this.#renewBesides();
  }

  /** Renews at once, whatever is on its way. */
  #renewBesides(): void {
    this.#breakOff?.abort();
    this.#wake?.();
  }

  /** Renews without waiting for the next renewal to be due; settles when that is confirmed, or after `withinMs`. */
  renewedWithin(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.after(withinMs, resolve);
    const askedAt = mark(this.#options.clock);
    const look = (sentAt: ClockMark) => {
      // A renewal that was on its way already counts from an earlier time.
      if (sentAt.monotonicMs >= askedAt.monotonicMs) resolve();
    };
    this.#onConfirmed.add(look);
    this.renewNow();
    return promise.finally(() => {
      cancel();
      this.#onConfirmed.delete(look);
    });
  }

  /**
   * Announces that this holder takes no more work.
   * @param staysUp the holder does not end, but its work is to be moved
   * @param traceparent of the request that asked for it
   */
  markDraining(staysUp = false, traceparent?: string): void {
    this.#statement.become('draining', staysUp, traceparent);
    this.#wake?.();
  }

  /** Announces that this holder takes work again. */
  markActive(): void {
    this.#statement.become('active');
    this.#wake?.();
  }

  /** Lets go of the lease so that others need not wait. The owner must have stopped acting. */
  async giveUp(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#loop;
    this.#cancelExpiry?.();
    this.#held = false;
    await this.#leave();
  }

  async #run(): Promise<void> {
    const { times, timers, clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      // Made before the renewal: news that comes while one is on its way needs another at once.
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      const beganAt = mark(clock);
      const outcome = await this.#untilDue(this.#attempt());
      const everyMs = outcome === 'again_soon' ? Math.min(times.renewEveryMs, 500) : times.renewEveryMs;
      const sinceMs = outcome === 'again_soon' ? 0 : clock.monotonicMs() - beganAt.monotonicMs;
      const signal = AbortSignal.any([this.#stop.signal, woken.signal]);
      await pause(timers, Math.max(0, everyMs - sinceMs), signal);
    }
  }

  /** An attempt without an answer when the next one is due continues next to that. */
  async #untilDue(attempt: Promise<Outcome>): Promise<Outcome> {
    const { timers, times } = this.#options;
    const over = new AbortController();
    this.#breakOff = over;
    const due = pause(timers, times.renewEveryMs, AbortSignal.any([over.signal, this.#stop.signal]));
    const outcome = await Promise.race([attempt, due.then((): Outcome => 'on_its_way')]);
    over.abort();
    return outcome;
  }

  /** Never throws. */
  async #attempt(): Promise<Outcome> {
    const { log, key } = this.#options;
    try {
      if (!this.#mayHold()) {
        this.#lose('resigned');
        await this.#leave();
        return 'done';
      }
      this.#lookWhetherStarved();
      if (this.#underWay >= underWayAtMost) return 'on_its_way';
      this.#underWay += 1;
      try {
        if (this.#revision === undefined) return (await this.#acquire()) ? 'done' : 'again_soon';
        await this.#renew(this.#revision);
        return 'done';
      } finally {
        this.#underWay -= 1;
      }
    } catch (error) {
      if (!(error instanceof LeaseConflict)) log.debug({ err: error, key }, 'lease renewal got no answer');
      return 'again_soon';
    }
  }

  #mayHold(): boolean {
    return this.#options.mayHold?.() ?? true;
  }

  #lookWhetherStarved(): void {
    const { times, clock, log, key } = this.#options;
    if (this.#isStarved || !this.#fedAt || this.isHeld()) return;
    if (elapsedMs(clock, this.#fedAt) < times.ttlMs + times.marginMs) return;
    this.#isStarved = true;
    this.#era += 1;
    log.debug({ key }, 'no renewal was confirmed in time for a lease and its margin');
  }

  async #acquire(): Promise<boolean> {
    const { store, key, instance, times, clock, log } = this.#options;
    const record = await store.read(key);
    if (!record) {
      await this.#renew(0);
      return true;
    }
    const value = parseLeaseValue(record.value);
    const isOther = value !== undefined && value.instance !== instance;
    // A change that is not ours, a giving up included, was made by another process.
    if (isOther && this.#watched?.look(record.revision, value)) this.#sawOther = true;
    const isOver =
      !isOther || value.state === 'given_up' || ((await this.#options.isKnownDead?.(record)) ?? false);
    if (!isOver) {
      if (!this.#watched) {
        log.warn(
          { key, held_by: value.instance, host: value.host },
          `"${key}" is held by another process; waiting until it gives up or has been silent for ${times.ttlMs + times.marginMs} ms`,
        );
      }
      this.#watched ??= new WatchedHolder(clock, times, record.revision, value);
      if (!this.#watched.isOver()) return false;
    }
    // The read may be stale; only the accepted write decides, and then nothing was written between the two.
    if (!(await this.#voided.learn(value?.void_up_to ?? 0))) return false;
    if (isOther) this.#lives = formerLives(record, value, this.#options.fields.started_at);
    await this.#renew(record.revision);
    return true;
  }

  async #renew(expectedRevision: number): Promise<void> {
    const { clock, times } = this.#options;
    const sentAt = mark(clock);
    const era = this.#era;
    const wasStarved = this.#isStarved;
    this.#fedAt ??= sentAt;
    try {
      // A later answer gives no lease any more.
      const leftMs = this.isHeld() ? this.remainingMs() : times.ttlMs;
      const revision = await this.#write(expectedRevision, Math.max(250, leftMs));
      this.#revision = Math.max(this.#revision ?? 0, revision);
    } catch (error) {
      if (error instanceof LeaseConflict) await this.#lookWhoWas(expectedRevision, era);
      throw error;
    }
    if (era !== this.#era || !this.#mayHold()) return;
    if (wasStarved) {
      // The link is fast enough again: the next write is a renewal like any other.
      if (elapsedMs(clock, sentAt) <= times.ttlMs / 2) this.#endStarving();
      return;
    }
    this.#confirm(sentAt);
  }

  #endStarving(): void {
    this.#isStarved = false;
    this.#fedAt = mark(this.#options.clock);
    this.#wake?.();
  }

  /** A write was refused: another write came first, perhaps we ourselves. */
  async #lookWhoWas(expectedRevision: number, era: number): Promise<void> {
    const { store, key, instance } = this.#options;
    // Another renewal of our own, on its way at the same time, was first.
    if (this.#revision !== undefined && this.#revision > expectedRevision) return;
    const record = await store.read(key);
    if (era !== this.#era || (this.#revision ?? 0) > expectedRevision) return;
    // A copy that lags behind what was confirmed to us proves no other holder either.
    if (record && record.revision < expectedRevision && this.isHeld()) return;
    if (record && parseLeaseValue(record.value)?.instance === instance) {
      // An earlier attempt of ours was stored although its answer was lost. A lagging read shows the state before it:
      // this proves no other holder, and the next attempt asks again.
      if (record.revision > expectedRevision) this.#revision = record.revision;
      else if (!this.isHeld()) this.#revision = undefined;
    } else if (this.#revision !== undefined) {
      this.#revision = undefined;
      this.#watched = undefined;
      if (!this.#isStarved) this.#fedAt = undefined;
      this.#lose('taken');
    }
  }

  #confirm(sentAt: ClockMark): void {
    const { clock, times, onHeld } = this.#options;
    this.#watched = undefined;
    // The lease may have run out unnoticed while this was on its way or the machine was suspended. The loss must be
    // reported although the lease is held again: others may have acted on it.
    this.isHeld();
    if (!this.#confirmed || sentAt.monotonicMs > this.#confirmed.monotonicMs) this.#confirmed = sentAt;
    this.#fedAt = this.#confirmed;
    this.#armExpiry();
    const isInTime = times.ttlMs - elapsedMs(clock, sentAt) > 0;
    if (!this.#held && !this.#stop.signal.aborted && isInTime) {
      this.#held = true;
      onHeld();
    }
    for (const confirmed of this.#onConfirmed) confirmed(sentAt);
    // Renewals sent since then name an outdated revision and are refused: on a slow link, only one sent now can extend the
    // lease. Sent when the next is due, it came too late where an answer takes more than four seconds (measured).
    if (elapsedMs(clock, sentAt) >= times.renewEveryMs) this.#renewBesides();
  }

  /** Announces that no process acts under this instance any more. Never throws. */
  async #leave(): Promise<void> {
    if (this.#revision === undefined) return;
    const { store, key, instance, log } = this.#options;
    for (let attempts = 2; this.#revision !== undefined; attempts -= 1) {
      const expected: number = this.#revision;
      try {
        await this.#write(expected, undefined, true);
        break;
      } catch (error) {
        // A renewal that was on its way was stored first; its answer has come by now.
        if (attempts > 0 && this.#revision !== expected) continue;
        const record = await store.read(key).catch(() => undefined);
        const isOurs = record && parseLeaseValue(record.value)?.instance === instance;
        // Another process has it.
        if (record && !isOurs) break;
        // The answer of a renewal may have been lost.
        if (isOurs && attempts > 0) this.#revision = record.revision;
        else {
          log.warn({ err: error, key }, 'the lease could not be given up; it will run out');
          break;
        }
      }
    }
    this.#revision = undefined;
  }

  async #write(expectedRevision: number, timeoutMs?: number, isGivenUp = false): Promise<number> {
    const value = this.#statement.next({
      ...{ isStarved: this.#isStarved, voidUpTo: this.voidUpTo(), lives: this.#lives },
      isGivenUp,
    });
    return this.#options.store.write(this.#options.key, value, expectedRevision, timeoutMs);
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

  #lose(why: LeaseLoss): void {
    this.#cancelExpiry?.();
    // Renewals sent before no longer count if the lease was left to others.
    if (why !== 'expired') this.#era += 1;
    if (!this.#held) return;
    this.#held = false;
    this.#options.onLost(why);
  }
}

/** How an attempt has ended by the time at which the next one is due. */
type Outcome = 'done' | 'again_soon' | 'on_its_way';
