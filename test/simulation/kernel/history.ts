interface Entry {
  readonly atMs: number;
  readonly who: string;
  readonly what: string | (() => string);
}

/** The events of a run, in true time. Written out only when somebody wants to read it. */
export class History {
  #entries: Entry[] = [];
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  add(atMs: number, who: string, what: string | (() => string)): void {
    this.#entries.push({ atMs, who, what });
    if (this.#entries.length > 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }

  /** The last `count` lines of all processes together, oldest first. */
  last(count: number): string[] {
    return this.#entries.slice(-count).map(({ atMs, who, what }) => {
      const text = typeof what === 'string' ? what : what();
      return `${(atMs / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(10)} ${text}`;
    });
  }
}
