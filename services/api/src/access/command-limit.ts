/** A caller who made no changes before may make those of so many minutes at once: a script sets up a plant in one go. */
const minutesSaved = 10;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Limits how many changes a caller makes: each stays in the audit log, and no caller may push older ones out of it. */
export class CommandLimit {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param perMinute 0: no limit
   * @param nowMs of a clock that never jumps
   */
  constructor(perMinute: number, nowMs = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /** Takes one change. @returns undefined, or in how many ms the next one is allowed */
  take(who: string): number | undefined {
    if (this.#perMinute === 0) return undefined;
    const most = this.#perMinute * minutesSaved;
    const perMs = this.#perMinute / 60_000;
    const atMs = this.#nowMs();
    const { tokens: before, atMs: sinceMs } = this.#buckets.get(who) ?? { tokens: most, atMs };
    const tokens = Math.min(most, before + (atMs - sinceMs) * perMs);
    const isTaken = tokens >= 1;
    this.#buckets.set(who, { tokens: isTaken ? tokens - 1 : tokens, atMs });
    return isTaken ? undefined : (1 - tokens) / perMs;
  }
}
