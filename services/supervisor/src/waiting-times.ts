import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

export interface WaitingTimesOptions {
  readonly clock: Clock;
  readonly unplacedForMs: (taskId: string) => number;
  /** Since the last sign of life of a collector. */
  readonly silentForMs: (collectorId: string) => number;
}

/**
 * Since when each session has had nobody who could poll it. It is noted when that is first seen: taking a dead
 * collector's lease is a change of it, after which it does not show any more how long the collector was silent.
 */
export class WaitingTimes {
  readonly #options: WaitingTimesOptions;
  readonly #sinceMs = new Map<string, number>();

  constructor(options: WaitingTimesOptions) {
    this.#options = options;
  }

  /** The task's session needs a collector. */
  note({ taskId, session, placement }: TaskState): void {
    if (this.#sinceMs.has(taskId)) return;
    const { clock, unplacedForMs, silentForMs } = this.#options;
    const holder = currentPlacement(session, placement);
    const forMs = holder ? silentForMs(holder.collectorId) : unplacedForMs(taskId);
    this.#sinceMs.set(taskId, clock.monotonicMs() - forMs);
  }

  /** It has one now. @returns how long it waited, in ms */
  placed(taskId: string): number {
    const since = this.#sinceMs.get(taskId);
    this.#sinceMs.delete(taskId);
    return since === undefined ? 0 : this.#options.clock.monotonicMs() - since;
  }

  /** Forgets those that do not wait any more: their sessions were stopped meanwhile, or another supervisor placed them. */
  keepOnly(taskIds: ReadonlySet<string>): void {
    for (const taskId of this.#sinceMs.keys()) if (!taskIds.has(taskId)) this.#sinceMs.delete(taskId);
  }
}
