/** The share of a wait that is left after each answer that came sooner. */
const forgetting = 0.8;

export interface RequestPatienceOptions {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * How long to wait for an answer before the question is asked again. A broker whose leader is just being elected never
 * answers earlier questions: waiting longer than answers take only delays the next question. On a slow link answers take
 * longer, so each missing or late answer makes the next wait longer.
 */
export class RequestPatience {
  readonly #options: RequestPatienceOptions;
  #ms: number;

  constructor(options: RequestPatienceOptions) {
    this.#options = options;
    this.#ms = options.leastMs;
  }

  /** Whole ms, which is what timers and signals take. */
  ms(): number {
    return Math.ceil(this.#ms);
  }

  /** Slow answers count for a while: some questions go to a node that is near, others to one that is far. */
  answered(tookMs: number): void {
    const ms = Math.max(2 * tookMs, this.#ms * forgetting, this.#options.leastMs);
    this.#ms = Math.min(ms, this.#options.mostMs);
  }

  unanswered(): void {
    this.#ms = Math.min(2 * this.#ms, this.#options.mostMs);
  }
}
