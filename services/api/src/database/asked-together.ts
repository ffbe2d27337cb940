/** One who asks, or several who ask the same. */
type Asked<Answer> = PromiseWithResolvers<Answer | undefined>;

/**
 * Questions of one kind go to the database together: those of one turn of the event loop, and those that come while
 * others are under way. Each is asked after whoever wants to know has asked, so no answer is older than its question.
 * Under load that is one statement where there were twenty, and a statement costs both ends more than a row does.
 */
export class AskedTogether<Key, Answer> {
  readonly #ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>;
  #wanted = new Map<Key, Asked<Answer>>();
  #isAsking = false;

  constructor(ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>) {
    this.#ask = ask;
  }

  /** Undefined where there is none. Fails with what `ask` throws, as all that were asked with it. */
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
      const asked = this.#wanted;
      this.#wanted = new Map();
      try {
        const answers = await this.#ask([...asked.keys()]);
        for (const [key, { resolve }] of asked) resolve(answers.get(key));
      } catch (error) {
        for (const { reject } of asked.values()) reject(error);
      }
    }
    this.#isAsking = false;
  }
}
