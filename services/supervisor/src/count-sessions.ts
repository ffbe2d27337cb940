import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

export interface SessionCounts {
  /** Counts the newest session of each task. */
  readonly byStatus: Readonly<Record<SessionStatus, number>>;
  /** Running sessions by the collector to which the log gives them. */
  readonly placedOn: ReadonlyMap<string, number>;
  readonly unplaced: number;
}

export function countSessions(tasks: Iterable<TaskState>): SessionCounts {
  const byStatus: Record<SessionStatus, number> = { running: 0, paused: 0, stopped: 0, error: 0 };
  const placedOn = new Map<string, number>();
  let unplaced = 0;
  for (const { session, placement } of tasks) {
    if (session.status === 'never_started') continue;
    byStatus[session.status] += 1;
    if (session.status !== 'running') continue;
    const holder = currentPlacement(session, placement)?.collectorId;
    if (holder === undefined) unplaced += 1;
    else placedOn.set(holder, (placedOn.get(holder) ?? 0) + 1);
  }
  return { byStatus, placedOn, unplaced };
}
