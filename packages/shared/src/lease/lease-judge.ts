import { parseLeaseValue } from '../contracts/lease-value.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LeaseRecord } from './lease-store.ts';
import type { LeaseTimes } from './lease-times.ts';
import { starvedForMs } from './watched-holder.ts';

/** `unproven`: seen, but this process has observed no renewal yet, so it may be the key of a dead holder. */
export type LeaseVerdict = 'unproven' | 'alive' | 'draining' | 'given_up' | 'dead';

interface Observed {
  readonly record: LeaseRecord;
  /** When this process saw the last change. */
  readonly changedAtMs: number;
  /** Until when this process knows that nothing has changed. */
  readonly unchangedUntilMs: number;
  readonly proven: boolean;
  /** Since when its holder has said in each renewal that it is starved. */
  readonly starvedSinceMs: number | undefined;
}

/**
 * Judges other processes' leases by the changes that this process has seen, on its own monotonic clock: a wall clock set
 * forward must not kill any holder. Silence counts only while the broker was usable without a break: when no holder could
 * renew, it says nothing about a holder. It counts up to the moment for which the last list speaks, and not up to now,
 * so that a standstill of this process between looking and judging kills no holder either.
 *
 * A holder that says for some time that it is starved is as good as dead: it acts on none of its renewals.
 */
export class LeaseJudge {
  readonly #clock: Clock;
  readonly #times: LeaseTimes;
  readonly #observed = new Map<string, Observed>();
  #healthySinceMs: number | undefined;

  constructor(clock: Clock, times: LeaseTimes) {
    this.#clock = clock;
    this.#times = times;
  }

  /** The broker could not be used, or this process was not running: all silence so far is void. */
  brokerUnusable(): void {
    this.#healthySinceMs = undefined;
  }

  /**
   * A list of all keys, read while the broker took writes.
   * @param askedAtMs monotonic time before the list was requested: the list shows no earlier state
   */
  see(records: readonly LeaseRecord[], askedAtMs = this.#clock.monotonicMs()): void {
    this.#healthySinceMs ??= this.#clock.monotonicMs();
    for (const record of records) {
      const observed = this.#observed.get(record.key);
      // On a slow link a change that came since then may be later than what the list shows.
      const isOutdated =
        observed && observed.changedAtMs >= askedAtMs && observed.record.revision > record.revision;
      if (!isOutdated) this.notice(record);
    }
    // A key that is not in the list any more has not been renewed either.
    for (const [key, observed] of this.#observed) {
      const unchangedUntilMs = Math.max(observed.unchangedUntilMs, askedAtMs);
      this.#observed.set(key, { ...observed, unchangedUntilMs });
    }
  }

  /** One key as it is now or was a moment ago; says nothing about the others. */
  notice(record: LeaseRecord): void {
    const before = this.#observed.get(record.key);
    if (before?.record.revision === record.revision) return;
    const nowMs = this.#clock.monotonicMs();
    const isStarved = parseLeaseValue(record.value)?.starved ?? false;
    this.#observed.set(record.key, {
      record,
      changedAtMs: nowMs,
      unchangedUntilMs: nowMs,
      proven: before !== undefined,
      starvedSinceMs: isStarved ? (before?.starvedSinceMs ?? nowMs) : undefined,
    });
  }

  /**
   * ms until a holder that stays silent can be called dead, if it is asked for then; Infinity when none can. While all
   * holders renew, this moment is nearly a lease ahead, so that looking then costs nothing in quiet times.
   */
  nextDeathInMs(): number {
    if (this.#healthySinceMs === undefined) return Number.POSITIVE_INFINITY;
    let dueMs = Number.POSITIVE_INFINITY;
    const { ttlMs, marginMs } = this.#times;
    for (const [key, { changedAtMs, starvedSinceMs }] of this.#observed) {
      const verdict = this.verdict(key);
      if (verdict === 'given_up' || verdict === 'dead') continue;
      dueMs = Math.min(dueMs, Math.max(changedAtMs, this.#healthySinceMs) + ttlMs + marginMs);
      if (starvedSinceMs === undefined) continue;
      dueMs = Math.min(dueMs, Math.max(starvedSinceMs, this.#healthySinceMs) + starvedForMs(this.#times));
    }
    return Math.max(0, dueMs - this.#clock.monotonicMs());
  }

  keys(): IterableIterator<string> {
    return this.#observed.keys();
  }

  record(key: string): LeaseRecord | undefined {
    return this.#observed.get(key)?.record;
  }

  /** How long ago this process saw the key change, in ms, or undefined if it never saw it. For people, not for judging. */
  changedAgoMs(key: string): number | undefined {
    const observed = this.#observed.get(key);
    return observed && this.#clock.monotonicMs() - observed.changedAtMs;
  }

  verdict(key: string): LeaseVerdict | undefined {
    const observed = this.#observed.get(key);
    if (!observed) return undefined;
    const value = parseLeaseValue(observed.record.value);
    if (value?.state === 'given_up') return 'given_up';
    const { changedAtMs, starvedSinceMs } = observed;
    if (this.#seenForMs(observed, changedAtMs) >= this.#times.ttlMs + this.#times.marginMs) return 'dead';
    // Its renewals arrive, but it acts on none of them.
    const isStarved =
      starvedSinceMs !== undefined && this.#seenForMs(observed, starvedSinceMs) >= starvedForMs(this.#times);
    if (isStarved) return 'dead';
    if (!observed.proven) return 'unproven';
    return value?.state === 'draining' ? 'draining' : 'alive';
  }

  /** For how long, without a break, the broker was usable and this was seen to be so. */
  #seenForMs({ unchangedUntilMs }: Observed, sinceMs: number): number {
    if (this.#healthySinceMs === undefined) return 0;
    return unchangedUntilMs - Math.max(sinceMs, this.#healthySinceMs);
  }
}
