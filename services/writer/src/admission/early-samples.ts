export interface EarlySamplesOptions {
  /** Most messages that may wait at a time. */
  readonly atMost: number;
  /** 15 s unless set. */
  readonly patienceMs?: number;
  readonly nowMs?: () => number;
}

/**
 * Samples whose epoch, or whose version, the log does not reach yet. The event is stored before anybody reads a device
 * by it, so either the leader of SESSIONS lags or the sample is made up. Such a sample waits a little, and only few may
 * wait at a time.
 */
export class EarlySamples {
  readonly #atMost: number;
  readonly #patienceMs: number;
  readonly #nowMs: () => number;
  /** By sequence: since when the sample has waited, the longest first. */
  readonly #sinceMs = new Map<number, number>();

  constructor({ atMost, patienceMs = 15_000, nowMs = () => performance.now() }: EarlySamplesOptions) {
    this.#atMost = atMost;
    this.#patienceMs = patienceMs;
    this.#nowMs = nowMs;
  }

  mayWait(sequence: number): boolean {
    const nowMs = this.#nowMs();
    // Samples that have waited so long are with another writer by now.
    for (const [oldest, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs < 4 * this.#patienceMs) break;
      this.#sinceMs.delete(oldest);
    }
    const sinceMs = this.#sinceMs.get(sequence);
    if (sinceMs === undefined) {
      if (this.#sinceMs.size >= this.#atMost) return false;
      this.#sinceMs.set(sequence, nowMs);
      return true;
    }
    if (nowMs - sinceMs < this.#patienceMs) return true;
    this.#sinceMs.delete(sequence);
    return false;
  }

  hasAny(): boolean {
    return this.#sinceMs.size > 0;
  }

  settled(sequence: number): void {
    this.#sinceMs.delete(sequence);
  }
}
