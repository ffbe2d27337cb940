import { decodeSessionEvent } from '../contracts/session-events.ts';
import { parseSessionSubject, type SessionSubject } from '../contracts/subjects.ts';
import { evolvePlacement, neverPlaced, type PlacementState } from '../domain/placement/state.ts';
import { evolve } from '../domain/session/evolve.ts';
import { neverStarted, type SessionState } from '../domain/session/state.ts';
import type { StoredEvent } from '../event-store/event-store.ts';

/** Everything that the log says about a task at one sequence. */
export interface TaskState {
  readonly taskId: string;
  readonly session: SessionState;
  readonly placement: PlacementState;
  /** Sequence of the last event on each subject, 0 for none: what the next append must expect. */
  readonly lastLifecycle: number;
  readonly lastPlacement: number;
  /** 0 also for readers that leave warnings out, see `loadTask`. */
  readonly lastWarning: number;
  /** The latest session of the task that was warned of for its time, and when, or undefined while there is none. */
  readonly warned: { readonly sessionId: string; readonly at: string } | undefined;
  /** The trace of the request behind the last event of a subject, where that is known. */
  readonly traces: { readonly [A in SessionSubject['aspect']]?: string };
  /**
   * Set while this release cannot read the last event of a subject. The task is left as it is: the writer of that event
   * knows better. (A warning says nothing about where the task stands.)
   */
  readonly unreadable: { readonly [A in SessionSubject['aspect']]?: string };
}

export function newTaskState(taskId: string): TaskState {
  return {
    taskId,
    session: neverStarted,
    placement: neverPlaced,
    lastLifecycle: 0,
    lastPlacement: 0,
    lastWarning: 0,
    warned: undefined,
    traces: {},
    unreadable: {},
  };
}

/** Applies one event of the task's log. Never refuses. */
export function foldTask(state: TaskState, { subject, sequence, message }: StoredEvent): TaskState {
  const aspect = parseSessionSubject(subject)?.aspect;
  if (!aspect) return state;
  const decoded = decodeSessionEvent(message);
  const { [aspect]: _, ...unreadable } = state.unreadable;
  const { [aspect]: _trace, ...traces } = state.traces;
  const place = { [lastOf[aspect]]: sequence, traces };
  if (decoded.kind !== aspect) {
    const problem = decoded.kind === 'unreadable' ? decoded.problem : `${decoded.event.type} on ${subject}`;
    return { ...state, ...place, unreadable: { ...unreadable, [aspect]: problem } };
  }
  const { time, traceparent } = decoded.metadata;
  const common = {
    ...state,
    ...place,
    unreadable,
    ...(traceparent !== undefined && { traces: inOrder({ ...traces, [aspect]: traceparent }) }),
  };
  switch (decoded.kind) {
    case 'lifecycle':
      return { ...common, session: evolve(state.session, { event: decoded.event, sequence, time }) };
    case 'placement':
      return {
        ...common,
        placement: evolvePlacement(state.placement, { event: decoded.event, sequence, time }),
      };
    case 'warning':
      return { ...common, warned: { sessionId: decoded.event.sessionId, at: time } };
    default:
      return decoded satisfies never;
  }
}

/** The same text for the same state, whichever subject came first: states are compared as JSON. */
function inOrder({ lifecycle, placement }: TaskState['traces']): TaskState['traces'] {
  return { ...(lifecycle !== undefined && { lifecycle }), ...(placement !== undefined && { placement }) };
}

const lastOf = { lifecycle: 'lastLifecycle', placement: 'lastPlacement', warning: 'lastWarning' } as const;

export function isReadable(state: TaskState): boolean {
  return state.unreadable.lifecycle === undefined && state.unreadable.placement === undefined;
}
