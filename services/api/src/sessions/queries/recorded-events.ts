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
  const rows = await database
    .selectFrom('session_events')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('problem', 'is', null)
    .orderBy('sequence')
    .execute();
  return rows.flatMap(({ sequence, type, time, event_id, source, data }) => {
    // Rows hold the data as they were projected.
    const decoded = decodeSessionEvent({
      specversion: '1.0',
      id: event_id,
      source,
      type,
      time: time?.toISOString(),
      subject: sessionId,
      data: { ...data, schema_version: sessionEventVersion },
    });
    if (decoded.kind === 'unreadable' || !time) return [];
    return [{ ...decoded, sequence, timeMs: time.getTime() }];
  });
}
