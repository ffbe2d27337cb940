import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';

/** What the log says about every task, folded event by event. */
export class TaskBook {
  readonly #tasks = new Map<string, TaskState>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  apply(stored: StoredEvent): void {
    const taskId = parseSessionSubject(stored.subject)?.taskId;
    if (taskId === undefined) return;
    const after = foldTask(this.#tasks.get(taskId) ?? newTaskState(taskId), stored);
    this.#tasks.set(taskId, after);
    const problem = after.unreadable.lifecycle ?? after.unreadable.placement;
    if (problem === undefined) return;
    this.#log.error(
      { task: taskId, sequence: stored.sequence, problem },
      'an event cannot be read; its task is left as it is',
    );
  }

  /** By task id. */
  tasks(): ReadonlyMap<string, TaskState> {
    return this.#tasks;
  }
}
