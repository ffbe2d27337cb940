/** One caller who asks, or several who ask the same. */
type Asked<Answer> = PromiseWithResolvers<Answer | undefined>;

/** Bounded: large answers must neither keep everybody waiting for long nor fail all at once. */
const mostTogether = 50;

/**
 * Questions of one kind go to the database together: those of one turn of the event loop, and those that come while
 * others are under way, up to 50. Each goes out only after its caller has asked, so no answer is older than its
 * question. Under load one statement does the work of twenty, and a statement costs both ends more than a row does.
 */
export class AskedTogether<Key, Answer> {
  readonly #ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>;
  readonly #wanted = new Map<Key, Asked<Answer>>();
  #isAsking = false;

  constructor(ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>) {
    this.#ask = ask;
  }

  /** Undefined where there is none. Fails with what `ask` throws, as do all questions that were asked together. */
  get(key: Key): Promise<Answer | undefined> {
    const known = this.#wanted.get(key);
    if (known) return known.promise;
    const asked: Asked<Answer> = Promise.withResolvers();
    this.#wanted.set(key, asked);
    if (!this.#isAsking) {
      this.#isAsking = true;
      setImmediate(() => void this.#askAll());
    }
    return asked.promise;
  }

  async #askAll(): Promise<void> {
    while (this.#wanted.size > 0) {
      const asked = [...this.#wanted].slice(0, mostTogether);
      for (const [key] of asked) this.#wanted.delete(key);
      try {
        const answers = await this.#ask(asked.map(([key]) => key));
        for (const [key, { resolve }] of asked) resolve(answers.get(key));
      } catch (error) {
        for (const [, { reject }] of asked) reject(error);
      }
    }
    this.#isAsking = false;
  }
}
