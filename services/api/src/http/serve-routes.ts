import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { carryOutOnce, type OnceKeys } from './idempotency.ts';
import type { Route, RouteRole, RouteSites } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    declared?: Route;
  }
  interface FastifyRequest {
    servedRoute: ServedRoute | null;
  }
}

/** The route that serves a request. */
export interface ServedRoute {
  /** Its pattern, or undefined if there is none. */
  readonly url: string | undefined;
  /** Undefined where no route serves the request. */
  readonly role: RouteRole | undefined;
  /** Undefined where no role is needed. */
  readonly sites: RouteSites | undefined;
  /** `<kind>.<verb>` as the audit log calls it, or undefined if nothing is changed. */
  readonly action: string | undefined;
  /** Whether a person must just have shown who they are. */
  readonly needsFresh: boolean;
  /** The bodies for which a person must. */
  readonly freshFor: ((body: unknown) => boolean) | undefined;
  /** Whether its answer is a stream for a screen. */
  readonly isWatched: boolean;
}

/** Looked up once for each request: fastify makes a new object of all that it knows of a route whenever it is asked. */
export function routeOf(request: FastifyRequest): ServedRoute {
  request.servedRoute ??= servedRoute(request);
  return request.servedRoute;
}

function servedRoute({ method, routeOptions: { url, config } }: FastifyRequest): ServedRoute {
  const { declared } = config;
  const role = declared?.role ?? (isOfTheKit(method, url) ? 'open' : undefined);
  const { sites, action, fresh, isWatched = false } = declared ?? {};
  const freshFor = typeof fresh === 'function' ? fresh : undefined;
  return { url, role, sites, action, needsFresh: fresh === true, freshFor, isWatched };
}

/** Whether it is an answer to a preflight, or one of the pages that show the API's document, or a file that they load. */
function isOfTheKit(method: string, url: string | undefined): boolean {
  return method === 'OPTIONS' || (url !== undefined && /^\/docs(\/|$)/.test(url));
}

/** Serves only routes that route() has declared; register it before all routes. @throws at the start, for any other */
export function serveDeclaredRoutesOnly(app: FastifyInstance): void {
  app.decorateRequest('servedRoute', null);
  app.decorateRequest('isAudited', false);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.declared) return;
    for (const each of [method].flat()) {
      if (!isOfTheKit(each, url)) throw new Error(`${each} ${url} has no role: declare it with route()`);
    }
  });
}

export function serveRoutes(app: FastifyInstance, routes: readonly Route[], keys: OnceKeys): void {
  for (const declared of routes) {
    const {
      method,
      url,
      schema,
      preValidation,
      preHandler,
      preSerialization,
      admit,
      file,
      bodyBytesAtMost = file?.bytesAtMost,
    } = declared;
    const handler: RouteHandlerMethod = declared.once
      ? carryOutOnce(declared.once, keys, declared.handler)
      : declared.handler;
    app.route({
      method,
      url,
      schema,
      handler,
      config: { declared },
      ...(admit && {
        preParsing: async (request: FastifyRequest, reply: FastifyReply) => {
          reply.raw.once('close', admit(request));
        },
      }),
      ...(preValidation && { preValidation }),
      ...(preHandler && { preHandler }),
      ...(preSerialization && { preSerialization }),
      ...(bodyBytesAtMost && { bodyLimit: bodyBytesAtMost }),
    });
  }
}

/** Serves routes that take a file: apart from the others, for which a body is JSON. */
export async function serveFileRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  keys: OnceKeys,
): Promise<void> {
  await app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    serveRoutes(files, routes, keys);
  });
}
