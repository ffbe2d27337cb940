import type { Clock } from '@holdfast/shared/runtime/clock.ts';

/**
 * The wall clock for schedules. It never runs backwards, so no tick comes twice. When the wall clock is set back a
 * little, this one waits for it at half speed; when it is set back far, it is not followed until the process restarts.
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

  /** For measuring lengths of time. */
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
