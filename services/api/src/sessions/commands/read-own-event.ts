import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { evolve } from '@holdfast/shared/domain/session/evolve.ts';
import { neverStarted, type SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';

export interface OwnEvent {
  /** The state right after the event. */
  readonly state: Exclude<SessionState, { status: 'never_started' }>;
  readonly sequence: number;
  readonly event: SessionEvent;
}

/**
 * Reads from the log the event that the command with this id led to: the broker itself remembers ids for two minutes only.
 * @throws StoreUnavailable
 */
export async function readOwnEvent(
  events: EventStore,
  taskId: string,
  commandId: string,
): Promise<OwnEvent | undefined> {
  for await (const { message, sequence } of events.read(subjects.lifecycle(taskId))) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind !== 'lifecycle' || decoded.metadata.id !== commandId) continue;
    const { event, metadata } = decoded;
    const state = evolve(neverStarted, { event, sequence, time: metadata.time });
    if (state.status !== 'never_started') return { state, sequence, event };
  }
  return undefined;
}
