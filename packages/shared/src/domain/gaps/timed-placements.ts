import { type AssignReason, isHandOver, type PlacementEvent } from '../placement/events.ts';

export interface TimedPlacement {
  /** ms since 1970 */
  readonly timeMs: number;
  readonly epoch: number;
  readonly reason: AssignReason;
  /** When the session was taken from its former holder, which read it until then. */
  readonly releasedMs?: number | undefined;
}

export interface TimedPlacementEvent {
  readonly event: PlacementEvent;
  readonly sequence: number;
  readonly timeMs: number;
}

/** The assignments of a session, from the events of its placement, both oldest first. */
export function timedPlacements(events: readonly TimedPlacementEvent[]): TimedPlacement[] {
  let releasedMs: number | undefined;
  return events.flatMap(({ event, sequence, timeMs }) => {
    if (event.type === 'session.released') {
      releasedMs = isHandOver(event.reason) ? timeMs : undefined;
      return [];
    }
    const placement = {
      timeMs,
      epoch: sequence,
      reason: event.reason,
      ...(isHandOver(event.reason) && { releasedMs }),
    };
    releasedMs = undefined;
    return [placement];
  });
}
