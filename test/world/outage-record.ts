import type { Outage } from '../verify/history.ts';

/** When what polling needs was down, as the run saw it happen: kept so that nothing else excuses a late poll. */
export class OutageRecord {
  readonly #over: Outage[] = [];
  /** By what is down and why. */
  readonly #under = new Map<string, { readonly of: string; readonly fromMs: number }>();

  /** @param why one thing can be down for several reasons at a time, each with its own end */
  began(of: string, why: string): void {
    const key = `${of} ${why}`;
    if (!this.#under.has(key)) this.#under.set(key, { of, fromMs: Date.now() });
  }

  ended(of: string, why: string): void {
    const key = `${of} ${why}`;
    const outage = this.#under.get(key);
    if (!outage) return;
    this.#under.delete(key);
    this.#over.push({ ...outage, toMs: Date.now() });
  }

  all(): readonly Outage[] {
    return [...this.#over, ...[...this.#under.values()].map((outage) => ({ ...outage, toMs: Infinity }))];
  }
}
