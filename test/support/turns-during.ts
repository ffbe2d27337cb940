/** Counts the turns that the event loop has during some work, in each of which this process can answer others. */
export async function turnsDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly turns: number }> {
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  try {
    const result = await work();
    return { result, turns };
  } finally {
    clearImmediate(next);
  }
}

/** Counts steps of some work by turn of the event loop, until it is disposed of. */
export class StepsInTurns implements Disposable {
  #inTurn = 0;
  #most = 0;
  #next = setImmediate(() => this.#startTurn());

  /** Most steps of one turn so far. */
  get most(): number {
    return this.#most;
  }

  count(): void {
    this.#inTurn += 1;
    this.#most = Math.max(this.#most, this.#inTurn);
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#next);
  }

  #startTurn(): void {
    this.#inTurn = 0;
    this.#next = setImmediate(() => this.#startTurn());
  }
}
