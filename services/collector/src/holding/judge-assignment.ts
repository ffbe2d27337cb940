import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { isReadable, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';

/**
 * - `run`: the log says that this collector holds the session with this epoch
 * - `over`: the log has moved on; the message is worth nothing any more
 * - `stale_read`: the message is newer than what was read; read again, never drop
 * - `unreadable`: the log has an event that this release cannot read; leave everything as it is
 */
export type AssignmentVerdict = 'run' | 'over' | 'stale_read' | 'unreadable';

/**
 * Compares a message, which is only a doorbell, with the log, which is the truth.
 * @param voidUpTo epochs up to this one are over although the log may not show it yet: the supervisor that took this
 * collector's lease is giving them to others
 */
export function judgeAssignment(
  { epoch }: Pick<Assignment, 'epoch'>,
  task: TaskState,
  collectorId: string,
  voidUpTo = 0,
): AssignmentVerdict {
  if (epoch <= voidUpTo) return 'over';
  if (!isReadable(task)) return 'unreadable';
  const current = currentPlacement(task.session, task.placement);
  if (current?.epoch === epoch && current.collectorId === collectorId) return 'run';
  // The read included this placement or a later one, and the lifecycle after it (see loadTask). Where these do not give
  // the session to this collector, the read is therefore not stale. A session can be stopped between the supervisor's
  // look at it and the placement; as a stale read it would be asked about for ever.
  return task.lastPlacement >= epoch || hasEndedSince(task, epoch) ? 'over' : 'stale_read';
}

/** A change of configuration is younger than the placement, but ends nothing. */
function hasEndedSince({ session, lastLifecycle }: TaskState, epoch: number): boolean {
  return (session.status === 'running' ? session.runningSince : lastLifecycle) > epoch;
}
