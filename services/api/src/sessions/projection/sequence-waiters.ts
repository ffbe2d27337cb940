interface Waiter<Outcome> {
  readonly sequence: number;
  readonly deadlineMs: number;
  readonly resolve: (outcome: Outcome) => void;
}

export interface SequenceWaitersOptions<Outcome> {
  /** Result of waiting for this sequence, or undefined while the wait continues. */
  readonly outcomeOf: (sequence: number) => Outcome | undefined;
  /** The outcome for callers whose time is over. */
  readonly tooLate: Outcome;
  /** Called now and then while a caller waits, since news can be missed. */
  readonly lookAgain: () => void;
  readonly lookAgainMs: number;
}

/**
 * The callers that wait for a sequence to be reached. One timer serves them all: one commit wakes many, most of which
 * wait on, and a promise and a timer for each would cost more than the commit.
 */
export class SequenceWaiters<Outcome> {
  readonly #options: SequenceWaitersOptions<Outcome>;
  readonly #waiting = new Set<Waiter<Outcome>>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;

  constructor(options: SequenceWaitersOptions<Outcome>) {
    this.#options = options;
  }

  /** Resolves at once if there is an outcome, else at a call of {@link news}, at the latest after `timeoutMs`. */
  waitFor(sequence: number, timeoutMs: number): Promise<Outcome> {
    const already = this.#options.outcomeOf(sequence);
    if (already !== undefined) return Promise.resolve(already);
    return new Promise((resolve) => {
      const deadlineMs = performance.now() + timeoutMs;
      this.#waiting.add({ sequence, deadlineMs, resolve });
      this.#watch(deadlineMs);
    });
  }

  /** Called when outcomes may have changed. */
  news(): void {
    for (const waiter of this.#waiting) {
      const outcome = this.#options.outcomeOf(waiter.sequence);
      if (outcome !== undefined) this.#settle(waiter, outcome);
    }
  }

  #settle(waiter: Waiter<Outcome>, outcome: Outcome): void {
    this.#waiting.delete(waiter);
    waiter.resolve(outcome);
  }

  /** Sets the timer for the next deadline or look; deadlines hold to the millisecond, however often it looks. */
  #watch(deadlineMs: number): void {
    const dueMs = Math.min(deadlineMs, performance.now() + this.#options.lookAgainMs);
    if (this.#timer && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.ceil(dueMs - performance.now())));
  }

  #tick(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) {
      if (waiter.deadlineMs <= nowMs) this.#settle(waiter, this.#options.tooLate);
      else nextMs = Math.min(nextMs, waiter.deadlineMs);
    }
    if (this.#waiting.size === 0) return;
    this.#watch(nextMs);
    this.#options.lookAgain();
  }
}
