import { collectorsSchema } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { Collectors } from '../ports.ts';

/** Below /api/system/collectors. */
export function collectorRoutes(sources: {
  readonly database: Database;
  readonly collectors: Pick<Collectors, 'list'>;
}): FastifyPluginCallbackZod {
  const { database, collectors } = sources;
  return (app, _options, done) => {
    app.get('/', { schema: { response: { 200: collectorsSchema } } }, async () => {
      const [known, held] = await Promise.all([
        collectors.list(),
        sql<{ collector_id: string; sessions: number }>`
          select collector_id, count(*)::integer as sessions from sessions
          where status = 'running' and placement_state = 'placed' group by collector_id`.execute(database),
      ]);
      const sessionsOf = new Map(held.rows.map((row) => [row.collector_id, row.sessions]));
      return {
        results: known.map(({ id, state, host, startedAt, capacity, labels }) => ({
          id,
          state,
          host,
          started_at: startedAt,
          capacity,
          sessions: sessionsOf.get(id) ?? 0,
          labels: { ...labels },
        })),
      };
    });
    done();
  };
}
