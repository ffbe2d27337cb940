import type { Logger } from './logger.ts';

/** Tells of an outage when it begins, when its cause changes and when it ends, not at each attempt in between. */
export class OutageLog {
  readonly #log: Logger;
  readonly #what: string;
  #cause: string | undefined;
  #since = 0;
  #failures = 0;

  constructor(log: Logger, what: string) {
    this.#log = log;
    this.#what = what;
  }

  get isOut(): boolean {
    return this.#cause !== undefined;
  }

  failed(error: unknown): void {
    const cause = causeOf(error);
    if (this.#cause === undefined) {
      this.#since = performance.now();
      this.#failures = 0;
    }
    this.#failures += 1;
    if (cause === this.#cause) return;
    this.#cause = cause;
    this.#log.error(
      { err: error, cause },
      `${this.#what} cannot be used; samples wait in the stream meanwhile`,
    );
  }

  worked(): void {
    if (this.#cause === undefined) return;
    this.#cause = undefined;
    const outageMs = Math.round(performance.now() - this.#since);
    this.#log.info(
      { outage_ms: outageMs, failed_attempts: this.#failures },
      `${this.#what} can be used again`,
    );
  }
}

/** The code of an error that has one, else its class. */
function causeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name: string };
  return typeof code === 'string' ? code : name;
}
