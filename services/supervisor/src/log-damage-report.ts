import { type LogDamage, logDamageRepeatMs } from '@holdfast/shared/contracts/log-damage.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';

export interface LogDamageReportOptions {
  readonly write: (damage: LogDamage) => Promise<void>;
  readonly clear: () => Promise<void>;
  readonly host: string;
  readonly timers: Timers;
  readonly wallMs: () => number;
  readonly log: Logger;
}

/** Reports damage to the log to the API that this supervisor has found, as long as it lasts. */
export class LogDamageReport {
  readonly #options: LogDamageReportOptions;
  #telling: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  constructor(options: LogDamageReportOptions) {
    this.#options = options;
  }

  /** @param damage undefined when an earlier judgement was taken back */
  report(damage: Error | undefined): void {
    if (!damage) {
      void this.stop();
      return;
    }
    this.#telling?.stop.abort();
    const stop = new AbortController();
    this.#telling = { stop, done: this.#tell(damage.message, stop.signal) };
  }

  /** Withdraws the report: a supervisor that has ended has no say any more. */
  async stop(): Promise<void> {
    const telling = this.#telling;
    this.#telling = undefined;
    telling?.stop.abort();
    await telling?.done;
  }

  async #tell(detail: string, signal: AbortSignal): Promise<void> {
    const { write, clear, host, timers, wallMs, log } = this.#options;
    const since = new Date(wallMs()).toISOString();
    while (!signal.aborted) {
      // If the broker is unavailable, the report is repeated the next time.
      await write({ v: 1, host, detail, since }).catch((error: unknown) =>
        log.debug({ err: error }, 'NATS does not take the report that the log is damaged; it is sent again'),
      );
      await pause(timers, logDamageRepeatMs, signal);
    }
    if (this.#telling === undefined) await clear().catch(() => undefined);
  }
}
