import {
  ageMs,
  cleanablePageSchema,
  cleanedUpSchema,
  cleanupBodySchema,
  cleanupQuerySchema,
} from '@holdfast/shared/contracts/http/cleanup-http.ts';
import type { Database } from '../../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import type { LogGuard } from '../projection/log-guard.ts';
import { cleanUp } from './clean-up.ts';
import { countCleanable, listCleanable } from './cleanable-sessions.ts';

export interface CleanupSources {
  readonly database: Database;
  readonly logGuard: Pick<LogGuard, 'doubt'>;
}

export function cleanupRoutes({ database, logGuard }: CleanupSources): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/system/cleanup',
      role: 'viewer',
      sites: 'all',
      tag: 'System',
      summary: 'List ended sessions that a cleanup would remove',
      about: 'Oldest first. `older_than` is `12h`, `30d` or `8w`, from `1h` to `3650d`.',
      schema: { querystring: cleanupQuerySchema, response: { 200: cleanablePageSchema } },
      handler: async ({ query: { older_than, status, limit, cursor } }) => {
        const criteria = { endedBefore: timeAgo(older_than), statuses: status };
        const after = decodeCursor(cursor) ?? 0;
        const [{ cleanable, recoverable }, { sessions, next }] = await Promise.all([
          countCleanable(database, criteria),
          listCleanable(database, criteria, { after, limit }),
        ]);
        return {
          ended_before: criteria.endedBefore.toISOString(),
          count: cleanable,
          recoverable,
          results: sessions.map(({ session_id, started_at, stopped_at, first_sequence: _, ...session }) => ({
            id: session_id,
            ...session,
            started_at: started_at.toISOString(),
            stopped_at: stopped_at?.toISOString() ?? null,
          })),
          next_cursor: encodeCursor(next),
        };
      },
    }),
    route({
      method: 'POST',
      url: '/api/system/cleanup',
      role: 'engineer',
      sites: 'all',
      action: 'session.cleanup',
      tag: 'System',
      summary: 'Remove ended sessions from the read model',
      about:
        'Their events, counters and gaps are removed from the lists; stored values and the event log remain. A failed session that can be recovered stays. `limit_reached`: there may be more.',
      schema: { body: cleanupBodySchema, response: { 200: cleanedUpSchema } },
      handler: async (request) => {
        // If the log is lost, the read model is all that is left of it.
        const doubt = logGuard.doubt();
        if (doubt) throw doubt;
        const { older_than, status, limit } = request.body;
        const endedBefore = timeAgo(older_than);
        const { removed, limitReached } = await cleanUp(
          database,
          { endedBefore, statuses: status },
          { limit },
        );
        request.log.info({ older_than, status, removed }, 'sessions were cleaned away');
        return { ended_before: endedBefore.toISOString(), removed, limit_reached: limitReached };
      },
    }),
  ];
}

function timeAgo(olderThan: string): Date {
  return new Date(Date.now() - (ageMs(olderThan) ?? Number.POSITIVE_INFINITY));
}
