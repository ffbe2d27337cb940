import { fastify } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { CommandKeys } from '../ports.ts';
import { judgeRequests } from './judge-requests.ts';
import { type Route, route } from './route.ts';
import { routeOf, serveDeclaredRoutesOnly, serveRoutes } from './serve-routes.ts';

const about = { tag: 'Service', summary: 'A number' } as const;
const schema = { response: { 200: z.object({ n: z.number() }) } };

describe('a route', () => {
  it('does not compile without a role, the sites where it holds, what it changes, or with another answer than its schema has', () => {
    const handler = async () => ({ n: 1 });
    const get = { method: 'GET', url: '/a', ...about, schema } as const;
    const post = { ...get, method: 'POST' } as const;
    // @ts-expect-error: it has to say who may call it
    route({ ...get, handler });
    // @ts-expect-error: and where the role has to hold
    route({ ...get, role: 'viewer', handler });
    // @ts-expect-error: no role is asked for, so it holds nowhere
    route({ ...get, role: 'open', sites: 'all', handler });
    // @ts-expect-error: a change has a name, or is undefined
    route({ ...post, role: 'operator', sites: 'all', handler });
    // @ts-expect-error: a GET changes nothing
    route({ ...get, role: 'viewer', sites: 'all', action: 'a.read', handler });
    // @ts-expect-error: its answer is a number
    route({ ...get, role: 'viewer', sites: 'all', handler: async () => ({ n: 'one' }) });
    const once = { changedNothing: () => true, keepsAnswer: true };
    const keyed = { ...post, role: 'viewer', sites: 'all', action: undefined, once } as const;
    // @ts-expect-error: what is carried out once for each key answers with a status and a body
    route({ ...keyed, handler });
    const served = route({ ...keyed, handler: async () => ({ status: 200 as const, body: { n: 1 } }) });
    expect(served).toMatchObject({ url: '/a', role: 'viewer', once });
  });

  it('that was not declared keeps the API from starting', async () => {
    const app = appOf([]);
    expect(() => app.get('/sneaked', async () => 1)).toThrow(
      'GET /sneaked has no role: declare it with route()',
    );
    await app.close();
  });

  it('is known to whoever asks what serves a request; HEAD is as GET', async () => {
    const seenRoutes: unknown[] = [];
    const app = appOf([
      route({
        method: 'GET',
        url: '/numbers/:id',
        role: 'viewer',
        sites: 'own',
        ...about,
        schema,
        handler: async () => ({ n: 1 }),
      }),
    ]);
    app.addHook('onRequest', async (request) => void seenRoutes.push(routeOf(request)));
    expect((await app.inject('/numbers/7/')).json()).toEqual({ n: 1 });
    expect((await app.inject({ method: 'HEAD', url: '/numbers/7' })).statusCode).toBe(200);
    expect((await app.inject('/nothing')).statusCode).toBe(404);
    const unusual = { action: undefined, needsFresh: false, isWatched: false };
    const served = { url: '/numbers/:id', role: 'viewer', sites: 'own', ...unusual };
    const nothing = { url: undefined, role: undefined, sites: undefined, ...unusual };
    expect(seenRoutes).toEqual([served, served, nothing]);
    await app.close();
  });
});

/** Its routes take no Idempotency-Key. */
function appOf(routes: Route[]) {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  app.setValidatorCompiler(judgeRequests);
  app.setSerializerCompiler(serializerCompiler);
  serveDeclaredRoutesOnly(app);
  serveRoutes(app, routes, { keys: {} as CommandKeys, callerOf: () => 'nobody' });
  return app;
}
