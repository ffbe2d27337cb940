/** Receives one line of a server's output, without its line end. */
export type LineLog = (line: string) => void;

/**
 * Lines of a running program. The last ones are kept for late readers (an error message, a test that looks for a line
 * that may already have been printed); further lines are handed to all followers.
 */
export class LineLogBook {
  readonly #lines: string[] = [];
  readonly #keep: number;
  readonly #followers = new Set<() => void>();
  #total = 0;
  #closed = false;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(line: string): void {
    this.#total += 1;
    this.#lines.push(line);
    if (this.#lines.length > this.#keep) this.#lines.shift();
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  last(count: number): string[] {
    return this.#lines.slice(-count);
  }

  /** The kept lines, then every further one until the output ends. A reader that lags too far behind skips lines. */
  async *follow(): AsyncGenerator<string, void, void> {
    let next = this.#total - this.#lines.length;
    for (;;) {
      const oldest = this.#total - this.#lines.length;
      next = Math.max(next, oldest);
      const line = this.#lines[next - oldest];
      if (line !== undefined) {
        next += 1;
        yield line;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#followers.add(resolve));
      }
    }
  }

  #wake(): void {
    const followers = [...this.#followers];
    this.#followers.clear();
    for (const follower of followers) follower();
  }
}
