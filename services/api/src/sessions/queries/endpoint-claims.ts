import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';

export interface EndpointClaim {
  readonly endpoint: string;
  readonly sessionId: string;
  readonly collectorId: string;
}

export interface EndpointClaims {
  /** Finds a session on another collector that reads one of these exclusive endpoints. @throws DatabaseUnavailable */
  elsewhere(
    endpoints: readonly string[],
    than: { readonly sessionId: string; readonly collectorId: string },
  ): Promise<EndpointClaim | undefined>;
}

export function endpointClaims(database: Database): EndpointClaims {
  return {
    elsewhere: async (endpoints, { sessionId, collectorId }) => {
      const { rows } = await sql<{ endpoint: string; session_id: string; collector_id: string }>`
        select endpoint, sessions.session_id, sessions.collector_id
        from sessions
        cross join lateral (
          select data from session_events
          where session_events.session_id = sessions.session_id and data ? 'needs'
          order by sequence desc limit 1
        ) as latest
        cross join lateral jsonb_array_elements_text(latest.data->'needs'->'endpoints') as needed (endpoint)
        where sessions.status = 'running' and sessions.collector_id is not null
          and sessions.session_id <> ${sessionId} and sessions.collector_id <> ${collectorId}
          and endpoint = any(${endpoints}::text[])
        limit 1`.execute(database);
      const [first] = rows;
      return (
        first && {
          endpoint: first.endpoint,
          sessionId: first.session_id,
          collectorId: first.collector_id,
        }
      );
    },
  };
}
