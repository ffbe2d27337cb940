/** Most things remembered; beyond it all of them are news again. */
const mostKnown = 10_000;

/** Knows what was reported already: something that continues for long is reported once, or once per `againAfterMs`. */
export class News {
  readonly #againAfterMs: number;
  readonly #toldAtMs = new Map<string, number>();

  constructor(againAfterMs: number = Number.POSITIVE_INFINITY) {
    this.#againAfterMs = againAfterMs;
  }

  /** Whether this is to be reported; from then on it counts as reported. */
  isNew(what: string): boolean {
    const nowMs = performance.now();
    const toldAtMs = this.#toldAtMs.get(what);
    if (toldAtMs !== undefined && nowMs - toldAtMs < this.#againAfterMs) return false;
    if (this.#toldAtMs.size >= mostKnown) this.#toldAtMs.clear();
    this.#toldAtMs.set(what, nowMs);
    return true;
  }
}
