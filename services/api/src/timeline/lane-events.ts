import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { isAbnormalEvent } from '../sessions/queries/abnormal-events.ts';
import type { LaneEvent } from './log-lanes.ts';

/** Newest events shown; older ones are left out. A session that fails every ten seconds has as many in a day. */
const atMost = 50_000;

export interface LaneEvents {
  /** Oldest first. */
  readonly events: readonly LaneEvent[];
  /** Number of holders before the first of these events. */
  readonly holdersBefore: number;
  readonly isCut: boolean;
}

/** The events of a session before a time. @throws DatabaseUnavailable */
export async function laneEvents(database: Database, sessionId: string, to: Date): Promise<LaneEvents> {
  const rows = await database
    .selectFrom('session_events')
    .select(['sequence', 'type', 'time'])
    .select([
      sql<string | null>`data->>'by'`.as('by'),
      sql<string | null>`data->>'reason'`.as('reason'),
      sql<string | null>`data->>'collector_id'`.as('collector_id'),
      isAbnormalEvent.as('is_abnormal'),
    ])
    .where('session_id', '=', sessionId)
    .where('time', '<', to)
    .orderBy('sequence', 'desc')
    .limit(atMost)
    .execute();
  const events = rows.reverse().flatMap(({ sequence, type, time, by, reason, collector_id, is_abnormal }) =>
    time === null
      ? []
      : [
          {
            ...{ sequence, by, reason, type: type.replace(/^session\./, ''), timeMs: time.getTime() },
            ...{ collectorId: collector_id, isAbnormal: is_abnormal },
          },
        ],
  );
  const [oldest] = rows;
  if (rows.length < atMost || !oldest) return { events, holdersBefore: 0, isCut: false };
  const { count } = await database
    .selectFrom('session_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('session_id', '=', sessionId)
    .where('type', '=', 'session.assigned')
    .where('sequence', '<', oldest.sequence)
    .executeTakeFirstOrThrow();
  return { events, holdersBefore: Number(count), isCut: true };
}
