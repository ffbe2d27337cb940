import { type Clock, type ClockMark, elapsedMs, mark } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { LeaseTimes } from './lease-times.ts';

export interface VoidedEpochsOptions {
  readonly key: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly log: Logger;
  /** Last sequence of SESSIONS; without it everything is believed. @throws when the broker cannot be asked */
  readonly lastEvent?: (() => Promise<number>) | undefined;
}

/**
 * Knows up to which epoch everything that the holder of a lease had is void. The record of the lease says so, but
 * whoever has the holder's key can write it: events cannot be voided that do not exist yet, and a holder that believed
 * this would never work again.
 */
export class VoidedEpochs {
  readonly #options: VoidedEpochsOptions;
  #upTo = 0;
  /** Since when the log has been asked in vain for the event that is said to be void. */
  #doubtedSince: ClockMark | undefined;

  constructor(options: VoidedEpochsOptions) {
    this.#options = options;
  }

  upTo(): number {
    return this.#upTo;
  }

  /**
   * Takes over what the record says.
   * @returns false while it is in doubt: the node that answers for the log may lag for a moment
   * @throws when the broker cannot be asked
   */
  async learn(claimed: number): Promise<boolean> {
    const { lastEvent, clock, times, log, key } = this.#options;
    if (claimed <= this.#upTo) return true;
    if (lastEvent === undefined || claimed <= (await lastEvent())) {
      this.#upTo = claimed;
      this.#doubtedSince = undefined;
      return true;
    }
    this.#doubtedSince ??= mark(clock);
    if (elapsedMs(clock, this.#doubtedSince) < times.ttlMs + times.marginMs) return false;
    log.warn(
      { key, void_up_to: claimed },
      'the lease says that epochs are void which do not exist yet: a client with this key has written it, and it is not believed',
    );
    return true;
  }
}
