import type { Clock } from '@holdfast/shared/runtime/clock.ts';

/**
 * The wall clock for schedules: never runs backwards, so that no tick comes twice. A clock that is set back a
 * little is waited for at half speed; one that is set back far is not followed until the process restarts.
 */
export class SteadyClock {
  readonly #clock: Clock;
  #lastMs: number;
  #lastMonotonicMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.wallMs();
    this.#lastMonotonicMs = clock.monotonicMs();
  }

  /** For lengths of time. */
  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  /** ms since 1970 */
  nowMs(): number {
    const wallMs = this.#clock.wallMs();
    const monotonicMs = this.#clock.monotonicMs();
    const passedMs = monotonicMs - this.#lastMonotonicMs;
    this.#lastMonotonicMs = monotonicMs;
    const behindMs = this.#lastMs + passedMs - wallMs;
    if (behindMs <= 0) this.#lastMs = wallMs;
    else if (behindMs <= passedMs / 2) this.#lastMs = Math.max(this.#lastMs, wallMs);
    else this.#lastMs += behindMs <= 5_000 ? passedMs / 2 : passedMs;
    return this.#lastMs;
  }
}
