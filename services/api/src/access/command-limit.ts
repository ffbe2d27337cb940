/** Minutes whose changes may come at once where none came before: a script sets up a plant in one go. */
const minutesSaved = 10;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** Bounds how many changes a caller makes, each of which stays in the audit log: nobody is to push the older ones out of it. */
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

  /** Takes one. @returns undefined, or in how many ms there is one again */
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
