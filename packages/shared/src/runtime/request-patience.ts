export interface RequestPatienceOptions {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * How long to wait for an answer before the question is asked anew. A broker whose leader is just being elected never
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

  ms(): number {
    return this.#ms;
  }

  answered(tookMs: number): void {
    this.#ms = Math.min(Math.max(2 * tookMs, this.#options.leastMs), this.#options.mostMs);
  }

  unanswered(): void {
    this.#ms = Math.min(2 * this.#ms, this.#options.mostMs);
  }
}
