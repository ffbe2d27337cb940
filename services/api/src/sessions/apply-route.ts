import {
  type AppliedSession,
  appliedSessionSchema,
  applyQuery,
  mostDryRunDifferences,
} from '@holdfast/shared/contracts/http/applied-sessions.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { actorIn, noteChange, whoOf } from '../access/access-control.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { tasksOfChanges, tasksReading } from '../configuration/tasks-of-changes.ts';
import type { Database } from '../database/open-database.ts';
import { problemDocument } from '../http/problem-document.ts';
import { problemOf } from '../http/problem-of.ts';
import { traceParentOf } from '../http/request-trace.ts';
import type { Route } from '../http/route.ts';
import { languageOf } from '../problems/negotiate-language.ts';
import { type Applied, type ApplySources, applyToSessions } from './commands/apply-to-sessions.ts';
import { type DryRunSessions, dryRunSessions, requireSessionsCanTake } from './commands/dry-run-sessions.ts';
import { runningOrPausedSessionsOf } from './queries/list-sessions.ts';

/**
 * Lets routes that change configuration take `?apply=sessions`: once the change is stored, and before it is answered,
 * the sessions that read it are reconfigured. A dry run says what each of them would answer. Routes whose answer has no
 * body to say so in stay as they are.
 */
export function withApply(
  routes: readonly Route[],
  database: Database,
  {
    audit,
    ...sources
  }: Omit<ApplySources, 'sessionsOf' | 'timers'> & { readonly audit: Pick<AuditTrail, 'record'> },
): Route[] {
  const applying: ApplySources = {
    ...sources,
    sessionsOf: (tasks) => runningOrPausedSessionsOf(database, tasks),
  };
  const tried = new WeakMap<FastifyRequest, Tried>();
  return routes.map((route): Route => {
    const { querystring = z.object({}), response } = route.schema;
    const answer = (response as { readonly 200?: unknown } | undefined)?.[200];
    const isChange = route.method !== 'GET' && route.gives !== undefined && 'change-set' in route.gives;
    if (!isChange || !(answer instanceof z.ZodObject)) return route;
    return {
      ...route,
      schema: {
        ...route.schema,
        querystring: (querystring as z.ZodObject).extend(applyQuery),
        response: {
          ...(response as object),
          // Only where the request asked to apply the change to sessions.
          200: answer.extend({ applied: z.array(appliedSessionSchema).optional() }),
        },
      },
      preHandler: async (request) => {
        if (!isAsked(request)) return;
        if (!isTry(request)) {
          const { judgeChange } = request;
          request.judgeChange = async (transaction) => {
            const secrets = await judgeChange?.(transaction);
            await requireSessionsCanTake(transaction, {
              ...{ granted: request.grantedSites, commands: sources.commands, by: whoOf(request) },
              traceparent: traceParentOf(request.raw),
            });
            return secrets ?? [];
          };
          return;
        }
        const hasAll = await sources.caughtUp();
        request.whenTried = async (transaction) => {
          const outcome = await dryRunSessions(transaction, request.grantedSites);
          if (outcome) tried.set(request, { ...outcome, hasAll });
        };
      },
      preSerialization: async (request, reply, payload) => {
        if (reply.statusCode !== 200 || !isAsked(request)) return payload;
        // Audited now, because this process may end while sessions take the change.
        if (request.changeSet?.id !== undefined) noteChange(audit, request, reply);
        const applied = await appliedBy(request, {
          route,
          database,
          sources: applying,
          tried: tried.get(request),
        });
        return { ...(payload as object), applied };
      },
    };
  });
}

function isAsked({ query }: FastifyRequest): boolean {
  return (query as { readonly apply?: unknown }).apply === 'sessions';
}

function isTry({ body }: FastifyRequest): boolean {
  return (body as { readonly dry_run?: unknown } | null | undefined)?.dry_run === true;
}

/** The sessions that a dry run would change, as they were before it. */
type Tried = DryRunSessions & { readonly hasAll: boolean };

/** Applies a change that is already stored or tried, so whatever goes wrong here is reported next to its answer. */
async function appliedBy(
  request: FastifyRequest,
  {
    route,
    database,
    sources,
    tried,
  }: {
    readonly route: Route;
    readonly database: Database;
    readonly sources: ApplySources;
    readonly tried: Tried | undefined;
  },
): Promise<AppliedSession[]> {
  const language = languageOf(request);
  const isTried = isTry(request);
  const appliedSession = ({ sessionId, outcome }: Applied, differences: number): AppliedSession => {
    if (!outcome.ok) {
      const problem = problemDocument(problemOf(outcome.error), request.id, language);
      return { session_id: sessionId, problem };
    }
    const { results, tagged: _, detail, ...done } = outcome.done;
    const view = { ...done, detail: inLanguage(detail, language) };
    return isTried ? { ...view, results: results.slice(0, differences) } : view;
  };
  try {
    const applied = await applyToSessions(tried ? { ...sources, ...lookedAt(tried) } : sources, {
      tasks: tried?.tasks ?? (await changedTasks(database, route, request)),
      ...{ isTry: isTried, wouldBe: tried?.wouldBe },
      ...{ granted: request.grantedSites, reason: reasonIn(request) },
      ...{ by: whoOf(request), actor: actorIn(request), traceparent: traceParentOf(request.raw) },
    });
    const differences = Math.floor(mostDryRunDifferences / Math.max(1, applied.length));
    return applied.map((each) => appliedSession(each, differences));
  } catch (error) {
    request.log.warn({ err: error }, 'sessions could not be looked for that read what was changed');
    return [appliedSession({ sessionId: null, outcome: { ok: false, error } }, 0)];
  }
}

/** The sources for a dry run: its own sessions, all of which read what it would change. */
function lookedAt({
  sessions,
  hasAll,
}: Tried): Pick<ApplySources, 'sessionsOf' | 'newerConfigured' | 'caughtUp'> {
  return {
    sessionsOf: async () => sessions,
    newerConfigured: async (all) => new Map(all.map(({ session_id }) => [session_id, true])),
    caughtUp: async () => hasAll,
  };
}

/** The tasks that the change set touched. A repeated request has no set, so the tasks that read what it names count. */
async function changedTasks(
  database: Database,
  { names, method, url }: Route,
  request: FastifyRequest,
): Promise<readonly number[]> {
  const set = request.changeSet?.id;
  if (set !== undefined) return tasksOfChanges(database, [set]);
  if (!names) throw new Error(`${method} ${url} has changed nothing, and names nothing`);
  return tasksReading(database, await names(request));
}

function reasonIn({ query, body }: FastifyRequest): string {
  const { reason } = { ...(query as object), ...(body as object | null) } as { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : '';
}
