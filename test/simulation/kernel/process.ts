import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { World } from './world.ts';

/** `stopped`: SIGSTOP, its clocks go on. `suspended`: with its machine, only the wall clock goes on. */
export type Pause = 'stopped' | 'suspended';

export interface ProcessClockOptions {
  /** The error of its wall clock at the start, ms. */
  readonly wallOffsetMs: number;
  /** How fast its monotonic clock runs; 1 is right. */
  readonly rate: number;
}

interface Postponed {
  readonly isTimer: boolean;
  readonly run: () => void;
}

const epochMs = 1_767_225_600_000;

/** One life of a process: its clocks, its timers, and whether it runs at all. */
export class SimProcess {
  /** The name that it is configured with, e.g. `C1`; several lives follow one another under one name. */
  readonly name: string;
  /** Names this life. */
  readonly instance: string;
  readonly host: string;
  readonly world: World;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  #isAlive = true;
  #pause: Pause | undefined;
  #pausedAtMs = 0;
  #lastPauseEndedAtMs = Number.NEGATIVE_INFINITY;
  #suspendedMs = 0;
  #wallOffsetMs: number;
  #wasClockSet = false;
  readonly #rate: number;
  #postponed: Postponed[] = [];

  constructor(
    world: World,
    { name, instance, host }: { name: string; instance: string; host: string },
    { wallOffsetMs, rate }: ProcessClockOptions,
  ) {
    this.world = world;
    this.name = name;
    this.instance = instance;
    this.host = host;
    this.#wallOffsetMs = wallOffsetMs;
    this.#rate = rate;
    this.clock = {
      wallMs: () => epochMs + world.nowMs + this.#wallOffsetMs,
      monotonicMs: () => this.#monotonicMs(),
    };
    this.timers = { after: (ms, run) => this.#after(ms, run) };
    this.log = this.#logger();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** True time of the end of the last pause, or now while one lasts. */
  get lastPausedAtMs(): number {
    return this.#pause ? this.world.nowMs : this.#lastPauseEndedAtMs;
  }

  /** Something comes in from outside. */
  deliver(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#pause) this.#postponed.push({ isTimer: false, run });
    else run();
  }

  kill(): void {
    this.#isAlive = false;
    this.#postponed = [];
  }

  pause(kind: Pause): void {
    if (!this.#isAlive || this.#pause) return;
    this.tell(kind);
    this.#pause = kind;
    this.#pausedAtMs = this.world.nowMs;
  }

  /** Lets the process go on. Whatever fell due meanwhile comes now: it may see its timers first, or its sockets. */
  continue(): void {
    if (!this.#pause) return;
    if (this.#pause === 'suspended') this.#suspendedMs += this.world.nowMs - this.#pausedAtMs;
    this.#pause = undefined;
    this.#lastPauseEndedAtMs = this.world.nowMs;
    this.tell('continues');
    const waiting = this.#postponed.splice(0);
    const order = this.world.random.below(3);
    if (order === 1) waiting.sort((a, b) => Number(b.isTimer) - Number(a.isTimer));
    if (order === 2) waiting.sort((a, b) => Number(a.isTimer) - Number(b.isTimer));
    waiting.forEach(({ isTimer, run }, index) => {
      this.world.after(index * 0.001, () => this.#runNowOrLater(isTimer, run));
    });
  }

  /** Its schedule follows such a clock by and by, or not at all. */
  get wasClockSet(): boolean {
    return this.#wasClockSet;
  }

  setWallClock(byMs: number): void {
    this.tell(`wall clock ${byMs > 0 ? '+' : ''}${(byMs / 1000).toFixed(1)} s`);
    this.#wallOffsetMs += byMs;
    if (byMs < 0) this.world.wasClockSetBack = true;
    this.#wasClockSet = true;
  }

  tell(what: string | (() => string)): void {
    this.world.tell(this.instance, what);
  }

  #monotonicMs(): number {
    const until = this.#pause === 'suspended' ? this.#pausedAtMs : this.world.nowMs;
    return (until - this.#suspendedMs) * this.#rate;
  }

  #runNowOrLater(isTimer: boolean, run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#pause) this.#postponed.push({ isTimer, run });
    else run();
  }

  #after(ms: number, run: () => void): () => void {
    // Node knows no shorter timer than a millisecond.
    const dueMs = this.#monotonicMs() + Math.max(1, ms);
    let cancelled = false;
    let cancel = (): void => undefined;
    const look = (): void => {
      if (cancelled) return;
      const leftMs = dueMs - this.#monotonicMs();
      // A millisecond of doubt is rounding.
      if (leftMs > 0.001)
        cancel = this.world.after(leftMs / this.#rate, () => this.#runNowOrLater(true, look));
      else run();
    };
    cancel = this.world.after(Math.max(1, ms) / this.#rate, () => this.#runNowOrLater(true, look));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  #logger(): Logger {
    const line =
      (level: string) =>
      (fields: unknown, message?: string): void => {
        if (!this.#isAlive) return;
        this.onLog?.(level, fields, message ?? '');
        this.tell(() => `${level} ${typeof fields === 'string' ? fields : `${message} ${describe(fields)}`}`);
      };
    const logger = {
      fatal: line('fatal'),
      error: line('error'),
      warn: line('warn'),
      info: line('info'),
      debug: line('debug'),
      trace: () => undefined,
      child: () => logger,
    };
    return logger as unknown as Logger;
  }

  /** Hears every line that this process logs. */
  onLog: ((level: string, fields: unknown, message: string) => void) | undefined;
}

function describe(fields: unknown): string {
  return JSON.stringify(fields, (_key, value: unknown) =>
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  );
}
