import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { SampleOutbox } from './sample-outbox.ts';
import type { Spool, SpooledNotice } from './spool.ts';

export interface SpoolAttachmentOptions {
  readonly outbox: Pick<SampleOutbox, 'useSpool' | 'leaveSpool'>;
  /** Undefined while another process has it. */
  readonly open: () => Promise<
    { readonly spool: Spool; readonly notices: readonly SpooledNotice[] } | undefined
  >;
  readonly timers: Timers;
  readonly log: Logger;
}

const retryAfterMs = 2_000;
/**
 * Attempts that may meet a lock before it is an error. After a crash of all collectors, each of them locks the spools of
 * the others for a moment, to see whether their owners are dead, and a process that is killed keeps its lock until the
 * kernel has freed its memory.
 */
const attemptsBeforeError = 3;

/** Gives the outbox the spool as long as this process may have it: one collector id, one spool, one process. */
export class SpoolAttachment {
  readonly #options: SpoolAttachmentOptions;
  #mayHave = false;
  #isAttached = false;
  /** Attempts in a row that met the lock of another process. */
  #refusals = 0;
  readonly #outage: OutageLog;
  #work: Promise<void> = Promise.resolve();
  #cancelRetry: (() => void) | undefined;

  constructor(options: SpoolAttachmentOptions) {
    this.#options = options;
    this.#outage = new OutageLog({
      log: options.log,
      began: 'the spool cannot be used: samples wait in memory alone',
      ended: 'the spool can be used again',
    });
  }

  /** Call it when the lease is held. */
  acquire(): void {
    this.#mayHave = true;
    this.#settle();
  }

  /** Call it when another process holds this collector's id. */
  release(): void {
    this.#mayHave = false;
    this.#settle();
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#mayHave = this.#isAttached;
  }

  #settle(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#work = this.#work
      .then(() => this.#settleOnce())
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'the spool was not left cleanly'));
  }

  async #settleOnce(): Promise<void> {
    if (this.#mayHave === this.#isAttached) return;
    const { outbox, open, timers, log } = this.#options;
    if (this.#isAttached) {
      this.#isAttached = false;
      await outbox.leaveSpool();
      return;
    }
    try {
      const opened = await open();
      if (opened) {
        this.#isAttached = true;
        this.#refusals = 0;
        this.#outage.worked();
        outbox.useSpool(opened.spool, opened.notices);
        return;
      }
      this.#refusals += 1;
      if (this.#refusals >= attemptsBeforeError)
        this.#outage.failed('another process on this machine has it');
      else log.debug('another process has locked the spool for now: trying again');
    } catch (error) {
      this.#outage.failed(error);
    }
    outbox.useSpool(undefined);
    this.#cancelRetry = timers.after(retryAfterMs, () => this.#settle());
  }
}
