import { decodeSessionEvent } from '../contracts/session-events.ts';
import { parseSessionSubject } from '../contracts/subjects.ts';
import { evolvePlacement, neverPlaced, type PlacementState } from '../domain/placement/state.ts';
import { evolve } from '../domain/session/evolve.ts';
import { neverStarted, type SessionState } from '../domain/session/state.ts';
import type { StoredEvent } from './event-store.ts';

/** Everything that the log says about a task at one sequence. */
export interface TaskState {
  readonly taskId: string;
  readonly session: SessionState;
  readonly placement: PlacementState;
  /** Sequence of the last event on each subject, 0 for none: what the next append must expect. */
  readonly lastLifecycle: number;
  readonly lastPlacement: number;
  /**
   * Set while the last event of a subject is one that this release cannot read. The task is left as it is:
   * whoever wrote that event knows better.
   */
  readonly unreadable: { readonly lifecycle?: string; readonly placement?: string };
}

export function newTaskState(taskId: string): TaskState {
  return {
    taskId,
    session: neverStarted,
    placement: neverPlaced,
    lastLifecycle: 0,
    lastPlacement: 0,
    unreadable: {},
  };
}

/** Applies one event of the task's log. Never refuses. */
export function foldTask(state: TaskState, { subject, sequence, message }: StoredEvent): TaskState {
  const aspect = parseSessionSubject(subject)?.aspect;
  if (!aspect) return state;
  const decoded = decodeSessionEvent(message);
  const { [aspect]: _, ...unreadable } = state.unreadable;
  const place = aspect === 'lifecycle' ? { lastLifecycle: sequence } : { lastPlacement: sequence };
  if (decoded.kind !== aspect) {
    const problem = decoded.kind === 'unreadable' ? decoded.problem : `${decoded.event.type} on ${subject}`;
    return { ...state, ...place, unreadable: { ...unreadable, [aspect]: problem } };
  }
  const time = decoded.metadata.time;
  return decoded.kind === 'lifecycle'
    ? {
        ...state,
        ...place,
        unreadable,
        session: evolve(state.session, { event: decoded.event, sequence, time }),
      }
    : {
        ...state,
        ...place,
        unreadable,
        placement: evolvePlacement(state.placement, { event: decoded.event, sequence, time }),
      };
}

export function isReadable(state: TaskState): boolean {
  return state.unreadable.lifecycle === undefined && state.unreadable.placement === undefined;
}
