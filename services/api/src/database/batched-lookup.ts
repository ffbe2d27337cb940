/** One caller who asks, or several who ask the same. */
type PendingAnswer<Answer> = PromiseWithResolvers<Answer | undefined>;

/** Bounded: large answers must neither keep all callers waiting for long nor fail all at once. */
const mostTogether = 50;

/**
 * Questions of one kind go to the database together: those of one turn of the event loop, and those that come while
 * others are under way, up to 50. Each goes out only after its caller has asked, so no answer is older than its
 * question. Under load one statement does the work of twenty, and a statement costs both ends more than a row does.
 */
export class BatchedLookup<Key, Answer> {
  readonly #ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>;
  readonly #pendingByKey = new Map<Key, PendingAnswer<Answer>>();
  #isAsking = false;

  constructor(ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>) {
    this.#ask = ask;
  }

  /** Undefined where there is none. Fails with what `ask` throws, as do all questions that were asked together. */
  get(key: Key): Promise<Answer | undefined> {
    const pendingAnswer = this.#pendingByKey.get(key);
    if (pendingAnswer) return pendingAnswer.promise;
    const newAnswer: PendingAnswer<Answer> = Promise.withResolvers();
    this.#pendingByKey.set(key, newAnswer);
    if (!this.#isAsking) {
      this.#isAsking = true;
      setImmediate(() => void this.#askAll());
    }
    return newAnswer.promise;
  }

  async #askAll(): Promise<void> {
    while (this.#pendingByKey.size > 0) {
      const batch = [...this.#pendingByKey].slice(0, mostTogether);
      for (const [key] of batch) this.#pendingByKey.delete(key);
      try {
        const answers = await this.#ask(batch.map(([key]) => key));
        for (const [key, { resolve }] of batch) resolve(answers.get(key));
      } catch (error) {
        for (const [, { reject }] of batch) reject(error);
      }
    }
    this.#isAsking = false;
  }
}
