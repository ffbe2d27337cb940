import { setTimeout as sleep } from 'node:timers/promises';
import { KilledBeforeReady, type ProcessExit } from '../child-process.ts';

/** A running process. */
export interface LiveProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Resolves when the process does its work; rejects when it ends before, or when the signal is aborted. */
  untilReady(signal: AbortSignal): Promise<void>;
  /** Safe to repeat. */
  stop(): Promise<ProcessExit>;
}

export interface SupervisedChildOptions {
  readonly name: string;
  /** Starts the process, the first time and again. Leaves no process behind when it rejects. */
  readonly spawn: () => Promise<LiveProcess>;
  readonly onSpawned: (pid: number) => void;
  /** Called each time the process becomes ready. */
  readonly onReady: (pid: number) => void;
  readonly onDied: (pid: number, exit: ProcessExit, startsAgainInMs: number) => void;
  readonly onNotStarted: (error: unknown, startsAgainInMs: number) => void;
  readonly onBack: (pid: number) => void;
  /** Called when the child's changed sources do not run. It then stays down until they change again. */
  readonly onBroken: (pid: number, exit: ProcessExit) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** After a run of this length the pauses start over: a child that dies later did not fail at its start. */
const STABLE_AFTER_MS = 30_000;

/** Keeps one process running: whenever it ends, it is started again after a pause that grows while it keeps dying. */
export class SupervisedChild {
  readonly name: string;
  readonly #options: SupervisedChildOptions;
  readonly #stopping = new AbortController();
  #spawning: Promise<LiveProcess> | undefined;
  #live: LiveProcess | undefined;
  #watching: Promise<void> | undefined;
  /** Set between `halt` and `resume`. */
  #halted: PromiseWithResolvers<void> | undefined;
  #wake = new AbortController();

  constructor(options: SupervisedChildOptions) {
    this.name = options.name;
    this.#options = options;
    this.#stopping.signal.addEventListener('abort', () => this.#wake.abort());
  }

  /** The process that runs now, or ran last; undefined before the first start. */
  get pid(): number | undefined {
    return this.#live?.pid;
  }

  /**
   * Starts the child for the first time, and again when it is killed before it is ready. Resolves when it is ready;
   * rejects when it ends by itself, as with settings that it cannot use, and then `stop` is still due.
   */
  async start(signal: AbortSignal): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const live = await this.#spawn();
        await live.untilReady(signal);
        this.#options.onReady(live.pid);
        this.#watching = this.#keepRunning(live);
        return;
      } catch (error) {
        if (!(error instanceof KilledBeforeReady) || this.#stopping.signal.aborted) throw error;
        this.#options.onDied(error.pid, error.exit, pauseMs);
        await sleep(pauseMs, undefined, { signal: AbortSignal.any([signal, this.#stopping.signal]) });
      }
    }
  }

  /** Ends the process, if one runs, and starts none until `resume`. Resolves when it has ended. */
  async halt(): Promise<void> {
    this.#halted ??= Promise.withResolvers();
    this.#wake.abort();
    await this.#spawning?.catch(() => {});
    await this.#live?.stop();
  }

  /** Starts the process at once, whatever pause it was in. */
  resume(): void {
    this.#halted?.resolve();
    this.#halted = undefined;
  }

  /** Safe to call at any moment, and again. */
  async stop(): Promise<ProcessExit | undefined> {
    this.#stopping.abort();
    this.resume();
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
    const { onReady, onDied, onNotStarted, onBack, onBroken } = this.#options;
    const stopping = this.#stopping.signal;
    let live: LiveProcess | undefined = first;
    let pauseMs = FIRST_PAUSE_MS;
    /** Whether the process runs changed sources that have not shown yet that they work. */
    let isTrial = false;
    while (!stopping.aborted) {
      let isBroken = false;
      if (live !== undefined) {
        const since = performance.now();
        const exit = await live.exited;
        if (stopping.aborted) return;
        if (performance.now() - since > STABLE_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
        // `#halted` would not show it: another observer of the end may already have resumed the child.
        const isHalt = this.#wake.signal.aborted;
        isBroken = isTrial && !isHalt;
        if (isBroken) onBroken(live.pid, exit);
        else if (!isHalt) onDied(live.pid, exit, pauseMs);
      }
      await this.#pause(isBroken ? undefined : pauseMs);
      isTrial = await this.#untilResumed();
      if (stopping.aborted) return;
      pauseMs = isTrial ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        live = await this.#spawn();
        const { pid } = live;
        // Not awaited: the child may wait for another that has died as well, and may itself die meanwhile.
        live.untilReady(stopping).then(
          () => {
            if (this.#live?.pid === pid) isTrial = false;
            onReady(pid);
            onBack(pid);
          },
          () => {},
        );
      } catch (error) {
        live = undefined;
        onNotStarted(error, pauseMs);
      }
    }
  }

  /** Pauses for a time, or until `halt` or `stop`, whichever comes first; without a length only these end it. */
  async #pause(lengthMs: number | undefined): Promise<void> {
    const { signal } = this.#wake;
    if (lengthMs !== undefined) await sleep(lengthMs, undefined, { signal }).catch(() => {});
    else if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  /** Waits while the child is halted. @returns whether it was */
  async #untilResumed(): Promise<boolean> {
    const wasHalted = this.#wake.signal.aborted && !this.#stopping.signal.aborted;
    for (let halted = this.#halted; halted !== undefined; halted = this.#halted) await halted.promise;
    if (wasHalted) this.#wake = new AbortController();
    return wasHalted;
  }
}
