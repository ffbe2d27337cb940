const minuteMs = 60_000;
/** A flood from many callers pushes out first those whose minute is over. */
const keptAtMost = 50_000;

/** Limits how many different things a caller does within a minute; each of them may be done any number of times. */
export class MinuteLimit {
  readonly #most: number;
  readonly #nowMs: () => number;
  /** When each caller last did each thing. */
  readonly #callers = new Map<string, Map<unknown, number>>();

  /** @param most 0: no limit. @param nowMs of a clock that never jumps */
  constructor(most: number, nowMs = () => performance.now()) {
    this.#most = most;
    this.#nowMs = nowMs;
  }

  /**
   * @param what unless set, each call is another thing
   * @returns undefined, or in how many ms there is room for another thing
   */
  take(who: string, what: unknown = Symbol()): number | undefined {
    if (this.#most === 0) return undefined;
    const atMs = this.#nowMs();
    const things = this.#thingsOf(who, atMs);
    for (const [each, lastMs] of things) if (atMs - lastMs >= minuteMs) things.delete(each);
    if (!things.has(what) && things.size >= this.#most) {
      return minuteMs - (atMs - Math.min(...things.values()));
    }
    things.set(what, atMs);
    return undefined;
  }

  #thingsOf(who: string, atMs: number): Map<unknown, number> {
    const there = this.#callers.get(who);
    if (there) return there;
    const isOver = (things: ReadonlyMap<unknown, number>) =>
      [...things.values()].every((lastMs) => atMs - lastMs >= minuteMs);
    makeRoom(this.#callers, keptAtMost, isOver);
    const things = new Map<unknown, number>();
    this.#callers.set(who, things);
    return things;
  }
}

/** Makes room for one more: what is over goes first, then what came first. */
export function makeRoom<T>(cache: Map<string, T>, atMost: number, isOver: (value: T) => boolean): void {
  if (cache.size < atMost) return;
  for (const [key, value] of cache) if (isOver(value)) cache.delete(key);
  for (const key of cache.keys()) {
    if (cache.size < atMost) return;
    cache.delete(key);
  }
}
