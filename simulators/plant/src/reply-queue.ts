import type { Link } from './lines/link.ts';

interface DueReply {
  readonly link: Link;
  readonly bytes: Buffer;
  /** ms since 1970 */
  readonly dueMs: number;
}

/**
 * Replies of units on one line, sent in the order of their requests. A timer for each would not do: after a process was
 * held up, a later reply could leave before an earlier one.
 */
export class ReplyQueue {
  readonly #waiting: DueReply[] = [];
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param takesMs how long the reply occupies the line, once the line is free */
  add(link: Link, bytes: Buffer, takesMs: number, nowMs: number): void {
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + takesMs;
    this.#waiting.push({ link, bytes, dueMs: this.#freeAtMs });
    if (this.#waiting.length === 1) this.#serve();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const inMs = next.dueMs - Date.now();
      if (inMs >= 1) {
        this.#timer = setTimeout(() => this.#serve(), inMs);
        return;
      }
      this.#waiting.shift();
      next.link.send(next.bytes);
    }
  }
}
