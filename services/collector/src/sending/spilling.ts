import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { Fifo } from './fifo.ts';
import type { SpoolFeed } from './spool-feed.ts';
import type { UnconfirmedSample } from './unconfirmed-sample.ts';

export interface SpillingOptions {
  readonly feed: SpoolFeed;
  readonly queue: Fifo<UnconfirmedSample>;
  /** Whether memory is half full: then everything goes to the spool, not only samples that have waited long. */
  readonly isCrowded: () => boolean;
  /** Whether samples have to be safe while the broker is unavailable: then they go to the spool at once. */
  readonly isHurried: () => boolean;
  /** Samples sent in vain that are only in memory, the oldest first, or undefined while some are under way. */
  readonly takeSentInVain: () => UnconfirmedSample[] | undefined;
  /** Order of the newest sample that was pushed. */
  readonly newestOrder: () => number;
  readonly lastSequence: () => number;
  /** Drops the oldest samples of the spool. @returns whether there were any */
  readonly makeRoom: () => Promise<boolean>;
  /** Called when something was written or put back. */
  readonly onDone: () => void;
  readonly timers: Timers;
}

const mostSpilledAtOnce = 2_000;

/** Samples that wait for one to two of these intervals go to the spool: a kill loses no more than that. */
const spoolAfterMs = 1_000;

/** Moves waiting samples from memory to the spool: those that have waited long, and all when memory is half full. */
export class Spilling {
  readonly #options: SpillingOptions;
  #batch: UnconfirmedSample[] = [];
  #work: Promise<void> | undefined;
  #cancelSweep: (() => void) | undefined;
  #orderAtSweep = 0;
  #orderAtSweepBefore = 0;
  #isStopped = false;

  constructor(options: SpillingOptions) {
    this.#options = options;
  }

  /** How many samples are being written. */
  underWay(): number {
    return this.#batch.length;
  }

  begin(): void {
    if (this.#isStopped) return;
    const { feed, onDone } = this.#options;
    this.#work ??= this.#spillAll()
      .catch((error: unknown) => feed.complain(error))
      .finally(() => {
        this.#work = undefined;
        onDone();
      });
  }

  /** Looks once in a while, as long as something waits. */
  planSweep(isAnythingWaiting: () => boolean): void {
    if (this.#isStopped) return;
    this.#cancelSweep ??= this.#options.timers.after(spoolAfterMs, () => {
      this.#cancelSweep = undefined;
      this.#orderAtSweepBefore = this.#orderAtSweep;
      this.#orderAtSweep = this.#options.newestOrder();
      if (!isAnythingWaiting()) return;
      this.planSweep(isAnythingWaiting);
      this.begin();
    });
  }

  /** Waits until the current write is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep?.();
    await this.#work;
  }

  async #spillAll(): Promise<void> {
    const { feed, queue, isCrowded, lastSequence, makeRoom } = this.#options;
    for (;;) {
      const isAllToGo = isCrowded();
      const batch = this.#take(isAllToGo);
      if (batch.length === 0) return;
      this.#batch = batch;
      try {
        await feed.write(batch, lastSequence(), makeRoom);
        this.#batch = [];
        for (const { settled } of batch) settled?.(true);
      } catch (error) {
        queue.putBack(batch);
        this.#batch = [];
        feed.complain(error);
        // Only when memory is crowded do the oldest in the spool make room for the newest. Otherwise nothing need be
        // lost.
        if (!isAllToGo || !(await makeRoom())) return;
      }
    }
  }

  #take(isAllToGo: boolean): UnconfirmedSample[] {
    const { feed, queue, isHurried, takeSentInVain } = this.#options;
    const isEverythingToGo = isAllToGo || isHurried();
    const batch: UnconfirmedSample[] = [];
    if (feed.isUntouched()) {
      // Samples sent in vain are older than all that will be spooled: they go first, once none of them is under way.
      const sentInVain = takeSentInVain();
      if (sentInVain) batch.push(...sentInVain);
      else if (!isAllToGo) return [];
    }
    for (let next = queue.peek(); next && batch.length < mostSpilledAtOnce; next = queue.peek()) {
      if (!isEverythingToGo && next.order > this.#orderAtSweepBefore) break;
      batch.push(next);
      queue.take();
    }
    return batch;
  }
}
