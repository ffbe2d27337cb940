import type { Logger } from './logger.ts';

/** Gets to know what became of each attempt. */
export interface Outage {
  failed(error: unknown): void;
  worked(): void;
}

export interface OutageLogOptions {
  readonly log: Logger;
  readonly level?: 'error' | 'warn' | 'info' | 'debug';
  /** Said when it begins and when its cause changes. */
  readonly began: string | ((error: unknown) => string);
  /** Said when it is over; nothing is said when left out. */
  readonly ended?: string;
  /** An error's code or class unless set. */
  readonly causeOf?: (error: unknown) => string;
  /** Logged with it: the error and its cause unless set. */
  readonly fields?: (error: unknown) => object;
  /** After so many failures in a row it is said again; never when left out. */
  readonly remindAfter?: number;
}

/**
 * Reports an outage when it begins, when its cause changes and when it ends; attempts in between are reported on the
 * level debug.
 */
export class OutageLog implements Outage {
  readonly #options: OutageLogOptions;
  #cause: string | undefined;
  #since = 0;
  #failures = 0;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  get isOut(): boolean {
    return this.#cause !== undefined;
  }

  failed(error: unknown): void {
    const { log, level = 'error', began, causeOf = codeOrClass, fields, remindAfter } = this.#options;
    const cause = causeOf(error);
    if (this.#cause === undefined) {
      this.#since = performance.now();
      this.#failures = 0;
    }
    const isReminder = remindAfter !== undefined && this.#failures % remindAfter === 0;
    const isNews = cause !== this.#cause || isReminder;
    this.#failures += 1;
    this.#cause = cause;
    const words = typeof began === 'string' ? began : began(error);
    log[isNews ? level : 'debug'](fields ? fields(error) : { err: error, cause }, words);
  }

  worked(): void {
    if (this.#cause === undefined) return;
    this.#cause = undefined;
    const { log, ended } = this.#options;
    if (ended === undefined) return;
    const outageMs = Math.round(performance.now() - this.#since);
    log.info({ outage_ms: outageMs, failed_attempts: this.#failures }, ended);
  }
}

function codeOrClass(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
