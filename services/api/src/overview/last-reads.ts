import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';

/** The time when a value of each session was last read, as RFC 3339, if it was stored. @throws DatabaseUnavailable */
export async function lastReads(
  database: Database,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ session_id: string; last: Date | null }>`
    select session_id, max(last_read_time) as last from session_counters
    where session_id = any(${[...sessionIds]}::text[]) group by session_id`.execute(database);
  return new Map(rows.flatMap(({ session_id, last }) => (last ? [[session_id, last.toISOString()]] : [])));
}
