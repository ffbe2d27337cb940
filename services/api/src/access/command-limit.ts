/** A caller who made no changes before may make those of so many minutes at once: a script sets up a plant in one go. */
const minutesSaved = 10;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** Limits how many changes a caller makes: each stays in the audit log, and nobody may push older ones out of it. */
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
    const { left: before, atMs: sinceMs } = this.#buckets.get(who) ?? { left: most, atMs };
    const left = Math.min(most, before + (atMs - sinceMs) * perMs);
    const isTaken = left >= 1;
    this.#buckets.set(who, { left: isTaken ? left - 1 : left, atMs });
    return isTaken ? undefined : (1 - left) / perMs;
  }
}
