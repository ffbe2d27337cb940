import { subjects } from '../contracts/subjects.ts';
import type { EventStore } from './event-store.ts';
import { foldTask, newTaskState, type TaskState } from './task-fold.ts';

/** The task's present state from the last event of each of its subjects. @throws StoreUnavailable */
export async function loadTask(store: EventStore, taskId: string): Promise<TaskState> {
  const [lifecycle, placement] = await Promise.all([
    store.readLast(subjects.lifecycle(taskId)),
    store.readLast(subjects.placement(taskId)),
  ]);
  let state = newTaskState(taskId);
  if (lifecycle) state = foldTask(state, lifecycle);
  if (placement) state = foldTask(state, placement);
  return state;
}
