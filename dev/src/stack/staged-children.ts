import type { ProcessExit } from '../child-process.ts';
import type { LogStream } from './log-stream.ts';
import { StackError } from './stack-error.ts';
import type { SupervisedChild } from './supervised-child.ts';

const READY_WITHIN_MS = 120_000;

/** Children that start, and end, at the same time. */
export type Stage = readonly SupervisedChild[];

/**
 * All children in the order in which they depend on each other: later stages need earlier ones, so these stop last.
 * Services wait by themselves for what they need, so stages that are started together need not wait.
 */
export class StagedChildren {
  readonly #stages: Stage[] = [];
  readonly #logs: LogStream;

  constructor(logs: LogStream) {
    this.#logs = logs;
  }

  /** Starts all children of these stages at once and resolves when all are ready. */
  async start(stages: readonly Stage[], signal: AbortSignal, onReady: (name: string) => void): Promise<void> {
    signal.throwIfAborted();
    this.#stages.push(...stages);
    const failed = new AbortController();
    const giveUp = AbortSignal.any([signal, failed.signal, AbortSignal.timeout(READY_WITHIN_MS)]);
    // Waits for all, so that no child is left half started when one fails.
    const outcomes = await Promise.allSettled(
      stages.flat().map(async (child) => {
        try {
          await child.start(giveUp);
          onReady(child.name);
        } catch (error) {
          const first = !giveUp.aborted;
          failed.abort();
          throw first || signal.aborted ? error : new NotReady(child.name);
        }
      }),
    );
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    // Children that were only waiting when another one failed explain the least.
    if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof NotReady)) ?? reasons[0];
  }

  pidOf(name: string): number | undefined {
    return this.#stages.flat().find((child) => child.name === name)?.pid;
  }

  /** Stops the last stage first. Returns the names of children that did not end as they should. */
  async stop(): Promise<string[]> {
    const unclean: string[] = [];
    for (const stage of this.#stages.toReversed()) {
      const names = stage.filter(({ pid }) => pid !== undefined).map(({ name }) => name);
      if (names.length > 0) this.#logs.say(`  stopping ${names.join(', ')}`, { stopping: names });
      await Promise.all(
        stage.map(async (child) => {
          const exit = await child.stop();
          if (exit !== undefined && !isClean(exit)) unclean.push(child.name);
        }),
      );
    }
    return unclean;
  }
}

/** True also for a child that the signal killed. It had no handler yet, so it had begun nothing that must end in order. */
function isClean({ code, signal }: ProcessExit): boolean {
  return code === 0 || signal === 'SIGTERM' || signal === 'SIGINT';
}

class NotReady extends StackError {
  constructor(name: string) {
    super(`${name} was not ready after ${READY_WITHIN_MS / 1000} s; its log above may say why.`);
  }
}
