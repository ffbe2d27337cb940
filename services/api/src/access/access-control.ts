import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditAddress, auditOutcome, auditRequest, auditTarget } from '../audit/audit-about.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { ClientGone } from '../http/client-gone.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { routeOf } from '../http/serve-routes.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { type Caller, callerOf, nameOf, requireRole } from './caller.ts';
import { type GrantedSites, requireEverywhere, type SiteAccess } from './granted-sites.ts';
import type { LoginAccess } from './logins/login-access.ts';
import { knownAfterAll, loginCallerOf, requireUsableLogin } from './logins/login-caller.ts';
import { operatorOf } from './operator.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined of what is answered before it is asked who calls. */
    caller: Caller;
    /** Where the caller may do what the route does: a list, a history or a stream is about what lies there. */
    grantedSites: GrantedSites;
  }
}

export interface AccessControl {
  readonly keys: ApiKeys;
  readonly people: LoginAccess;
  readonly sites: SiteAccess;
  readonly audit: AuditTrail;
  /** Whether callers on this machine need no key; undefined: as long as there are no keys. */
  readonly anonymousLoopback: boolean | undefined;
  /** Requests of one key; 0: without a limit. */
  readonly requestsPerMinute: number;
  /** Requests with no key or a wrong one, of one address; 0: without a limit. */
  readonly refusedPerMinute: number;
  /** Origins of web pages elsewhere whose scripts may call. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** How long browsers shall ask this host by HTTPS only, in s; 0: they are told nothing of it. */
  readonly hstsSeconds: number;
}

/** Finds out who calls, counts the call, allows or refuses it and notes it. Register it before all routes. */
export async function addAccessControl(app: FastifyInstance, control: AccessControl): Promise<void> {
  const { keys, people, corsOrigins, hstsSeconds } = control;
  app.decorateRequest('caller');
  app.decorateRequest('grantedSites');
  // No page of this API is to be framed or to load anything from elsewhere. Over HTTP its parts must not be asked for
  // by HTTPS. That a host is to be reached by HTTPS only holds for all of its ports, those of Grafana and others too: it
  // is for the administrator to say.
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
        'traceparent',
      ],
    });
  }
  app.addHook('onRequest', (request, _reply, done) => {
    // A connection that was reset meanwhile has no address any more: nobody can tell whose request it is.
    if (request.socket.remoteAddress === undefined) return done(new ClientGone());
    const { ip: address, headers } = request;
    request.caller =
      loginCallerOf(people, request) ??
      callerOf(control, { address, headers, protocol: protocolOf(request) });
    done();
  });
  // Its own hook comes after the one above, and the next stage after that: a flood of wrong keys is cut off here.
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
  app.addHook('preParsing', async (request, reply) => {
    const { role, sites, needsFresh, isWatched } = routeOf(request);
    request.caller = await knownAfterAll(people, request);
    if (role === undefined || role === 'open') return;
    request.grantedSites = requireRole(request.caller, role, keys);
    requireUsableLogin(people, request, { needsFresh, isWatched });
    if (sites === 'all') requireEverywhere(request.grantedSites);
    if (request.caller.kind === 'user') reply.header('cache-control', 'no-store');
  });
  // The body is parsed and of the right form by now.
  app.addHook('preHandler', async (request) => {
    const { sites } = routeOf(request);
    if (typeof sites === 'function') await control.sites.require(request.grantedSites, sites(request));
  });
  noteChanges(app, control.audit);
}

/**
 * Before the answer goes out, not after it: a client that leaves meanwhile must not leave without a trace. Of refused
 * requests of one caller, one a minute and kind is kept, so that nobody can flood older entries out of the log.
 */
function noteChanges(app: FastifyInstance, audit: AuditTrail): void {
  const floods = new FloodGate();
  app.addHook('onSend', async (request, reply, payload) => {
    const { statusCode: status } = reply;
    const code = request.problemCode;
    // A key that turns up where it should not is worth a note, whatever it was to open.
    const isStray = code === 'key_not_from_here';
    const change = routeOf(request).action;
    const action = change ?? (isStray ? 'key.use' : undefined);
    const isKnown = (request.caller as Caller | undefined) !== undefined;
    if (action === undefined || request.isAudited || !isKnown) return payload;
    // Each failed login is kept: there are few in a minute of one address.
    const isFlood = (isRefused(request) && code !== 'login_failed') || status === 429;
    if (isFlood && !floods.admits(`${limitedAs(request)} ${status} ${action}`)) return payload;
    const { caller } = request;
    audit.record({
      v: 1,
      id: randomUUID(),
      time: new Date().toISOString(),
      who: whoOf(request),
      from: auditAddress(request.ip),
      action,
      target:
        change === undefined
          ? `key ${keyIdOf(caller) ?? ''}`
          : auditTarget(action, request.params, request.body, reply.getHeader('location')),
      outcome: auditOutcome(status, code),
      detail: code ?? '',
      request_id: request.id,
      traceparent: traceParentOf(request.raw),
      data: {
        method: request.method,
        status,
        ...auditRequest(request),
        ...(keyIdOf(caller) !== undefined && { key_id: keyIdOf(caller) }),
      },
    });
    return payload;
  });
}

/** The caller's name for events and the audit log. */
export function whoOf(request: FastifyRequest): string {
  return nameOf(request.caller, operatorOf(request));
}

/** Id of the caller's key, also of one that is refused. Undefined before it is known who calls. */
function keyIdOf(caller: Caller | undefined): string | undefined {
  return caller?.kind === 'key' || caller?.kind === 'refused' ? caller.id : undefined;
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

function tooManyRequests(max: number, ttlMs: number): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(ttlMs / 1_000));
  return new Problem(
    'too_many_requests',
    `At most ${max} a minute are taken from you. Try again in ${retryAfterSeconds} s.`,
    {},
    { retryAfterSeconds },
  );
}

/** Admits each kind of thing once a minute; it forgets all of them when they become too many. */
class FloodGate {
  readonly #admittedAt = new Map<string, number>();

  admits(kind: string): boolean {
    const now = performance.now();
    const before = this.#admittedAt.get(kind);
    if (before !== undefined && now - before < 60_000) return false;
    if (this.#admittedAt.size >= 10_000) this.#admittedAt.clear();
    this.#admittedAt.set(kind, now);
    return true;
  }
}
