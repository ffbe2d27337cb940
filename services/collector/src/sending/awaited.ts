import type { Settled } from './unconfirmed-sample.ts';

/** Counts the samples that are waited for. */
export class Awaited {
  #count = 0;

  /** Wraps `settled`, and counts the sample until it is called. */
  counting(settled: Settled): Settled {
    this.#count += 1;
    return (isSafe) => {
      this.#count -= 1;
      settled(isSafe);
    };
  }

  hasAny(): boolean {
    return this.#count > 0;
  }
}
