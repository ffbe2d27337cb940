import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';

/** Whether some collector has the right to poll the task's session. @throws LogUnreadable, StoreUnavailable */
export async function hasPlacement(events: EventStore, taskId: string): Promise<boolean> {
  const task = await loadTask(events, taskId);
  for (const aspect of ['lifecycle', 'placement'] as const) {
    const problem = task.unreadable[aspect];
    if (problem !== undefined) throw new LogUnreadable(subjects[aspect](taskId), problem);
  }
  return currentPlacement(task.session, task.placement) !== undefined;
}
