import {
  type DecodedSessionEvent,
  decodeSessionEvent,
  sessionEventVersion,
} from '@holdfast/shared/contracts/session-events.ts';
import type { Database } from '../../database/open-database.ts';

export type RecordedEvent = Exclude<DecodedSessionEvent, { kind: 'unreadable' }> & {
  /** Stream sequence in SESSIONS. */
  readonly sequence: number;
  /** ms since 1970, as the event's writer saw it. */
  readonly timeMs: number;
};

/** The events of one session that this release can read, in the order of the log. @throws DatabaseUnavailable */
export async function recordedEvents(database: Database, sessionId: string): Promise<RecordedEvent[]> {
  return (await recordedEventsOf(database, [sessionId])).get(sessionId) ?? [];
}

/** The same for several sessions, in one statement. @throws DatabaseUnavailable */
export async function recordedEventsOf(
  database: Database,
  sessionIds: readonly string[],
): Promise<Map<string, RecordedEvent[]>> {
  const rows = await database
    .selectFrom('session_events')
    .selectAll()
    .where('session_id', 'in', sessionIds)
    .where('problem', 'is', null)
    .orderBy('sequence')
    .execute();
  const bySession = new Map(sessionIds.map((id): [string, RecordedEvent[]] => [id, []]));
  for (const { sequence, session_id, type, time, event_id, source, data } of rows) {
    // Rows hold the data as they were projected.
    const decoded = decodeSessionEvent({
      specversion: '1.0',
      id: event_id,
      source,
      type,
      time: time?.toISOString(),
      subject: session_id,
      data: { ...data, schema_version: sessionEventVersion },
    });
    if (decoded.kind === 'unreadable' || !time) continue;
    bySession.get(session_id ?? '')?.push({ ...decoded, sequence, timeMs: time.getTime() });
  }
  return bySession;
}
