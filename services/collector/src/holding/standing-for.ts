import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { AssignmentHandle } from '../ports.ts';

/** A message that stands for the assignment which it has pushed off their common subject. */
export function standingFor(assignment: Assignment, message: AssignmentHandle): AssignmentHandle {
  return {
    taskId: message.taskId,
    assignment,
    keepAlive: () => message.keepAlive(),
    done: () => message.done(),
    giveBack: () => message.giveBack(),
  };
}
