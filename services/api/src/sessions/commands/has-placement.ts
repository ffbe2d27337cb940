import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';

/** Whether some collector has the right to poll the task's session. @throws LogUnreadable, StoreUnavailable */
export async function hasPlacement(events: EventStore, taskId: string): Promise<boolean> {
  const task = await loadTask(events, taskId);
  const problem = task.unreadable.lifecycle ?? task.unreadable.placement;
  if (problem !== undefined) throw new LogUnreadable(`task ${taskId}: ${problem}`);
  return currentPlacement(task.session, task.placement) !== undefined;
}
