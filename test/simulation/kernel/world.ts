import type { Random } from './random.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Something must not have happened. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * True time and everything that is going to happen. One event is run at a time, and whatever follows from it by
 * promises alone happens before the next: that makes a run repeatable. Not a fake-timer library: thousands of
 * runs a minute need a heap, and a wait for promises that costs less than a turn of the event loop.
 */
export class World {
  readonly random: Random;
  readonly history = new History();
  /** How often a rare state was reached. */
  readonly reached = new Map<string, number>();
  #nowMs = 0;
  #order = 0;
  readonly #heap: Event[] = [];
  #events = 0;
  #isOver = false;
  #violation: Violation | undefined;
  /** Whether the wall clock of any process was set back. */
  wasClockSetBack = false;

  constructor(random: Random) {
    this.random = random;
  }

  /** True time in ms since the beginning; no process inside the world can read it. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get events(): number {
    return this.#events;
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  after(ms: number, run: () => void): () => void {
    this.#order += 1;
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order, run };
    this.#push(event);
    return () => {
      event.run = undefined;
    };
  }

  note(state: string): void {
    this.reached.set(state, (this.reached.get(state) ?? 0) + 1);
  }

  /** Nothing that is said after this is part of the history. */
  end(): void {
    this.#isOver = true;
  }

  tell(who: string, what: string | (() => string)): void {
    if (this.#isOver) return;
    this.history.add(this.#nowMs, who, what);
  }

  /** The first violation ends the run. */
  violate(message: string): void {
    if (this.#violation) return;
    this.#violation = new Violation(message);
    this.tell('VIOLATION', message);
  }

  /** Runs what happens until `endMs`, or until something is violated or `isDone` says so after an event. */
  async run(endMs: number, isDone: () => boolean = () => false): Promise<void> {
    await promisesSettled();
    while (!this.#violation && !isDone()) {
      const next = this.#heap[0];
      if (!next || next.atMs > endMs) break;
      this.#pop();
      const { run } = next;
      if (!run) continue;
      this.#nowMs = next.atMs;
      this.#events += 1;
      run();
      await promisesSettled();
      // Now and then a real turn, in which Node reports unhandled rejections.
      if (this.#events % 2_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!this.#violation && !isDone()) this.#nowMs = endMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Event;
      if (!isBefore(event, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A tick that is requested while promises are being settled comes when none is left to settle. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

interface Entry {
  readonly atMs: number;
  readonly who: string;
  readonly what: string | (() => string);
}

/** The events of a run, in true time. Written out only on request. */
class History {
  #entries: Entry[] = [];
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  add(atMs: number, who: string, what: string | (() => string)): void {
    this.#entries.push({ atMs, who, what });
    if (this.#entries.length > 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }

  /** The last `count` lines of all processes together, oldest first. */
  last(count: number): string[] {
    return this.#entries.slice(-count).map(({ atMs, who, what }) => {
      const text = typeof what === 'string' ? what : what();
      return `${(atMs / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(10)} ${text}`;
    });
  }
}
