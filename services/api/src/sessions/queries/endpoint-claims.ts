import { isNamedEndpoint, ownAddresses } from '@holdfast/shared/runtime/named-endpoints.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';

export interface EndpointClaim {
  readonly endpoint: string;
  readonly sessionId: string;
  readonly collectorId: string;
}

export interface EndpointClaims {
  /**
   * Finds a session on another collector that reads one of these exclusive endpoints, whatever it calls it: named
   * endpoints count at the addresses that their collectors resolve. Without an answer an endpoint counts by its name.
   * @throws DatabaseUnavailable
   */
  elsewhere(
    endpoints: readonly string[],
    than: { readonly sessionId: string; readonly collectorId: string },
  ): Promise<EndpointClaim | undefined>;
}

/** The addresses at which a collector reaches named endpoints, by endpoint. @throws when it does not answer */
export type AddressesOf = (
  collectorId: string,
  endpoints: readonly string[],
) => Promise<Readonly<Record<string, readonly string[]>>>;

export function endpointClaims(database: Database, addressesOf: AddressesOf): EndpointClaims {
  const located = async (
    collectorId: string,
    endpoints: readonly string[],
  ): Promise<Map<string, string[]>> => {
    const hostNames = endpoints.filter(isNamedEndpoint);
    const answer = hostNames.length === 0 ? {} : await addressesOf(collectorId, hostNames).catch(() => ({}));
    const addresses = new Map(Object.entries(answer));
    return new Map(
      endpoints.map((endpoint) => [
        endpoint,
        [endpoint, ...ownAddresses(endpoint, addresses.get(endpoint) ?? [])],
      ]),
    );
  };
  return {
    elsewhere: async (endpoints, than) => {
      const claims = await claimsElsewhere(database, than);
      if (claims.length === 0) return undefined;
      const places = new Set([...(await located(than.collectorId, endpoints)).values()].flat());
      const spelledAlike = claims.find(({ endpoint }) => places.has(endpoint));
      if (spelledAlike) return spelledAlike;
      const byCollector = Map.groupBy(claims, (claim) => claim.collectorId);
      const matches = [...byCollector].map(async ([collectorId, ofCollector]) => {
        const placesOf = await located(collectorId, [
          ...new Set(ofCollector.map(({ endpoint }) => endpoint)),
        ]);
        return ofCollector.find(({ endpoint }) => placesOf.get(endpoint)?.some((place) => places.has(place)));
      });
      return (await Promise.all(matches)).find((claim) => claim !== undefined);
    },
  };
}

/** Exclusive endpoints of all sessions that other collectors read. */
async function claimsElsewhere(
  database: Database,
  { sessionId, collectorId }: { readonly sessionId: string; readonly collectorId: string },
): Promise<EndpointClaim[]> {
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
      and sessions.session_id <> ${sessionId} and sessions.collector_id <> ${collectorId}`.execute(database);
  return rows.map((row) => ({
    endpoint: row.endpoint,
    sessionId: row.session_id,
    collectorId: row.collector_id,
  }));
}
