import {
  type OwnershipPage,
  ownershipPageSchema,
  ownershipQuerySchema,
} from '@holdfast/shared/contracts/http/ownership-http.ts';
import { bucketsOf, lifeOf } from '../accounting/ribbon.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type Route, route } from '../http/route.ts';
import { timeAsked } from '../http/time-asked.ts';
import { EvidenceHead, sessionOf } from './evidence.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { heldEvidenceOf } from './held-evidence.ts';
import { sessionsWithin } from './sessions-within.ts';
import { taskPeriods } from './task-periods.ts';

/** Route for who held which session when, and what each change of holder cost. */
export function ownershipRoute(sources: EvidenceSources): Route {
  const { database } = sources.accounting;
  return route({
    method: 'GET',
    url: '/api/acquisition/ownership',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'See who held which session when',
    about:
      '`spans` of each session: the holder, its epoch, reason, start and end, and `missing_before`, the ticks that the change cost. `read_twice` should always be null.',
    schema: { querystring: ownershipQuerySchema, response: { 200: ownershipPageSchema } },
    handler: async (request): Promise<OwnershipPage> => {
      const { limit, cursor, from, to, ...filter } = request.query;
      const time = timeAsked({ from, to });
      const { rows, next } = await sessionsWithin(database, {
        ...filter,
        ...time,
        sites: request.grantedSites,
        limit,
        before: decodeCursor(cursor),
      });
      const head = new EvidenceHead(time);
      const results: OwnershipPage['results'] = [];
      for await (const { row, past, spans, spansLeftOut } of heldEvidenceOf(sources, rows, time, head)) {
        results.push({
          ...sessionOf(row),
          is_latest: row.is_latest,
          periods: await taskPeriods(sources.accounting.plans, row, past.legs),
          error_message: row.status === 'error' ? row.error_message : null,
          life: lifeOf({ status: row.status, intervals: past.intervals }, bucketsOf(time.from, time.to, 1)),
          spans,
          spans_left_out: spansLeftOut,
        });
      }
      return { ...head.view(), results, next_cursor: encodeCursor(next) };
    },
  });
}
