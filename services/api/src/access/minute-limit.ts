const minuteMs = 60_000;
/** A flood from more callers pushes out those that came least lately. */
const callersAtMost = 50_000;

interface Caller {
  lastMs: number;
  /** When it last did each thing, the latest at the end. */
  readonly things: Map<unknown, number>;
}

/** Limits how many different things a caller does within a minute; each of them may be done any number of times. */
export class MinuteLimit {
  readonly #most: number;
  readonly #nowMs: () => number;
  /** The one that came last is at the end, so that a call looks only at those whose minute is over. */
  readonly #callers = new Map<string, Caller>();

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
    const { things } = this.#callerAt(who, atMs);
    for (const [each, lastMs] of things) {
      if (atMs - lastMs < minuteMs) break;
      things.delete(each);
    }
    if (!things.delete(what) && things.size >= this.#most) {
      const [oldestMs = atMs] = things.values();
      return minuteMs - (atMs - oldestMs);
    }
    things.set(what, atMs);
    return undefined;
  }

  /** Callers that are remembered now. */
  get size(): number {
    return this.#callers.size;
  }

  #callerAt(who: string, atMs: number): Caller {
    const caller = this.#callers.get(who) ?? { lastMs: atMs, things: new Map() };
    caller.lastMs = atMs;
    this.#callers.delete(who);
    this.#callers.set(who, caller);
    for (const [each, { lastMs }] of this.#callers) {
      if (this.#callers.size <= callersAtMost && atMs - lastMs < minuteMs) break;
      this.#callers.delete(each);
    }
    return caller;
  }
}
