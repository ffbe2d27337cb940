import { byTaken, isOnlyInMemory, type Waiting } from './waiting.ts';

/** Samples that were sent and not confirmed, to be sent again: first those that were taken first. */
export class SentInVain {
  #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  all(): readonly Waiting[] {
    return this.#waiting;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  take(): Waiting | undefined {
    if (this.#waiting.length > 1) this.#waiting.sort(byTaken);
    return this.#waiting.shift();
  }

  /** All that no spool has, oldest first. */
  takeOnlyInMemory(): Waiting[] {
    const inVain = this.#waiting.filter(isOnlyInMemory).sort(byTaken);
    this.#waiting = this.#waiting.filter((waiting) => !isOnlyInMemory(waiting));
    return inVain;
  }

  /** The oldest that no spool has: to take one that a spool has frees nothing. */
  takeOldestInMemory(): Waiting | undefined {
    const [oldest] = this.#waiting.filter(isOnlyInMemory).sort(byTaken);
    if (oldest) this.#waiting.splice(this.#waiting.indexOf(oldest), 1);
    return oldest;
  }
}
