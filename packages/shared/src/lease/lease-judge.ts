import { parseLeaseValue } from '../contracts/lease-value.ts';
import { type Clock, type ClockMark, mark } from '../runtime/clock.ts';
import type { LeaseTimes } from './lease-holder.ts';
import type { LeaseRecord } from './lease-store.ts';

/**
 * `unproven`: seen, but no renewal observed yet by this process, so it may be the key of a dead one.
 */
export type LeaseVerdict = 'unproven' | 'alive' | 'draining' | 'given_up' | 'dead';

interface Observed {
  readonly record: LeaseRecord;
  readonly changedAt: ClockMark;
  readonly proven: boolean;
}

/**
 * Judges other processes' leases by the changes that this process has seen, on its own clock. Silence counts
 * only while the broker was usable without a break: what nobody could renew says nothing about a holder.
 */
export class LeaseJudge {
  readonly #clock: Clock;
  readonly #times: LeaseTimes;
  readonly #observed = new Map<string, Observed>();
  #healthySince: ClockMark | undefined;

  constructor(clock: Clock, times: LeaseTimes) {
    this.#clock = clock;
    this.#times = times;
  }

  /** The broker could not be used, or this process was not running: all silence so far is void. */
  brokerUnusable(): void {
    this.#healthySince = undefined;
  }

  /** A fresh list of all keys, read while the broker took writes. */
  see(records: readonly LeaseRecord[]): void {
    const now = mark(this.#clock);
    this.#healthySince ??= now;
    for (const record of records) {
      const before = this.#observed.get(record.key);
      if (!before) this.#observed.set(record.key, { record, changedAt: now, proven: false });
      else if (before.record.revision !== record.revision) {
        this.#observed.set(record.key, { record, changedAt: now, proven: true });
      }
    }
  }

  keys(): IterableIterator<string> {
    return this.#observed.keys();
  }

  record(key: string): LeaseRecord | undefined {
    return this.#observed.get(key)?.record;
  }

  verdict(key: string): LeaseVerdict | undefined {
    const observed = this.#observed.get(key);
    if (!observed) return undefined;
    const value = parseLeaseValue(observed.record.value);
    if (value?.state === 'given_up') return 'given_up';
    if (this.#silentMs(observed) >= this.#times.ttlMs + this.#times.marginMs) return 'dead';
    if (!observed.proven) return 'unproven';
    return value?.state === 'draining' ? 'draining' : 'alive';
  }

  #silentMs({ changedAt }: Observed): number {
    if (!this.#healthySince) return 0;
    // Monotonic only: a wall clock set forward must not kill anybody.
    const now = this.#clock.monotonicMs();
    return Math.min(now - changedAt.monotonicMs, now - this.#healthySince.monotonicMs);
  }
}
