import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';

/** The state of every task by the log, folded event by event. */
export class TaskBook {
  readonly #tasks = new Map<string, TaskState>();
  /** By task: when this process first saw its present epoch, on the monotonic clock. */
  readonly #epochSeen = new Map<string, { epoch: number; atMs: number }>();
  /** By task: since when this process knows that no collector may poll its running session, on the monotonic clock. */
  readonly #unplacedSinceMs = new Map<string, number>();
  readonly #log: Logger;
  readonly #clock: Clock;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  apply(event: StoredEvent): void {
    const taskId = parseSessionSubject(event.subject)?.taskId;
    if (taskId === undefined) return;
    const after = foldTask(this.#tasks.get(taskId) ?? newTaskState(taskId), event);
    this.#tasks.set(taskId, after);
    if (after.placement.situation === 'assigned' && after.placement.epoch === event.sequence) {
      this.#epochSeen.set(taskId, { epoch: event.sequence, atMs: this.#clock.monotonicMs() });
    }
    this.#noteUnplaced(taskId, after);
    const problem = after.unreadable.lifecycle ?? after.unreadable.placement;
    if (problem === undefined) return;
    this.#log.error(
      { task: taskId, sequence: event.sequence, problem },
      'an event cannot be read; its task is left as it is',
    );
  }

  /** How long the task has been under this epoch, as far as this process knows, in ms. */
  heldForMs(taskId: string, epoch: number): number {
    const since = this.#epochSeen.get(taskId);
    return since?.epoch === epoch ? this.#clock.monotonicMs() - since.atMs : 0;
  }

  /** How long the task's session has run without a placement, as far as this process knows, in ms, or 0 while it has one. */
  unplacedForMs(taskId: string): number {
    const since = this.#unplacedSinceMs.get(taskId);
    return since === undefined ? 0 : this.#clock.monotonicMs() - since;
  }

  #noteUnplaced(taskId: string, { session, placement }: TaskState): void {
    const isUnplaced = session.status === 'running' && !currentPlacement(session, placement);
    if (!isUnplaced) this.#unplacedSinceMs.delete(taskId);
    else if (!this.#unplacedSinceMs.has(taskId)) this.#unplacedSinceMs.set(taskId, this.#clock.monotonicMs());
  }

  /** By task id. */
  tasks(): ReadonlyMap<string, TaskState> {
    return this.#tasks;
  }
}
