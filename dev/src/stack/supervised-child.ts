import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessExit } from '../child-process.ts';

/** A process that runs. */
export interface LiveProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Resolves when it does its work; rejects when it ends before, or when the signal is aborted. */
  untilReady(signal: AbortSignal): Promise<void>;
  stop(): Promise<ProcessExit>;
}

export interface SupervisedChildOptions {
  readonly name: string;
  /** Starts it, the first time and every further time. Leaves no process behind when it rejects. */
  readonly spawn: () => Promise<LiveProcess>;
  readonly onSpawned: (pid: number) => void;
  readonly onDied: (pid: number, exit: ProcessExit, startsAgainInMs: number) => void;
  readonly onNotStarted: (error: unknown, startsAgainInMs: number) => void;
  readonly onBack: (pid: number) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** Who ran so long did not die of the start: the pauses begin anew. */
const STABLE_AFTER_MS = 30_000;

/** Keeps one process running: whenever it ends, it is started again after a pause that grows while it keeps dying. */
export class SupervisedChild {
  readonly name: string;
  readonly #options: SupervisedChildOptions;
  readonly #stopping = new AbortController();
  #spawning: Promise<LiveProcess> | undefined;
  #live: LiveProcess | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: SupervisedChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Of the process that runs now, or ran last; undefined before the first start. */
  get pid(): number | undefined {
    return this.#live?.pid;
  }

  /** The first start. Resolves when it is ready; rejects when it does not become so, and then `stop` is still due. */
  async start(signal: AbortSignal): Promise<void> {
    const live = await this.#spawn();
    await live.untilReady(signal);
    this.#watching = this.#keepRunning(live);
  }

  /** Safe to call at any moment, and again. */
  async stop(): Promise<ProcessExit | undefined> {
    this.#stopping.abort();
    await this.#spawning?.catch(() => {});
    const exit = await this.#live?.stop();
    await this.#watching;
    return exit;
  }

  async #spawn(): Promise<LiveProcess> {
    this.#spawning = this.#options.spawn();
    const live = await this.#spawning;
    this.#live = live;
    this.#options.onSpawned(live.pid);
    return live;
  }

  async #keepRunning(first: LiveProcess): Promise<void> {
    const { onDied, onNotStarted, onBack } = this.#options;
    const stopping = this.#stopping.signal;
    let live: LiveProcess | undefined = first;
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.aborted) {
      if (live !== undefined) {
        const since = performance.now();
        const exit = await live.exited;
        if (stopping.aborted) return;
        if (performance.now() - since > STABLE_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
        onDied(live.pid, exit, pauseMs);
      }
      await sleep(pauseMs, undefined, { signal: stopping }).catch(() => {});
      if (stopping.aborted) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        live = await this.#spawn();
        const { pid } = live;
        // Not awaited: it may wait for another one that has died as well, and it may die while it waits.
        live.untilReady(stopping).then(
          () => onBack(pid),
          () => {},
        );
      } catch (error) {
        live = undefined;
        onNotStarted(error, pauseMs);
      }
    }
  }
}
