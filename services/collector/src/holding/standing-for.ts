import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { AssignmentHandle } from '../ports.ts';

/** A message that holds the place of an assignment which it has pushed off its subject. */
export function standingFor(assignment: Assignment, message: AssignmentHandle): AssignmentHandle {
  return {
    taskId: message.taskId,
    assignment,
    keepAlive: () => message.keepAlive(),
    done: () => message.done(),
    giveBack: () => message.giveBack(),
  };
}
