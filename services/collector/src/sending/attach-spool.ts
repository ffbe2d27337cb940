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

/** Gives the outbox the spool as long as this process may have it: one collector id, one spool, one process. */
export class SpoolAttachment {
  readonly #options: SpoolAttachmentOptions;
  #mayHave = false;
  #isAttached = false;
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
    const { outbox, open, timers } = this.#options;
    if (this.#isAttached) {
      this.#isAttached = false;
      await outbox.leaveSpool();
      return;
    }
    let why: unknown = 'another process on this machine has it';
    try {
      const opened = await open();
      if (opened) {
        this.#isAttached = true;
        this.#outage.worked();
        outbox.useSpool(opened.spool, opened.notices);
        return;
      }
    } catch (error) {
      why = error;
    }
    this.#outage.failed(why);
    outbox.useSpool(undefined);
    this.#cancelRetry = timers.after(2_000, () => this.#settle());
  }
}
