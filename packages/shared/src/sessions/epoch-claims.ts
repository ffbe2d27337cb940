import { RecentlyUsed } from '../runtime/recently-used.ts';
import { type EpochBook, isPlacedSo } from './epoch-book.ts';

/** A message's own word for its epoch, session and task, and the collector whose subject it is on. */
export interface EpochClaim {
  readonly epoch: number;
  readonly session: string;
  readonly task: string;
  readonly collector: string;
}

/** Epochs not its own that a collector may have looked up: so many at once, and then one a second. */
const vainAtOnce = 50;
const vainPerSecond = 1;
const collectorsKept = 10_000;

interface Asking {
  tokens: number;
  atMs: number;
  underWay: number;
  /** Resolves when one of the questions under way is over. */
  next: PromiseWithResolvers<void>;
}

/**
 * Finds out whether collectors speak under epochs of their own. A collector that makes epochs up has few of them looked
 * up: each costs the broker a question, and makes later readers wait for the answer. A collector's own epochs cost it
 * nothing, however many.
 */
export class EpochClaims {
  readonly #epochs: EpochBook;
  readonly #nowMs: () => number;
  readonly #asking = new RecentlyUsed<string, Asking>(collectorsKept);

  constructor(epochs: EpochBook, nowMs = () => performance.now()) {
    this.#epochs = epochs;
    this.#nowMs = nowMs;
  }

  /** The answer, if the epoch was looked up already. */
  cached(claim: EpochClaim): boolean | undefined {
    const loggedAt = this.#epochs.cached(claim.epoch);
    return loggedAt && isPlacedSo(loggedAt, claim);
  }

  /** @throws when SESSIONS cannot be read */
  async isPlaced(claim: EpochClaim): Promise<boolean> {
    const verdict = this.cached(claim);
    if (verdict !== undefined) return verdict;
    const asking = this.#of(claim.collector);
    while (asking.tokens < 1) {
      if (asking.underWay === 0) return false;
      await asking.next.promise;
    }
    asking.tokens -= 1;
    asking.underWay += 1;
    let isVain = false;
    try {
      const isPlaced = isPlacedSo(await this.#epochs.find(claim.epoch), claim);
      isVain = !isPlaced;
      return isPlaced;
    } finally {
      if (!isVain) asking.tokens += 1;
      asking.underWay -= 1;
      asking.next.resolve();
      asking.next = Promise.withResolvers();
    }
  }

  #of(collector: string): Asking {
    const nowMs = this.#nowMs();
    let asking = this.#asking.get(collector);
    if (!asking) {
      asking = { tokens: vainAtOnce, atMs: nowMs, underWay: 0, next: Promise.withResolvers() };
      this.#asking.set(collector, asking);
    }
    const most = vainAtOnce - asking.underWay;
    asking.tokens = Math.min(most, asking.tokens + ((nowMs - asking.atMs) / 1_000) * vainPerSecond);
    asking.atMs = nowMs;
    return asking;
  }
}
