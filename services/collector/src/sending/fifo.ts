/** First in, first out, in constant time. Taken items are let go at once, even while nothing but drops happens. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  /** Items before this index are gone. */
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  take(): T | undefined {
    const next = this.#items[this.#head];
    if (next === undefined) return undefined;
    // If it were kept for a second, it would grow old with its bytes, and only a collection of the whole heap would
    // free it.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }

  /** Puts items back before all others. */
  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.all()];
    this.#head = 0;
  }

  all(): T[] {
    return this.#items.slice(this.#head) as T[];
  }
}
