import { timelineQuerySchema, timelineSchema } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import * as z from 'zod';
import { type Route, route } from '../../http/route.ts';
import { validationFailed } from '../../problems/problem.ts';
import { requireSession } from '../../sessions/require-session.ts';
import { timeOf } from '../../times/relative-time.ts';
import { sessionTimeline, type TimelineSources } from './session-timeline.ts';

const params = z.object({ id: z.string().describe('Session id') });

/** The past of a session, as a screen draws it. */
export function timelineRoutes(sources: TimelineSources): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id/timeline',
      role: 'viewer',
      sites: ({ params: { id } }: { params: z.infer<typeof params> }) => ({ pastSessions: [id] }),
      tag: 'Sessions',
      summary: 'See what happened to a session over time',
      about:
        'States, holders, device states, gaps, ticks and events for a chart. What is shorter than a bucket is merged (`joined`), so the size of the answer does not depend on the number of events.',
      schema: { params, querystring: timelineQuerySchema, response: { 200: timelineSchema } },
      handler: async ({ params: { id }, query: { from, to, buckets }, grantedSites: sites }) => {
        const session = await requireSession(sources.accounting.database, id);
        const now = new Date();
        const begin = from ? timeOf('from', from, now) : session.started_at;
        const end = to ? timeOf('to', to, now) : (session.stopped_at ?? now);
        if (begin >= end)
          throw validationFailed([{ path: 'from', message: fieldText('must_be_before', { other: 'to' }) }]);
        return sessionTimeline(sources, session, { from: begin, to: end, buckets, sites });
      },
    }),
  ];
}
