import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { type Outage, OutageLog } from '@holdfast/shared/runtime/outage-log.ts';

/** How long it has been unknown which samples are their holder's, because SESSIONS or a snapshot cannot be read. */
export class LogOutage implements Outage {
  readonly #outage: OutageLog;
  #sinceMs: number | undefined;

  constructor(log: Logger) {
    this.#outage = new OutageLog({
      log,
      began: 'the session log cannot be read; samples wait in the stream until it can be',
      ended: 'the session log can be read again',
    });
  }

  failed(error: unknown): void {
    this.#sinceMs ??= performance.now();
    this.#outage.failed(error);
  }

  worked(): void {
    this.#sinceMs = undefined;
    this.#outage.worked();
  }

  /** 0 while both can be read. */
  forMs(): number {
    return this.#sinceMs === undefined ? 0 : performance.now() - this.#sinceMs;
  }
}
