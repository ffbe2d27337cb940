import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { Database } from '../../database/open-database.ts';

/** Oldest first. */
export async function listSessionEvents(
  database: Database,
  filter: { sessionId: string; after: number; limit: number },
): Promise<{ events: SessionEventView[]; next: number | undefined }> {
  const rows = await database
    .selectFrom('session_events')
    .selectAll()
    .where('session_id', '=', filter.sessionId)
    .where('sequence', '>', filter.after)
    .orderBy('sequence')
    .limit(filter.limit + 1)
    .execute();
  const more = rows.length > filter.limit;
  const page = more ? rows.slice(0, filter.limit) : rows;
  return {
    events: page.map(({ sequence, session_id, type, time, source, data, problem }) => ({
      sequence,
      session_id,
      type,
      time: time?.toISOString() ?? null,
      source,
      data,
      problem,
    })),
    next: more ? page.at(-1)?.sequence : undefined,
  };
}
