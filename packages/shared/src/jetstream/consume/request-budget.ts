const burst = 30;
const perSecond = 10;
const mostUnderWay = 20;

/** How often each account may ask: so often at once, and then so often a second. Enough for all that people and collectors begin together. */
export class RequestBudget {
  private readonly accounts = new Map<string, { left: number; atMs: number; underWay: number }>();

  /** Whether it may ask now. Then it has to `end`. */
  begin(account: string, nowMs = performance.now()): boolean {
    const { left, atMs, underWay } = this.accounts.get(account) ?? { left: burst, atMs: nowMs, underWay: 0 };
    const now = Math.min(burst, left + ((nowMs - atMs) / 1_000) * perSecond);
    const may = now >= 1 && underWay < mostUnderWay;
    this.accounts.set(account, {
      left: may ? now - 1 : now,
      atMs: nowMs,
      underWay: may ? underWay + 1 : underWay,
    });
    return may;
  }

  end(account: string): void {
    const asking = this.accounts.get(account);
    if (asking) asking.underWay -= 1;
  }
}
