import {
  type RecoveryView,
  recoveryQuerySchema,
  recoverySchema,
} from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { timeOf } from '../../times/relative-time.ts';
import { type Recovery, type RecoverySources, recoveryView } from './recovery-view.ts';

/** /api/acquisition/recovery: what should run compared with what does. */
export function recoveryRoutes(sources: RecoverySources): Route[] {
  let underWay: Promise<Recovery> | undefined;
  /** Callers that ask at the same time for everything share one comparison. */
  const compared = (sites: GrantedSites, since: string | undefined): Promise<Recovery> => {
    if (since) return recoveryView(sources, sites, timeOf('since', since, new Date()));
    if (sites !== 'everywhere') return recoveryView(sources, sites);
    underWay ??= recoveryView(sources, sites).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/recovery',
      role: 'viewer',
      sites: 'own',
      tag: 'Sessions',
      summary: 'Compare what should run with what runs',
      about:
        'For monitors: `expected` sessions should run; `actual` ones do and are stored, `missing` ones are not, `unknown` ones may be, `starting` ones are younger than a period and 2 s. `unexpected` ones are read although they should not be. `disagreements` of a session say what does not fit.',
      schema: { querystring: recoveryQuerySchema, response: { 200: recoverySchema } },
      handler: async (request): Promise<RecoveryView> => {
        const { limit, cursor, only, since } = request.query;
        const before = decodeCursor(cursor) ?? Number.POSITIVE_INFINITY;
        const { sessions, ...rest } = await compared(request.grantedSites, since);
        const actual = sessions.filter(({ is_actual }) => is_actual);
        const starting = sessions.filter(({ is_starting }) => is_starting);
        const unknown = sessions.filter(({ is_unknown }) => is_unknown);
        const missing = sessions.filter((each) => !each.is_actual && !each.is_starting && !each.is_unknown);
        const listed = sessions.filter(({ first_sequence, disagreements }) => {
          return first_sequence < before && (only !== 'disagreements' || disagreements.length > 0);
        });
        const page = listed.slice(0, limit);
        const idsOf = (list: typeof sessions) => list.map(({ session_id }) => session_id);
        return {
          ...rest,
          expected: sessions.length,
          actual: actual.length,
          missing: missing.length,
          starting: starting.length,
          unknown: unknown.length,
          unexpected: rest.unexpected_sessions.length,
          expected_sessions: idsOf(sessions),
          actual_sessions: idsOf(actual),
          missing_sessions: idsOf(missing),
          starting_sessions: idsOf(starting),
          unknown_sessions: idsOf(unknown),
          results: page,
          next_cursor: encodeCursor(listed.length > limit ? page.at(-1)?.first_sequence : undefined),
        };
      },
    }),
  ];
}
