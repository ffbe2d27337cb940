import {
  activeSessionsQuerySchema,
  activeSessionsSchema,
  type ListedSession,
  type SessionLiveView,
  type SessionThenOrNow,
  type SessionView,
  type Storing,
  sessionEventPageSchema,
  sessionEventsQuerySchema,
  sessionListQuerySchema,
  sessionLiveViewSchema,
  sessionPageSchema,
  sessionQuerySchema,
  sessionThenOrNowSchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import * as z from 'zod';
import type { GrantedSites } from '../access/granted-sites.ts';
import type { FindNewerConfigured } from '../configuration/newer-configured.ts';
import { findPlan, type PollingPlan } from '../configuration/polling-plans.ts';
import { isWholeAt, type VersionSites } from '../configuration/version-sites.ts';
import type { Database } from '../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type Route, route } from '../http/route.ts';
import { localizeHealthOfAll } from '../problems/localize-health.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { timeOf } from '../times/relative-time.ts';
import type { LiveStatus } from './live-status/live-status.ts';
import type { WaitingNotices } from './live-status/waiting-notices.ts';
import type { CurrentSessions } from './queries/current-sessions.ts';
import { listSessionEvents } from './queries/list-session-events.ts';
import { sessionAt } from './queries/session-at.ts';
import { type NamedSessionRow, sessionView } from './queries/session-view.ts';
import { shownEvent } from './queries/shown-event.ts';
import { freshWithin } from './recovery/compare-session.ts';
import { type PeriodSources, periodsToShow } from './recovery/period-to-show.ts';
import { placedSince } from './recovery/recovery-view.ts';
import { requireSession } from './require-session.ts';
import { pastShare, presentShare } from './session-share.ts';
import { type StoringSources, storingOf, storingOfSessions } from './storing/storing-of-sessions.ts';
import { sessionsText } from './texts.ts';

const params = z.object({ id: z.string().describe('Session id') });
const ofSession = ({ params: { id } }: { params: z.infer<typeof params> }) => ({ shownSessions: [id] });
const pastOfSession = ({ params: { id } }: { params: z.infer<typeof params> }) => ({ pastSessions: [id] });
const pageSize = 500;

export function sessionRoutes(options: {
  database: Database;
  current: Pick<CurrentSessions, 'find' | 'list'>;
  liveStatus: Pick<LiveStatus, 'totals'>;
  waiting: Pick<WaitingNotices, 'of'>;
  storing: StoringSources & PeriodSources;
  newerConfigured: FindNewerConfigured;
  versions: VersionSites;
}): Route[] {
  const { database, current, liveStatus, waiting, storing, newerConfigured, versions } = options;
  const viewOf = async (row: NamedSessionRow, now: Date, sites: GrantedSites) =>
    sessionView(row, now, waiting.of(row), await isWholeAt(sites, row, versions));

  const page = async (filter: {
    statuses: readonly SessionStatus[] | undefined;
    sites: GrantedSites;
    task?: string | undefined;
    limit: number;
    cursor: string | undefined;
  }) => {
    const { rows, next } = await current.list({ ...filter, before: decodeCursor(filter.cursor) });
    const isNewer = await newerConfigured(rows);
    const now = new Date();
    const results: ListedSession[] = [];
    for (const row of rows) {
      const view = await viewOf(row, now, filter.sites);
      results.push({ ...view, is_newer_configured: isNewer.get(row.session_id) ?? null });
    }
    return { results, next_cursor: encodeCursor(next) };
  };

  const all = async (statuses: readonly SessionStatus[], sites: GrantedSites): Promise<ListedSession[]> => {
    const sessions: ListedSession[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { results, next_cursor } = await page({ statuses, sites, limit: pageSize, cursor });
      sessions.push(...results);
      cursor = next_cursor;
    }
    return sessions;
  };

  const requireCurrentSession = (sessionId: string) =>
    requireSession(database, sessionId, (id) => current.find(id));

  const storingOfSession = async (
    row: NamedSessionRow,
    { view, plan }: { view: SessionView; plan: PollingPlan | undefined },
  ): Promise<Storing | null> => {
    const now = new Date();
    const periods = await periodsToShow(storing, [row], now.getTime());
    const session = {
      sessionId: row.session_id,
      placedMs: placedSince(view),
      plan,
      freshWithinMs: freshWithin(periods.get(row.session_id)),
    };
    return (await storingOfSessions(storing, [session], now)).get(row.session_id) ?? null;
  };

  const then = async (row: NamedSessionRow, text: string, sites: GrantedSites): Promise<SessionThenOrNow> => {
    const now = new Date();
    const at = timeOf('at', text, now);
    if (at > now) throw validationFailed([{ path: 'at', message: fieldText('not_in_the_future') }]);
    const past = await sessionAt(database, row, at);
    if (!past) {
      throw new Problem(
        'session_not_started_yet',
        sessionsText('session_not_started_yet', {
          sessionId: row.session_id,
          startedAt: row.started_at.toISOString(),
          at: at.toISOString(),
        }),
      );
    }
    const { isWhole } = await pastShare({ database, plans: storing.plans }, row, sites);
    return {
      ...sessionView(past, at, undefined, isWhole),
      at: at.toISOString(),
      last_sequence: past.last_sequence,
    };
  };

  return [
    route({
      method: 'GET',
      url: '/api/acquisition/sessions',
      role: 'viewer',
      sites: 'own',
      tag: 'Sessions',
      summary: 'List sessions, newest first',
      about:
        '`is_newer_configured`: the configuration of the task has changed since; null for a session that has ended.',
      schema: { querystring: sessionListQuerySchema, response: { 200: sessionPageSchema } },
      handler: (request) => {
        const { status, task, limit, cursor } = request.query;
        return page({ statuses: status, task, sites: request.grantedSites, limit, cursor });
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/active',
      role: 'viewer',
      sites: 'own',
      tag: 'Sessions',
      summary: 'List all running sessions',
      about: 'A bare array, newest first.',
      gives: { Link: 'The next page, where one was asked for: `<path>; rel="next"`' },
      schema: { querystring: activeSessionsQuerySchema, response: { 200: activeSessionsSchema } },
      handler: async (request, reply) => {
        const { status, limit = pageSize, cursor } = request.query;
        const sites = request.grantedSites;
        if (request.query.limit === undefined && cursor === undefined) return all(status, sites);
        const { results, next_cursor } = await page({ statuses: status, sites, limit, cursor });
        if (next_cursor !== null) reply.header('link', nextPage({ status, limit, cursor: next_cursor }));
        return results;
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id',
      role: 'viewer',
      sites: ({ params: { id }, query: { at } }) => (at ? { pastSessions: [id] } : { shownSessions: [id] }),
      tag: 'Sessions',
      summary: 'Read a session, now or as it was',
      about: '`at` folds the events up to that time. Needs no PostgreSQL.',
      schema: { params, querystring: sessionQuerySchema, response: { 200: sessionThenOrNowSchema } },
      handler: async (request): Promise<SessionThenOrNow> => {
        const row = await requireCurrentSession(request.params.id);
        const { at } = request.query;
        const sites = request.grantedSites;
        return at ? then(row, at, sites) : viewOf(row, new Date(), sites);
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id/status',
      role: 'viewer',
      sites: ofSession,
      tag: 'Sessions',
      summary: 'Read a session with counters and device health',
      about:
        '`storing` says whether its samples reach the database, and which values the database refuses. Devices at other sites are left out; counters are of all.',
      schema: { params, response: { 200: sessionLiveViewSchema } },
      handler: async (request): Promise<SessionLiveView> => {
        const row = await requireCurrentSession(request.params.id);
        const totals = await liveStatus.totals(row.session_id);
        const sites = request.grantedSites;
        const view = await viewOf(row, new Date(), sites);
        const isRunning = row.status === 'running';
        const plan = isRunning || sites !== 'everywhere' ? await findPlan(storing.plans, row) : undefined;
        const site_codes = sites === 'everywhere' ? null : await versions.of(row.task_id, row.config_version);
        const { has } = presentShare({ site_codes }, plan, sites);
        const stored = isRunning ? await storingOfSession(row, { view, plan }) : null;
        const health = Object.entries(totals.deviceHealth).filter(([code]) => has(code));
        return {
          ...view,
          session_id: view.id,
          is_newer_configured: (await newerConfigured([row])).get(row.session_id) ?? null,
          points_read: totals.pointsRead,
          error_count: totals.errorCount,
          last_read_time: totals.lastReadTime?.toISOString() ?? null,
          storing: stored && storingOf(stored, has),
          metadata: { ...view.metadata, device_health: localizeHealthOfAll(Object.fromEntries(health)) },
        };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/sessions/:id/events',
      role: 'viewer',
      sites: pastOfSession,
      tag: 'Sessions',
      summary: 'List the events of a session',
      about:
        'With their sequences in the stream. `told` is the reason that a program gave. `only=abnormal`: failures, lost or refused holders, time limits.',
      schema: { params, querystring: sessionEventsQuerySchema, response: { 200: sessionEventPageSchema } },
      handler: async (request) => {
        const session = await requireCurrentSession(request.params.id);
        const { limit, cursor, order, type, from, to, only } = request.query;
        const now = new Date();
        const { events, next } = await listSessionEvents(database, {
          sessionId: session.session_id,
          types: type?.map((each) => `session.${each}`),
          from: from ? timeOf('from', from, now) : undefined,
          to: to ? timeOf('to', to, now) : undefined,
          isOnlyAbnormal: only === 'abnormal',
          order,
          behind: decodeCursor(cursor),
          limit,
        });
        // Afterwards, so that the versions of all events that were read count.
        const share = await pastShare({ database, plans: storing.plans }, session, request.grantedSites);
        return { results: events.map((event) => shownEvent(event, share)), next_cursor: encodeCursor(next) };
      },
    }),
  ];
}

/** A Link header by RFC 8288, without a host: only the caller knows the name by which it reaches this API. */
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
