import type { ReasonWords, Recorded } from '../session/events.ts';
import type { SessionState } from '../session/state.ts';
import type { AssignReason, PlacementEvent, ReleaseReason } from './events.ts';

/** The last placement of a task's session, whether or not it still counts: see {@link currentPlacement}. */
export type PlacementState = NeverPlaced | Assigned | Released;

export interface NeverPlaced {
  readonly situation: 'never_placed';
}

export interface Assigned {
  readonly situation: 'assigned';
  readonly sessionId: string;
  readonly collectorId: string;
  /** Stream sequence of the `session.assigned` event: the fencing token. */
  readonly epoch: number;
  /** The version with which the placement was given; the session may have changed since. */
  readonly configVersion: number;
  readonly reason: AssignReason;
  readonly refusals: number;
}

export interface Released {
  readonly situation: 'released';
  readonly sessionId: string;
  /** The former holder and its epoch. */
  readonly collectorId: string;
  readonly epoch: number;
  readonly reason: ReleaseReason;
  readonly detail: ReasonWords;
  readonly refusals: number;
}

export const neverPlaced: NeverPlaced = { situation: 'never_placed' };

export function evolvePlacement(
  _state: PlacementState,
  { event, sequence }: Recorded<PlacementEvent>,
): PlacementState {
  switch (event.type) {
    case 'session.assigned':
      return {
        situation: 'assigned',
        sessionId: event.sessionId,
        collectorId: event.collectorId,
        epoch: sequence,
        configVersion: event.configVersion,
        reason: event.reason,
        refusals: event.refusals,
      };
    case 'session.released':
      return {
        situation: 'released',
        sessionId: event.sessionId,
        collectorId: event.collectorId,
        epoch: event.epoch,
        reason: event.reason,
        detail: event.detail,
        refusals: event.refusals,
      };
    default:
      return event satisfies never;
  }
}

/**
 * The placement that gives the right to poll, if there is one. It must be of the session that runs now and
 * younger than the event that made it run: a pause, a stop or a recovery ends every placement before it without
 * a placement event of its own, so that stopping needs no supervisor.
 */
export function currentPlacement(session: SessionState, placement: PlacementState): Assigned | undefined {
  if (session.status !== 'running' || placement.situation !== 'assigned') return undefined;
  if (placement.sessionId !== session.session.sessionId) return undefined;
  return placement.epoch > session.runningSince ? placement : undefined;
}
