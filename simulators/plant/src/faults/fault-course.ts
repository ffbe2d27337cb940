import { durationMs } from '../duration.ts';
import type { Fault } from '../simulator.ts';

/** A fault with the times at which it acts. */
export class FaultCourse<F extends Fault = Fault> {
  readonly fault: F;
  readonly #beginsAtMs: number;
  readonly #forMs: number;
  readonly #everyMs: number | undefined;
  readonly #random: () => number;

  /** @param since ms since 1970, from which the fault's `at` counts */
  constructor(fault: F, since: number, random: () => number) {
    this.fault = fault;
    this.#beginsAtMs = since + (fault.at === undefined ? 0 : durationMs(fault.at));
    this.#forMs = fault.for === undefined ? Number.POSITIVE_INFINITY : durationMs(fault.for);
    this.#everyMs = fault.every === undefined ? undefined : durationMs(fault.every);
    this.#random = random;
  }

  isActive(nowMs: number): boolean {
    return nowMs >= this.#beginsAtMs && this.#sinceBegin(nowMs) < this.#forMs;
  }

  /** Whether the request that came now is hit: each call draws again. */
  hits(nowMs: number): boolean {
    if (!this.isActive(nowMs)) return false;
    const { probability } = this.fault;
    return probability === undefined || this.#random() < probability;
  }

  /** When `isActive` changes next; Infinity: never again. */
  nextChangeMs(nowMs: number): number {
    if (nowMs < this.#beginsAtMs) return this.#beginsAtMs;
    const since = this.#sinceBegin(nowMs);
    if (since < this.#forMs) return nowMs - since + this.#forMs;
    return this.#everyMs === undefined ? Number.POSITIVE_INFINITY : nowMs - since + this.#everyMs;
  }

  #sinceBegin(nowMs: number): number {
    const since = nowMs - this.#beginsAtMs;
    return this.#everyMs === undefined ? since : since % this.#everyMs;
  }
}
