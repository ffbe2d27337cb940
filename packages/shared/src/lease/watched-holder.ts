import type { LeaseValue } from '../contracts/lease-value.ts';
import { type Clock, type ClockMark, mark } from '../runtime/clock.ts';
import type { LeaseTimes } from './lease-times.ts';

/** Time after which a holder that says it is starved counts as lost: on a usable link, one answer ends that. */
export function starvedForMs({ ttlMs }: Pick<LeaseTimes, 'ttlMs'>): number {
  return ttlMs / 2;
}

/** Another process that has the key, as seen by one that waits for it. */
export class WatchedHolder {
  readonly #clock: Clock;
  readonly #times: LeaseTimes;
  #revision: number;
  /** Since when the key has not changed. */
  #since: ClockMark;
  #starvedSince: ClockMark | undefined;

  constructor(clock: Clock, times: LeaseTimes, revision: number, { starved }: LeaseValue) {
    this.#clock = clock;
    this.#times = times;
    this.#revision = revision;
    this.#since = mark(clock);
    this.#starvedSince = starved && this.#since;
  }

  /** @returns whether the key was written since the last look */
  look(revision: number, { starved }: LeaseValue): boolean {
    const isChanged = revision !== this.#revision;
    if (isChanged) this.#since = mark(this.#clock);
    this.#revision = revision;
    this.#starvedSince = starved && (this.#starvedSince ?? mark(this.#clock));
    return isChanged;
  }

  /** Goes by the monotonic clock alone: a wall clock set forward must not shorten the wait. */
  isOver(): boolean {
    const agoMs = ({ monotonicMs }: ClockMark) => this.#clock.monotonicMs() - monotonicMs;
    const { ttlMs, marginMs } = this.#times;
    if (agoMs(this.#since) >= ttlMs + marginMs) return true;
    return this.#starvedSince !== undefined && agoMs(this.#starvedSince) >= starvedForMs(this.#times);
  }
}
