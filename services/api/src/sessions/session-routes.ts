import { pageQuerySchema } from '@holdfast/shared/contracts/http/page.ts';
import {
  activeSessionsQuerySchema,
  activeSessionsSchema,
  type SessionLiveView,
  type SessionThenOrNow,
  type SessionView,
  type Storing,
  sessionEventPageSchema,
  sessionListQuerySchema,
  sessionLiveViewSchema,
  sessionPageSchema,
  sessionQuerySchema,
  sessionThenOrNowSchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type PollingPlans, shortestPeriodMs } from '../accounting/polling-plans.ts';
import type { Database } from '../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { timeOf } from '../http/relative-time.ts';
import { notFound, validationFailed } from '../problems/api-problem.ts';
import { knownSession } from './known-session.ts';
import type { LiveStatus } from './live-status/live-status.ts';
import type { WaitingNotices } from './live-status/waiting-notices.ts';
import type { CurrentSessions } from './queries/current-sessions.ts';
import { sessionAt } from './queries/session-at.ts';
import { listSessionEvents } from './queries/session-queries.ts';
import { type NamedSessionRow, sessionView } from './queries/session-view.ts';
import { freshWithin } from './recovery/compare-session.ts';
import { placedSince, planOf } from './recovery/recovery-view.ts';
import { type StoringSources, storingOfSessions } from './storing/storing-of-sessions.ts';

const params = z.object({ id: z.string().describe('Session id') });
const pageSize = 500;

/** Below /api/acquisition/sessions. */
export function sessionRoutes(options: {
  database: Database;
  current: Pick<CurrentSessions, 'find' | 'list'>;
  liveStatus: Pick<LiveStatus, 'totals'>;
  waiting: Pick<WaitingNotices, 'of'>;
  storing: StoringSources & { readonly plans: Pick<PollingPlans, 'of'> };
}): FastifyPluginCallbackZod {
  const { database, current, liveStatus, waiting, storing } = options;
  const viewOf = (row: NamedSessionRow, now: Date) => sessionView(row, now, waiting.of(row.task_id));

  const page = async (filter: {
    statuses: readonly SessionStatus[] | undefined;
    task?: string | undefined;
    limit: number;
    cursor: string | undefined;
  }) => {
    const { rows, next } = await current.list({ ...filter, before: decodeCursor(filter.cursor) });
    const now = new Date();
    return { results: rows.map((row) => viewOf(row, now)), next_cursor: encodeCursor(next) };
  };

  const all = async (statuses: readonly SessionStatus[]): Promise<SessionView[]> => {
    const sessions: SessionView[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { results, next_cursor } = await page({ statuses, limit: pageSize, cursor });
      sessions.push(...results);
      cursor = next_cursor;
    }
    return sessions;
  };

  const known = (sessionId: string) => knownSession(database, sessionId, (id) => current.find(id));

  const storingOf = async (row: NamedSessionRow, view: SessionView): Promise<Storing | null> => {
    const plan = await planOf(storing.plans, row);
    const session = {
      sessionId: row.session_id,
      placedMs: placedSince(view),
      plan,
      freshWithinMs: freshWithin(plan && shortestPeriodMs(plan)),
    };
    return (await storingOfSessions(storing, [session], new Date())).get(row.session_id) ?? null;
  };

  const then = async (row: NamedSessionRow, text: string): Promise<SessionThenOrNow> => {
    const now = new Date();
    const at = timeOf('at', text, now);
    if (at > now) throw validationFailed([{ path: 'at', message: 'must not lie in the future' }]);
    const past = await sessionAt(database, row, at);
    if (!past) {
      throw notFound(
        'session_not_started_yet',
        `Session ${row.session_id} was started at ${row.started_at.toISOString()}, after ${at.toISOString()}.`,
      );
    }
    return { ...sessionView(past, at), at: at.toISOString(), last_sequence: past.last_sequence };
  };

  return (app, _options, done) => {
    app.get(
      '/',
      { schema: { querystring: sessionListQuerySchema, response: { 200: sessionPageSchema } } },
      ({ query: { status, task, limit, cursor } }) => page({ statuses: status, task, limit, cursor }),
    );
    app.get(
      '/active',
      { schema: { querystring: activeSessionsQuerySchema, response: { 200: activeSessionsSchema } } },
      async ({ query: { status, limit, cursor } }, reply) => {
        if (limit === undefined && cursor === undefined) return all(status);
        const { results, next_cursor } = await page({ statuses: status, limit: limit ?? pageSize, cursor });
        if (next_cursor !== null)
          reply.header('link', nextPage({ status, limit: limit ?? pageSize, cursor: next_cursor }));
        return results;
      },
    );
    app.get(
      '/:id',
      {
        schema: { params, querystring: sessionQuerySchema, response: { 200: sessionThenOrNowSchema } },
      },
      async (request): Promise<SessionThenOrNow> => {
        const row = await known(request.params.id);
        const { at } = request.query;
        return at ? then(row, at) : viewOf(row, new Date());
      },
    );
    app.get(
      '/:id/status',
      { schema: { params, response: { 200: sessionLiveViewSchema } } },
      async (request): Promise<SessionLiveView> => {
        const row = await known(request.params.id);
        const totals = await liveStatus.totals(row.session_id);
        const view = viewOf(row, new Date());
        return {
          ...view,
          session_id: view.id,
          points_read: totals.pointsRead,
          error_count: totals.errorCount,
          last_read_time: totals.lastReadTime?.toISOString() ?? null,
          storing: row.status === 'running' ? await storingOf(row, view) : null,
          metadata: { ...view.metadata, device_health: totals.deviceHealth },
        };
      },
    );
    app.get(
      '/:id/events',
      { schema: { params, querystring: pageQuerySchema, response: { 200: sessionEventPageSchema } } },
      async (request) => {
        const { session_id } = await known(request.params.id);
        const { limit, cursor } = request.query;
        const { events, next } = await listSessionEvents(database, {
          sessionId: session_id,
          after: decodeCursor(cursor) ?? 0,
          limit,
        });
        return { results: events, next_cursor: encodeCursor(next) };
      },
    );
    done();
  };
}

/** RFC 8288; without a host, since only the caller knows by which name it reaches this one. */
function nextPage({
  status,
  limit,
  cursor,
}: {
  status: readonly string[];
  limit: number;
  cursor: string;
}): string {
  const query = new URLSearchParams({ status: status.join(','), limit: String(limit), cursor });
  return `</api/acquisition/sessions/active/?${query}>; rel="next"`;
}
