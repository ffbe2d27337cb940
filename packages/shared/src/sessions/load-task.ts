import { subjects } from '../contracts/subjects.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { foldTask, newTaskState, type TaskState } from './task-fold.ts';

/**
 * The task's present state from the last event of each of its subjects. The placement is read first: then every
 * lifecycle event from before it is seen, so a placement that the lifecycle does not bear out is over, and no sign of a
 * stale read. Warnings are not read: they say nothing about who may poll.
 * @throws StoreUnavailable
 */
export async function loadTask(store: EventStore, taskId: string): Promise<TaskState> {
  const placement = await store.readLast(subjects.placement(taskId));
  const lifecycle = await store.readLast(subjects.lifecycle(taskId));
  let state = newTaskState(taskId);
  if (lifecycle) state = foldTask(state, lifecycle);
  if (placement) state = foldTask(state, placement);
  return state;
}
