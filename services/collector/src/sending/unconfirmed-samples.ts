import { isOnlyInMemory, oldestFirst, type UnconfirmedSample } from './unconfirmed-sample.ts';

/** Samples that were sent but not confirmed, to be sent again in the order in which they were first taken. */
export class UnconfirmedSamples {
  #waiting: UnconfirmedSample[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  all(): readonly UnconfirmedSample[] {
    return this.#waiting;
  }

  add(waiting: UnconfirmedSample): void {
    this.#waiting.push(waiting);
  }

  take(): UnconfirmedSample | undefined {
    if (this.#waiting.length > 1) this.#waiting.sort(oldestFirst);
    return this.#waiting.shift();
  }

  /** All samples that no spool has, oldest first. */
  takeOnlyInMemory(): UnconfirmedSample[] {
    const inVain = this.#waiting.filter(isOnlyInMemory).sort(oldestFirst);
    this.#waiting = this.#waiting.filter((waiting) => !isOnlyInMemory(waiting));
    return inVain;
  }

  /** The oldest sample that no spool has: taking one that is in a spool would free nothing. */
  takeOldestInMemory(): UnconfirmedSample | undefined {
    const [oldest] = this.#waiting.filter(isOnlyInMemory).sort(oldestFirst);
    if (oldest) this.#waiting.splice(this.#waiting.indexOf(oldest), 1);
    return oldest;
  }
}
