import {
  type SessionSummaryPage,
  sessionSummaryPageSchema,
  sessionSummaryQuerySchema,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { localize } from '../../problems/localize.ts';
import { validationFailed } from '../../problems/problem.ts';
import { timeOf } from '../../times/relative-time.ts';
import { bucketsOf } from '../accounting/ribbon.ts';
import { type SummarySources, sessionSummary } from './session-summary.ts';
import { overviewText } from './texts.ts';

const dayMs = 86_400_000;

const brokerNotAsked = () => ({
  what: 'broker' as const,
  detail: localize(overviewText('nats_does_not_answer_now')),
});

/** /api/acquisition/sessions/summary: everything that a list of sessions shows, in one call. */
export function summaryRoutes(sources: SummarySources): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/summary',
      role: 'viewer',
      sites: 'own',
      tag: 'Sessions',
      summary: 'See all sessions at a glance',
      schema: { querystring: sessionSummaryQuerySchema, response: { 200: sessionSummaryPageSchema } },
      handler: async (request): Promise<SessionSummaryPage> => {
        const { from, to, buckets: count, status, attention, limit, cursor, ...query } = request.query;
        const now = new Date();
        const end = to ? timeOf('to', to, now) : new Date(now.getTime() - onItsWayMs);
        const begin = from ? timeOf('from', from, now) : new Date(Math.max(0, end.getTime() - dayMs));
        if (begin >= end)
          throw validationFailed([{ path: 'from', message: fieldText('must_be_before', { other: 'to' }) }]);
        // A tick that is not due yet cannot be missing.
        const buckets = bucketsOf(begin, end > now ? now : end, count);
        if (buckets.toMs <= buckets.fromMs) {
          throw validationFailed([{ path: 'from', message: fieldText('not_in_the_future') }]);
        }
        const { results, next, counts, leftOut, brokerWasAsked } = await sessionSummary(
          sources,
          {
            ...query,
            sites: request.grantedSites,
            statuses: status,
            onlyAttention: attention === 'true',
            limit,
            offset: decodeCursor(cursor) ?? 0,
          },
          buckets,
        );
        return {
          as_of: now.toISOString(),
          from: begin.toISOString(),
          to: new Date(buckets.toMs).toISOString(),
          bucket_seconds: buckets.bucketMs / 1_000,
          buckets: count,
          counts,
          left_out: leftOut,
          not_asked: brokerWasAsked ? [] : [brokerNotAsked()],
          results: [...results],
          next_cursor: encodeCursor(next),
        };
      },
    }),
  ];
}
