import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { SampleOutbox } from './sample-outbox.ts';
import type { Spool, SpooledNotice } from './spool.ts';

export interface SpoolAdoptionOptions {
  /** Non-empty spools of other collectors of this installation, the oldest first. */
  readonly find: () => Promise<readonly string[]>;
  /** True when the folder's owner is dead for certain and no process has taken the folder. */
  readonly isAbandoned: (folder: string) => Promise<boolean>;
  /** Undefined while another process has it. */
  readonly open: (
    folder: string,
  ) => Promise<{ readonly spool: Spool; readonly notices: readonly SpooledNotice[] } | undefined>;
  readonly createOutbox: () => Promise<Pick<SampleOutbox, 'useSpool' | 'flush' | 'health' | 'close'>>;
  readonly isBrokerUp: () => boolean;
  /** Called when no samples are left that are older than our own. */
  readonly onIdle: () => void;
  /** Pause between looks, which gives an owner that is only being restarted the time to come back; 2 s. */
  readonly lookEveryMs?: number;
  readonly timers: Timers;
  readonly log: Logger;
}

const defaultLookEveryMs = 2_000;
/** Rounds of half a second without a confirmation, after which a spool is left alone for as many looks. */
const roundsInVain = 60;

/**
 * Sends the samples of collectors that will not come back: a container that is recreated has a new id, so its
 * predecessor's spool has no owner. Samples keep the epoch under which they were read. If another collector has gone on
 * with their session, they come too late, and the writer rejects them. Therefore this collector's own samples, which
 * may be of the same sessions, wait until the older ones are sent.
 */
export class SpoolAdoption {
  readonly #options: SpoolAdoptionOptions;
  #isBusy = true;
  #isStarted = false;
  #isStopped = false;
  #work: Promise<void> = Promise.resolve();
  #cancelLook: (() => void) | undefined;
  /** Folders that had no owner at the last look: an owner that is only being restarted gets the time to come back. */
  #knownFolders: ReadonlySet<string> = new Set();
  /** For each spool that could not be sent, the looks for which it is still left alone. */
  readonly #resting = new Map<string, number>();
  #outbox: Pick<SampleOutbox, 'flush' | 'health'> | undefined;

  constructor(options: SpoolAdoptionOptions) {
    this.#options = options;
  }

  /** Whether there are, or may be, samples to send that are older than our own. */
  isBusy(): boolean {
    return this.#isBusy && !this.#isStopped;
  }

  /** Samples of other collectors that are being sent. */
  waiting(): { readonly samples: number; readonly bytes: number } {
    const health = this.#outbox?.health();
    return {
      samples: (health?.spooledSamples ?? 0) + (health?.waitingInMemory ?? 0),
      bytes: health?.spooledBytes ?? 0,
    };
  }

  /** Idempotent. */
  start(): void {
    if (this.#isStarted || this.#isStopped) return;
    this.#isStarted = true;
    this.#lookNow();
  }

  /** Stops. Samples not sent stay on disk as they were found. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLook?.();
    await this.#work;
  }

  #lookNow(): void {
    this.#work = this.#look()
      .catch((error: unknown) => {
        this.#knownFolders = new Set();
        this.#options.log.warn({ err: error }, 'the spools of other collectors cannot be looked at');
      })
      .then(() => {
        this.#isBusy = this.#knownFolders.size > 0;
        if (this.#isStopped) return;
        this.#cancelLook = this.#options.timers.after(this.#options.lookEveryMs ?? defaultLookEveryMs, () =>
          this.#lookNow(),
        );
        if (!this.#isBusy) this.#options.onIdle();
      });
  }

  async #look(): Promise<void> {
    const { find, isAbandoned, isBrokerUp } = this.#options;
    const before = this.#knownFolders;
    const folders = new Set<string>();
    this.#knownFolders = folders;
    for (const folder of isBrokerUp() ? await find() : []) {
      if (this.#isStopped) return;
      if (this.#isResting(folder) || !(await isAbandoned(folder))) continue;
      if (before.has(folder)) await this.#send(folder);
      else folders.add(folder);
    }
  }

  #isResting(folder: string): boolean {
    const remaining = (this.#resting.get(folder) ?? 0) - 1;
    if (remaining > 0) this.#resting.set(folder, remaining);
    else this.#resting.delete(folder);
    return remaining > 0;
  }

  async #send(folder: string): Promise<void> {
    const { open, createOutbox, isBrokerUp, log } = this.#options;
    this.#isBusy = true;
    const outbox = await createOutbox();
    const opened = await open(folder).catch((error: unknown) => {
      // Our own samples must not wait for a disk that cannot be read.
      this.#resting.set(folder, roundsInVain);
      log.error({ err: error, folder }, 'the spool of a collector that is gone cannot be read; later again');
      return undefined;
    });
    if (!opened) return;
    log.warn(
      { folder, samples: opened.spool.unread(), gap_notices: opened.notices.length },
      'a collector that is gone has left samples in its spool; they are sent now',
    );
    outbox.useSpool(opened.spool, opened.notices);
    this.#outbox = outbox;
    try {
      let inVain = 0;
      for (let remaining = Number.POSITIVE_INFINITY; !this.#isStopped && isBrokerUp(); ) {
        await outbox.flush(500);
        const { spooledSamples, waitingInMemory, unsentNotices } = outbox.health();
        const now = spooledSamples + waitingInMemory + unsentNotices;
        if (now === 0) {
          log.info({ folder }, 'all samples of the collector that is gone are with the broker');
          return;
        }
        inVain = now < remaining ? 0 : inVain + 1;
        remaining = now;
        if (inVain < roundsInVain) continue;
        this.#resting.set(folder, roundsInVain);
        log.error(
          { folder, samples: now },
          'the samples of a collector that is gone cannot be sent; later again',
        );
        return;
      }
    } finally {
      this.#outbox = undefined;
      await outbox.close(0);
    }
  }
}
