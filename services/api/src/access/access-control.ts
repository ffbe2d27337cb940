import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { auditAddress, auditOutcome, auditRequest, auditTarget, withoutTyped } from '../audit/audit-about.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { Refusals } from '../audit/refusals.ts';
import { ClientGone } from '../http/client-gone.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { routeOf } from '../http/serve-routes.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { actorOf, type Caller, callerOf, nameOf, requireRole } from './caller.ts';
import { requireOwnName } from './claimed-name.ts';
import { CommandLimit } from './command-limit.ts';
import { type GrantedSites, requireEverywhere, type SiteAccess } from './granted-sites.ts';
import type { LoginAccess } from './logins/login-access.ts';
import { loginCallerOf, recheckedCaller, requireUsableLogin } from './logins/login-caller.ts';
import type { MinuteLimit } from './minute-limit.ts';
import { operatorOf } from './operator.ts';
import { accessText } from './texts.ts';
import { bareForwardedAddresses } from './trusted-proxies.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined when a request is answered before its caller is determined. */
    caller: Caller;
    /** Where the caller may do what the route does; a list, a history or a stream shows only what is there. */
    grantedSites: GrantedSites;
  }
}

export interface AccessControl {
  readonly keys: ApiKeys;
  readonly people: LoginAccess;
  readonly sites: SiteAccess;
  readonly audit: AuditTrail;
  /** Whether callers on this machine need no key; undefined: only while there are no keys. */
  readonly anonymousLoopback: boolean | undefined;
  /** Requests of one key; 0: without a limit. */
  readonly requestsPerMinute: number;
  /** Changes of one key or person, on average; 0: without a limit. */
  readonly commandsPerMinute: number;
  /** Requests from one address with no key or a wrong one; 0: without a limit. */
  readonly refusedPerMinute: number;
  /** Origins of web pages elsewhere whose scripts may call. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** How long browsers must use only HTTPS for this host, in s; 0: no such rule. */
  readonly hstsSeconds: number;
}

/** Finds out who calls, counts the call, allows or refuses it and notes it. Register it before all routes. */
export async function addAccessControl(app: FastifyInstance, control: AccessControl): Promise<void> {
  const { keys, people, corsOrigins, hstsSeconds } = control;
  app.decorateRequest('caller');
  app.decorateRequest('grantedSites');
  app.decorateRequest('changeSet', null);
  app.decorateRequest('whenTried', null);
  if (control.trustedProxies.length > 0) {
    app.addHook('onRequest', async ({ headers }) => bareForwardedAddresses(headers));
  }
  app.decorateRequest('judgeChange', null);
  app.decorateRequest('namedSecrets');
  // No page of this API may be framed or load anything from elsewhere. A page served over HTTP must not load its parts
  // by HTTPS. Strict transport security would hold for all ports of the host, Grafana's and others too: the
  // administrator decides on it.
  const fixedHeaders = await securityHeaders({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: hstsSeconds > 0 && { maxAge: hstsSeconds, includeSubDomains: false },
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(fixedHeaders);
    done();
  });
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'],
      exposedHeaders: [
        'location',
        'etag',
        'retry-after',
        'x-request-id',
        'idempotency-replayed',
        'change-set',
        'traceparent',
      ],
    });
  }
  app.addHook('onRequest', (request, _reply, done) => {
    // A connection that was reset meanwhile has no address any more, so the caller is unknown.
    if (request.socket.remoteAddress === undefined) return done(new ClientGone());
    const { ip: address, headers } = request;
    request.caller =
      loginCallerOf(people, request) ??
      callerOf(control, { address, headers, protocol: protocolOf(request) });
    done();
  });
  // The rate limit runs after the hook above and before the next stage, so it cuts off a flood of wrong keys.
  await app.register(rateLimit, {
    timeWindow: 60_000,
    max: (request) => (isRefused(request) ? control.refusedPerMinute : control.requestsPerMinute),
    keyGenerator: limitedAs,
    allowList: (request) => {
      if (routeOf(request).role === 'open') return true;
      if (request.caller.kind === 'local') return true;
      return (isRefused(request) ? control.refusedPerMinute : control.requestsPerMinute) === 0;
    },
    errorResponseBuilder: (_request, { max, ttl }) => tooManyRequests(max, ttl),
  });
  const commands = new CommandLimit(control.commandsPerMinute);
  app.addHook('preParsing', async (request, reply) => {
    const { role, sites, action, needsFresh, isWatched } = routeOf(request);
    request.caller = await recheckedCaller(people, request);
    if (role === undefined || role === 'open') return;
    request.grantedSites = requireRole(request.caller, role, keys);
    requireUsableLogin(people, request, { needsFresh, isWatched });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const holders = { users: people.users.list(), keys: keys.list() };
      requireOwnName(operatorOf(request), request.caller, holders);
    }
    if (sites === 'all') requireEverywhere(request.grantedSites);
    if (action !== undefined && request.caller.kind !== 'local') {
      const waitMs = commands.take(limitedAs(request));
      if (waitMs !== undefined) throw tooManyCommands(control.commandsPerMinute, waitMs);
    }
    if (request.caller.kind === 'user') reply.header('cache-control', 'no-store');
  });
  // The body is parsed and validated by now.
  app.addHook('preHandler', async (request) => {
    const { sites, freshFor, isWatched } = routeOf(request);
    if (freshFor?.(request.body)) requireUsableLogin(people, request, { needsFresh: true, isWatched });
    if (typeof sites === 'function') await control.sites.require(request.grantedSites, sites(request));
  });
  noteRequests(app, control);
}

/**
 * Notes changes and refusals in the audit log; many refusals of a kind become one entry, without what was sent. It
 * does so before the answer goes out: a client that leaves meanwhile must not leave without a trace.
 */
function noteRequests(app: FastifyInstance, { audit, people }: AccessControl): void {
  const isLogin = (name: string) => people.users.byLogin(name) !== undefined;
  const refusals = new Refusals({ record: (entry) => audit.recordRefusal(entry) });
  const telling = setInterval(() => refusals.tellOver(), 5_000).unref();
  app.addHook('onClose', async () => {
    clearInterval(telling);
    refusals.tellAll();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { statusCode: status } = reply;
    const code = request.problemCode;
    const change = routeOf(request).action;
    const isRefusal = status === 401 || status === 403;
    if (request.changeSet?.id !== undefined) reply.header('change-set', request.changeSet.id);
    noteSecrets(audit, request, reply);
    const isKnown = (request.caller as Caller | undefined) !== undefined;
    if ((change === undefined && !isRefusal) || request.isAudited || !isKnown) return payload;
    // A key used from a network that is not its own gets an action of its own, whatever it was to open.
    const action = change ?? (code === 'key_not_from_here' ? 'key.use' : 'api.read');
    const outcome = auditOutcome(status, code);
    const entry = () => entryOf(request, reply, action, isLogin);
    if (outcome !== 'refused') audit.record(entry());
    // Every failed login is kept: one address makes only a few a minute.
    else if (code === 'login_failed') audit.recordRefusal(entry());
    else {
      const { url } = routeOf(request);
      refusals.note(`${limitedAs(request)} ${status} ${request.method} ${url} ${action} ${code}`, entry);
    }
    return payload;
  });
}

/** Notes a change before everything that its answer waits for is done: its change set already names this entry. */
export function noteChange(
  audit: Pick<AuditTrail, 'record'>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { action } = routeOf(request);
  if (action === undefined || request.isAudited) return;
  audit.record(entryOf(request, reply, action));
  request.isAudited = true;
}

/** Notes the first use of each secret by each device: whoever names it has its collector send it there. */
function noteSecrets(audit: AuditTrail, request: FastifyRequest, reply: FastifyReply): void {
  for (const { device, secret, server } of request.namedSecrets ?? []) {
    audit.record({
      ...entryOf(request, reply, 'device.use_secret'),
      id: randomUUID(),
      target: `device ${device}`,
      detail: `${secret} for ${server}`,
    });
  }
}

/** @param isLogin whether this is the login name of a person */
function entryOf(
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
  isLogin?: (name: string) => boolean,
): AuditEntry {
  const { statusCode: status } = reply;
  const { url } = request;
  const isAboutLogin = isLogin !== undefined && action.startsWith('login.');
  const redactedLogin = (sent: unknown) => (isAboutLogin ? withoutTyped(sent, isLogin) : sent);
  const [query, body, params] = [
    redactedLogin(request.query),
    redactedLogin(request.body),
    redactedLogin(request.params),
  ];
  const code = request.problemCode;
  const outcome = auditOutcome(status, code);
  const isRead = routeOf(request).action === undefined;
  return {
    v: 1,
    id: request.changeSet?.auditId ?? randomUUID(),
    time: new Date().toISOString(),
    who: whoOf(request),
    actor: actorIn(request),
    from: auditAddress(request.ip),
    action,
    target: targetOf(request, { action, isRead, body, params, location: reply.getHeader('location') }),
    outcome,
    detail: code ?? '',
    request_id: request.id,
    traceparent: traceParentOf(request.raw),
    data: {
      ...{ method: request.method, status },
      ...(request.changeSet?.id !== undefined && { change_set: request.changeSet.id }),
      ...auditRequest({ url, query, ...(outcome !== 'refused' && { body }) }),
    },
  };
}

function targetOf(
  request: FastifyRequest,
  entry: {
    readonly action: string;
    readonly isRead: boolean;
    readonly params: unknown;
    readonly body: unknown;
    readonly location: unknown;
  },
): string {
  const { action, isRead, params, body, location } = entry;
  if (!isRead) {
    const { caller } = request;
    const isOwn = caller.kind === 'user' && routeOf(request).url?.startsWith('/api/me');
    return auditTarget(action, params, isOwn ? { id: caller.id } : body, location);
  }
  return action === 'key.use' ? `key ${actorIn(request).id}` : (routeOf(request).url ?? '');
}

/** Who calls, for events and the audit log. */
export function actorIn(request: FastifyRequest): Actor {
  return actorOf(request.caller, { claimed: operatorOf(request), address: auditAddress(request.ip) });
}

/** Who calls, in one line. */
export function whoOf(request: FastifyRequest): string {
  return nameOf(actorIn(request));
}

function protocolOf({ protocol }: FastifyRequest): 'http' | 'https' {
  return protocol === 'https' ? 'https' : 'http';
}

function isRefused({ caller }: FastifyRequest): boolean {
  return caller.kind === 'refused';
}

function limitedAs({ caller, ip }: FastifyRequest): string {
  if (caller.kind === 'key' || caller.kind === 'user') return `${caller.kind} ${caller.id}`;
  return `address ${normalizeIP(ip)}`;
}

function tooManyCommands(perMinute: number, waitMs: number): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new Problem(
    'too_many_requests',
    accessText('at_most_changes_a_minute', { perMinute, retryAfterSeconds }),
    {},
    { retryAfterSeconds },
  );
}

/** Limits how many places a caller may look at in a minute; callers on this machine have no limit. @throws Problem */
export function requireFewPlaces(
  few: MinuteLimit,
  most: number,
  request: FastifyRequest,
  place: () => string,
): void {
  if (request.caller.kind === 'local') return;
  const waitMs = few.take(limitedAs(request), place());
  if (waitMs !== undefined) throw tooManyRequests(most, waitMs);
}

function tooManyRequests(max: number, ttlMs: number): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(ttlMs / 1_000));
  return new Problem(
    'too_many_requests',
    accessText('at_most_a_minute_are_taken', { max, retryAfterSeconds }),
    {},
    { retryAfterSeconds },
  );
}
