import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { evolve } from '@holdfast/shared/domain/session/evolve.ts';
import { neverStarted, type SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';

/** Reads from the log how a session ended that later runs of its task have followed. @throws StoreUnavailable */
export async function readEarlierRun(
  events: EventStore,
  taskId: string,
  sessionId: string,
): Promise<Exclude<SessionState, { status: 'never_started' }> | undefined> {
  let state: SessionState = neverStarted;
  for await (const { message, sequence } of events.read(subjects.lifecycle(taskId))) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind !== 'lifecycle' || decoded.event.sessionId !== sessionId) continue;
    state = evolve(state, { event: decoded.event, sequence, time: decoded.metadata.time });
  }
  return state.status === 'never_started' ? undefined : state;
}
