import type { Logger } from './logger.ts';

/** Stops what it belongs to; safe to call more than once. */
export type Stop = () => Promise<void>;

/** The parts that a service has started, to be stopped in reverse order. */
export class StartedParts {
  readonly #log: Logger;
  readonly #parts: { readonly name: string; readonly stop: Stop }[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, stop: Stop): void {
    this.#parts.push({ name, stop });
  }

  /**
   * Stops all parts, even those that come up meanwhile in a start still under way.
   * @returns whether all stopped cleanly
   */
  async stop(): Promise<boolean> {
    let isClean = true;
    for (let last = this.#parts.pop(); last; last = this.#parts.pop()) {
      try {
        await last.stop();
      } catch (error) {
        isClean = false;
        this.#log.error({ err: error, part: last.name }, 'a part did not stop cleanly');
      }
    }
    return isClean;
  }
}
