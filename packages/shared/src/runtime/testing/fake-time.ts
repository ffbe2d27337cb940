import type { Clock } from '../clock.ts';
import type { Timers } from '../timers.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * True time of a simulated world. It passes only in `advance`, which runs what falls due in order and lets
 * everything that follows from it (promises) happen before time goes on. Real I/O has no place in it.
 */
export class FakeTime {
  #nowMs = 0;
  #order = 0;
  #due: Due[] = [];

  /** ms since the simulation began */
  nowMs(): number {
    return this.#nowMs;
  }

  /** Runs at the moment `ms` from now; returns a function that cancels it. */
  after(ms: number, run: () => void): () => void {
    this.#order += 1;
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order, run };
    const later = this.#due.findIndex(({ atMs }) => atMs > due.atMs);
    this.#due.splice(later < 0 ? this.#due.length : later, 0, due);
    return () => {
      const index = this.#due.indexOf(due);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    let atThisMoment = 0;
    for (;;) {
      const next = this.#due[0];
      if (!next || next.atMs > endMs) break;
      this.#due.shift();
      atThisMoment = next.atMs > this.#nowMs ? 0 : atThisMoment + 1;
      if (atThisMoment > 10_000)
        throw new Error(`time stands still at ${this.#nowMs} ms: timers follow timers at once`);
      this.#nowMs = next.atMs;
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** Advances until the promise has settled, at most `limitMs`. */
  async until<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    let isSettled = false;
    const noted = promise.finally(() => {
      isSettled = true;
    });
    noted.catch(() => undefined);
    const endMs = this.#nowMs + limitMs;
    await settle();
    while (!isSettled) {
      const next = this.#due[0];
      if (!next || next.atMs > endMs) throw new Error('time was up, and what was waited for had not come');
      await this.advance(next.atMs - this.#nowMs);
    }
    return noted;
  }
}

/** A macrotask turn: every promise chain that does no I/O has run to its end by then. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * A process in that world, with clocks and timers of its own. It can stand still (SIGSTOP), be suspended with
 * its machine, and have its wall clock set.
 */
export class FakeProcess {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly #time: FakeTime;
  #wallShiftMs: number;
  /** Time that the monotonic clock has lost in suspends. */
  #suspendedMs = 0;
  #standsStill = false;
  #suspendedAtMs: number | undefined;
  #postponed: (() => void)[] = [];

  constructor(time: FakeTime, startsAtWallMs = 1_740_000_000_000) {
    this.#time = time;
    this.#wallShiftMs = startsAtWallMs - time.nowMs();
    this.clock = { wallMs: () => time.nowMs() + this.#wallShiftMs, monotonicMs: () => this.#monotonicMs() };
    this.timers = { after: (ms, run) => this.#after(this.#monotonicMs() + Math.max(0, ms), run) };
  }

  /** An event from outside (an answer, a signal): taken at once, or when the process runs again. */
  deliver(run: () => void): void {
    if (this.#standsStill) this.#postponed.push(run);
    else run();
  }

  isStandingStill(): boolean {
    return this.#standsStill;
  }

  /** Like SIGSTOP: nothing runs, clocks go on. */
  stop(): void {
    this.#standsStill = true;
  }

  /** The machine is suspended: nothing runs, only the wall clock continues. */
  suspend(): void {
    this.#standsStill = true;
    this.#suspendedAtMs ??= this.#time.nowMs();
  }

  /** Goes on after {@link stop} or {@link suspend}; what has come meanwhile is taken in order. */
  continue(): void {
    if (this.#suspendedAtMs !== undefined) this.#suspendedMs += this.#time.nowMs() - this.#suspendedAtMs;
    this.#suspendedAtMs = undefined;
    this.#standsStill = false;
    for (const run of this.#postponed.splice(0)) run();
  }

  setWallClock(byMs: number): void {
    this.#wallShiftMs += byMs;
  }

  #monotonicMs(): number {
    const until = this.#suspendedAtMs ?? this.#time.nowMs();
    return until - this.#suspendedMs;
  }

  #after(dueMonotonicMs: number, run: () => void): () => void {
    let isCancelled = false;
    let cancel = (): void => undefined;
    const look = (): void => {
      if (isCancelled) return;
      if (this.#standsStill) {
        this.#postponed.push(look);
        return;
      }
      const leftMs = dueMonotonicMs - this.#monotonicMs();
      // A rest below the rounding error would add no time at all, for ever.
      if (leftMs > 1e-6) cancel = this.#time.after(leftMs, look);
      else run();
    };
    cancel = this.#time.after(dueMonotonicMs - this.#monotonicMs(), look);
    return () => {
      isCancelled = true;
      cancel();
    };
  }
}
