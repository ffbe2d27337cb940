interface Waiter<Outcome> {
  readonly sequence: number;
  readonly deadlineMs: number;
  readonly resolve: (outcome: Outcome) => void;
}

export interface SequenceWaitersOptions<Outcome> {
  /** Result of a wait for this sequence; undefined while it is to go on. */
  readonly outcomeOf: (sequence: number) => Outcome | undefined;
  /** For those whose time is over. */
  readonly tooLate: Outcome;
  /** Called now and then while anybody waits, since news can be missed. */
  readonly lookAgain: () => void;
  readonly lookAgainMs: number;
}

/**
 * The callers that wait for a sequence to be reached. One timer watches over all of them: a promise and a timer for each of
 * the many that one commit wakes, most of them to wait on, cost more than the commit.
 */
export class SequenceWaiters<Outcome> {
  readonly #options: SequenceWaitersOptions<Outcome>;
  readonly #waiting = new Set<Waiter<Outcome>>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;

  constructor(options: SequenceWaitersOptions<Outcome>) {
    this.#options = options;
  }

  /** Resolves at once, or when {@link news} bring it about, at the latest after `timeoutMs`. */
  waitFor(sequence: number, timeoutMs: number): Promise<Outcome> {
    const already = this.#options.outcomeOf(sequence);
    if (already !== undefined) return Promise.resolve(already);
    return new Promise((resolve) => {
      const deadlineMs = performance.now() + timeoutMs;
      this.#waiting.add({ sequence, deadlineMs, resolve });
      this.#watch(deadlineMs);
    });
  }

  /** Tells that something has changed from which outcomes follow. */
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

  /** Deadlines hold to the millisecond, whatever the pace of looking. */
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
