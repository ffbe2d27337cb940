import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';

/** Places sessions as the supervisor would. */
export function placementsIn(store: EventStore) {
  const append = async (taskId: string, event: SessionLogEvent): Promise<number> => {
    const { lastPlacement } = await loadTask(store, taskId);
    const envelope = encodeSessionEvent(event, {
      id: `${event.type}-${taskId}-${lastPlacement}`,
      time: '2026-01-01T08:00:00.000Z',
      source: '/holdfast/test',
    });
    return store.append(subjects.placement(taskId), envelope, lastPlacement);
  };
  const taskOf = (sessionId: string) => sessionId.split('-')[0] ?? '';
  return {
    /** Assigns a session to a collector; returns the epoch. */
    assign: (sessionId: string, collectorId: string) =>
      append(taskOf(sessionId), {
        type: 'session.assigned',
        sessionId,
        taskId: taskOf(sessionId),
        collectorId,
        configVersion: 1,
        reason: 'start',
        refusals: 0,
      }),
    withhold: (sessionId: string, collectorId: string, epoch: number) =>
      append(taskOf(sessionId), {
        type: 'session.released',
        sessionId,
        taskId: taskOf(sessionId),
        collectorId,
        epoch,
        reason: 'recovery_disabled',
        detail: 'automatic recovery is off',
        refusals: 0,
      }),
  };
}
