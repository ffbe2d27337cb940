export interface PostponedSamplesOptions {
  /** Most messages that may wait at a time; one publisher may have half of them. */
  readonly atMost: number;
  /** 15 s unless set. */
  readonly patienceMs?: number;
  readonly nowMs?: () => number;
}

interface Postponed {
  readonly source: string;
  readonly sinceMs: number;
}

/**
 * Samples that the broker delivers again after a moment, because something lags that they need: the log does not reach
 * their epoch or version yet (the event is stored before anybody reads a device by it, so either the leader of SESSIONS
 * lags or the sample is made up), or the store still makes room for their day. They wait a little, and only few at a
 * time: each takes one of the places for messages that are on their way.
 */
export class PostponedSamples {
  readonly #atMost: number;
  readonly #patienceMs: number;
  readonly #nowMs: () => number;
  /** By sequence, the longest waiting first. */
  readonly #waiting = new Map<number, Postponed>();
  readonly #bySource = new Map<string, number>();

  constructor({ atMost, patienceMs = 15_000, nowMs = () => performance.now() }: PostponedSamplesOptions) {
    this.#atMost = atMost;
    this.#patienceMs = patienceMs;
    this.#nowMs = nowMs;
  }

  /** @param source the publisher, as the broker says */
  mayWait(sequence: number, source: string): boolean {
    const nowMs = this.#nowMs();
    // Samples that have waited so long are with another writer by now.
    for (const [oldest, { sinceMs }] of this.#waiting) {
      if (nowMs - sinceMs < 4 * this.#patienceMs) break;
      this.settled(oldest);
    }
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) {
      const ofSource = this.#bySource.get(source) ?? 0;
      if (this.#waiting.size >= this.#atMost || ofSource >= this.#atMost / 2) return false;
      this.#waiting.set(sequence, { source, sinceMs: nowMs });
      this.#bySource.set(source, ofSource + 1);
      return true;
    }
    if (nowMs - waiting.sinceMs < this.#patienceMs) return true;
    this.settled(sequence);
    return false;
  }

  hasAny(): boolean {
    return this.#waiting.size > 0;
  }

  settled(sequence: number): void {
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) return;
    this.#waiting.delete(sequence);
    const remaining = (this.#bySource.get(waiting.source) ?? 1) - 1;
    if (remaining === 0) this.#bySource.delete(waiting.source);
    else this.#bySource.set(waiting.source, remaining);
  }
}
