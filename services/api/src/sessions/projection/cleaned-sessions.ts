import type { Transaction } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import type { Tables } from '../../database/tables.ts';
import type { SessionLog } from '../../ports.ts';

/** By session id: its events up to this sequence were removed from the read model and stay away from it. */
export type CleanedSessions = ReadonlyMap<string, number>;

export async function readCleaned(
  transaction: Transaction<Tables>,
  sessionIds: readonly string[],
): Promise<CleanedSessions> {
  if (sessionIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('cleaned_sessions')
    .select(['session_id', 'last_sequence'])
    .where('session_id', 'in', sessionIds)
    .execute();
  return new Map(rows.map((row) => [row.session_id, row.last_sequence]));
}

/** The highest sequence that was cleaned up, 0 when none was. @throws DatabaseUnavailable */
export async function lastCleaned(database: Database): Promise<number> {
  const { last } = await database
    .selectFrom('cleaned_sessions')
    .select((select) => select.fn.max('last_sequence').as('last'))
    .executeTakeFirstOrThrow();
  return last ?? 0;
}

/** When a session was cleaned up, or undefined if it was not. @throws DatabaseUnavailable */
export async function cleanedAt(database: Database, sessionId: string): Promise<Date | undefined> {
  const row = await database
    .selectFrom('cleaned_sessions')
    .select('cleaned_at')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return row?.cleaned_at;
}

/**
 * Forgets which sessions of another log were cleaned up: in this log the same ids mean other sessions. A log is only
 * ever added to, so two logs with the same event at one sequence are the same up to there; the last such place is found
 * by halving. Needed only when the read model is built again, maybe with an exchanged or set-back log.
 * @returns how many were forgotten
 * @throws what the log throws when the broker is unavailable, DatabaseUnavailable
 */
export async function forgetCleanedOfOtherLogs(database: Database, log: SessionLog): Promise<number> {
  const cleaned = await database
    .selectFrom('cleaned_sessions')
    .select(['last_sequence', 'last_event_id'])
    .orderBy('last_sequence')
    .execute();
  let same = 0;
  let end = cleaned.length;
  while (same < end) {
    const middle = (same + end) >> 1;
    const at = cleaned[middle];
    const event = at && (await log.eventAt(at.last_sequence));
    const id = (event?.message as { id?: unknown } | null | undefined)?.id;
    if (at && id === at.last_event_id) same = middle + 1;
    else end = middle;
  }
  if (same === cleaned.length) return 0;
  await database
    .deleteFrom('cleaned_sessions')
    .where('last_sequence', '>', cleaned[same - 1]?.last_sequence ?? 0)
    .execute();
  return cleaned.length - same;
}
