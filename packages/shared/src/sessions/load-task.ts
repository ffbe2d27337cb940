import { subjects } from '../contracts/subjects.ts';
import { currentPlacement } from '../domain/placement/state.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { foldTask, newTaskState, type TaskState } from './task-fold.ts';

/**
 * The task's present state from the last event of each of its subjects. Every lifecycle event from before the placement
 * is seen, so a placement that the lifecycle does not bear out is over, and no sign of a stale read. Both are asked for
 * at the same time, since each answer may take a second; where the lifecycle could be the older one, it is read again.
 * Warnings are not read: they say nothing about who may poll.
 * @throws StoreUnavailable
 */
export async function loadTask(store: EventStore, taskId: string): Promise<TaskState> {
  const readLifecycle = () => store.readLast(subjects.lifecycle(taskId));
  const [placement, lifecycle] = await Promise.all([
    store.readLast(subjects.placement(taskId)),
    readLifecycle(),
  ]);
  const state = folded(taskId, lifecycle, placement);
  const isSeen = !placement || (lifecycle && lifecycle.sequence > placement.sequence);
  if (isSeen || currentPlacement(state.session, state.placement)) return state;
  return folded(taskId, await readLifecycle(), placement);
}

function folded(
  taskId: string,
  lifecycle: StoredEvent | undefined,
  placement: StoredEvent | undefined,
): TaskState {
  let state = newTaskState(taskId);
  if (lifecycle) state = foldTask(state, lifecycle);
  if (placement) state = foldTask(state, placement);
  return state;
}
