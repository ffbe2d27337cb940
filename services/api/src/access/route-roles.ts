import type { Role } from '@holdfast/shared/contracts/api-key.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    knownRoute: KnownRoute | null;
  }
}

export interface RouteRule {
  /** `open`: for everybody, without a key. */
  readonly role: Role | 'open';
  /** `<kind>.<verb>` as the audit log calls it; undefined where nothing is changed. */
  readonly action?: string;
}

const open: RouteRule = { role: 'open' };
const viewer: RouteRule = { role: 'viewer' };
const admin: RouteRule = { role: 'admin' };
const operator = (action: string): RouteRule => ({ role: 'operator', action });
const engineer = (action: string): RouteRule => ({ role: 'engineer', action });

const configuration = (['site', 'device', 'point', 'task'] as const).flatMap((kind) => [
  [`GET /api/config/${kind}s`, viewer] as const,
  [`POST /api/config/${kind}s`, engineer(`${kind}.create`)] as const,
  [`GET /api/config/${kind}s/:id`, viewer] as const,
  [`PATCH /api/config/${kind}s/:id`, engineer(`${kind}.update`)] as const,
  [`DELETE /api/config/${kind}s/:id`, engineer(`${kind}.delete`)] as const,
]);

/** Who may call what, by method and path; an API with a route that is missing here does not start. */
export const routeRoles: ReadonlyMap<string, RouteRule> = new Map<string, RouteRule>([
  ['GET /health/live', open],
  ['GET /health/ready', open],
  ['GET /metrics', open],
  ['GET /openapi.json', open],
  ['GET /openapi.json', open],

  ['POST /api/acquisition/sessions/start-task', operator('session.start')],
  ['POST /api/acquisition/sessions/:id/stop', operator('session.stop')],
  ['POST /api/acquisition/sessions/:id/pause', operator('session.pause')],
  ['POST /api/acquisition/sessions/:id/resume', operator('session.resume')],
  ['POST /api/acquisition/sessions/:id/recover', operator('session.recover')],
  ['GET /api/acquisition/sessions', viewer],
  ['GET /api/acquisition/sessions/active', viewer],
  ['GET /api/acquisition/sessions/point-history', viewer],
  ['GET /api/acquisition/sessions/:id', viewer],
  ['GET /api/acquisition/sessions/:id/status', viewer],
  ['GET /api/acquisition/sessions/:id/events', viewer],
  ['GET /api/acquisition/sessions/:id/gaps', viewer],
  ['GET /api/acquisition/sessions/:id/completeness', viewer],
  ['GET /api/acquisition/live', viewer],
  ['GET /api/acquisition/recovery', viewer],
  ['POST /api/acquisition/points/:id/write', engineer('point.write')],

  ...configuration,
  ['POST /api/config/devices/:id/test', engineer('device.test')],
  ['POST /api/config/devices/:id/apply-learned-limits', engineer('device.apply_learned_limits')],
  ['POST /api/config/tasks/:id/plan', { role: 'engineer' }],

  ['GET /api/system/sinks', viewer],
  ['GET /api/system/collectors', viewer],
  ['POST /api/system/collectors/:id/drain', engineer('collector.drain')],
  ['POST /api/system/collectors/:id/undrain', engineer('collector.undrain')],
  ['GET /api/system/quarantine', viewer],
  ['GET /api/system/quarantine/:sequence', viewer],
  ['POST /api/system/quarantine/:sequence/send-again', engineer('quarantine.send_again')],
  ['DELETE /api/system/quarantine/:sequence', engineer('quarantine.delete')],
  ['POST /api/system/quarantine/send-again', engineer('quarantine.send_many_again')],
  ['DELETE /api/system/quarantine', engineer('quarantine.delete_many')],
  ['GET /api/system/cleanup', viewer],
  ['POST /api/system/cleanup', engineer('session.cleanup')],
  ['GET /api/system/keys', admin],
  ['POST /api/system/keys', { role: 'admin', action: 'key.create' }],
  ['DELETE /api/system/keys/:id', { role: 'admin', action: 'key.revoke' }],
  ['GET /api/system/audit', admin],
]);

/** The route that serves a request. */
export interface KnownRoute {
  /** Its pattern; undefined where there is none. */
  readonly url: string | undefined;
  readonly rule: RouteRule | undefined;
}

/** Looked up once for each request: fastify makes a new object of all that it knows of a route whenever it is asked. */
export function routeOf(request: FastifyRequest): KnownRoute {
  request.knownRoute ??= {
    url: request.routeOptions.url,
    rule: ruleOf(request.method, request.routeOptions.url),
  };
  return request.knownRoute;
}

/** Undefined for what is no route. HEAD is as GET; asking which methods there are is open. */
export function ruleOf(method: string, url: string | undefined): RouteRule | undefined {
  if (url === undefined) return undefined;
  // The pages that show the API's document, and what they load.
  if (method === 'OPTIONS' || /^\/docs(\/|$)/.test(url)) return open;
  const path = url.replace(/(?<=.)\/$/, '');
  if (path === '/docs' || path.startsWith('/docs/')) return open;
  return routeRoles.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}

/** Registered before all routes. @throws at the start, for a route that the table has not */
export function refuseRoutesWithoutRole(app: FastifyInstance): void {
  app.decorateRequest('knownRoute', null);
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (ruleOf(each, url)) continue;
      throw new Error(`${each} ${url} has no role: give it one in access/route-roles.ts`);
    }
  });
}
