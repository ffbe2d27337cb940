export interface RequestRate {
  /** Requests that are allowed at once; afterwards `perSecond` counts. */
  readonly burst: number;
  readonly perSecond: number;
  readonly mostUnderWay: number;
}

/** Enough for all that people and collectors begin together. */
const ofRequests: RequestRate = { burst: 30, perSecond: 10, mostUnderWay: 20 };

/** How often each account may ask. */
export class RequestBudget {
  readonly #rate: RequestRate;
  readonly #accounts = new Map<string, { tokens: number; atMs: number; underWay: number }>();

  constructor(rate = ofRequests) {
    this.#rate = rate;
  }

  /** Whether the account may ask now. If so, `end` has to follow. */
  begin(account: string, nowMs = performance.now()): boolean {
    const { burst, perSecond, mostUnderWay } = this.#rate;
    const { tokens, atMs, underWay } = this.#accounts.get(account) ?? {
      tokens: burst,
      atMs: nowMs,
      underWay: 0,
    };
    const now = Math.min(burst, tokens + ((nowMs - atMs) / 1_000) * perSecond);
    const may = now >= 1 && underWay < mostUnderWay;
    this.#accounts.set(account, {
      tokens: may ? now - 1 : now,
      atMs: nowMs,
      underWay: may ? underWay + 1 : underWay,
    });
    return may;
  }

  end(account: string): void {
    const asking = this.#accounts.get(account);
    if (asking) asking.underWay -= 1;
  }
}
