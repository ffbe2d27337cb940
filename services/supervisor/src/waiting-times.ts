import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

export interface WaitingTimesOptions {
  readonly clock: Clock;
  readonly unplacedForMs: (taskId: string) => number;
  /** Time since the collector's last sign of life. */
  readonly silentForMs: (collectorId: string) => number;
}

/**
 * Since when no collector has been able to poll a session. The time is noted when that is first seen: taking a dead
 * collector's lease changes the lease, which then no longer shows how long the collector was silent.
 */
export class WaitingTimes {
  readonly #options: WaitingTimesOptions;
  readonly #sinceMs = new Map<string, number>();

  constructor(options: WaitingTimesOptions) {
    this.#options = options;
  }

  /** Notes that the task's session needs a collector. */
  note({ taskId, session, placement }: TaskState): void {
    if (this.#sinceMs.has(taskId)) return;
    const { clock, unplacedForMs, silentForMs } = this.#options;
    const holder = currentPlacement(session, placement);
    const forMs = holder ? silentForMs(holder.collectorId) : unplacedForMs(taskId);
    this.#sinceMs.set(taskId, clock.monotonicMs() - forMs);
  }

  /** Notes that it has a collector now. @returns how long it waited, in ms */
  placed(taskId: string): number {
    const since = this.#sinceMs.get(taskId);
    this.#sinceMs.delete(taskId);
    return since === undefined ? 0 : this.#options.clock.monotonicMs() - since;
  }

  /** Forgets all other tasks: their sessions were stopped meanwhile, or another supervisor placed them. */
  keepOnly(taskIds: ReadonlySet<string>): void {
    for (const taskId of this.#sinceMs.keys()) if (!taskIds.has(taskId)) this.#sinceMs.delete(taskId);
  }
}
