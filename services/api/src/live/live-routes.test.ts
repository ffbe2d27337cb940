import { once } from 'node:events';
import { fastify } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { expect, it, onTestFinished } from 'vitest';
import { judgeRequests } from '../http/judge-requests.ts';
import { serveRoutes } from '../http/serve-routes.ts';
import type { CommandKeys } from '../ports.ts';
import { LiveClients } from './live-clients.ts';
import { type LiveSources, liveRoute } from './live-routes.ts';

it('a client whose request is in hand when the API begins to end is let go, too', async () => {
  const app = fastify();
  app.setValidatorCompiler(judgeRequests);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', { getter: () => ({ kind: 'local', grants: [] }) as const });
  app.decorateRequest('grantedSites', 'everywhere');
  const boundsAsked = Promise.withResolvers<void>();
  const bounds = Promise.withResolvers<{ firstSequence: number; lastSequence: number }>();
  const feed = { pendingAtStart: 0, ...untilStopped() };
  const samples = {
    bounds: () => {
      boundsAsked.resolve();
      return bounds.promise;
    },
    open: async () => feed,
  };
  const clients = new LiveClients({
    keys: { whenLost: () => () => undefined },
    logins: { whenOver: () => () => undefined },
  });
  const sites = { follow: async () => ({ siteOf: () => undefined, end: () => undefined }) };
  const live = liveRoute({ samples, sites } as unknown as LiveSources, clients);
  app.addHook('preClose', async () => clients.end());
  serveRoutes(app, [live], { keys: {} as CommandKeys, callerOf: () => 'local' });
  const ending = Promise.withResolvers<void>();
  // This hook runs after that of the routes.
  await app.register(async (last) => {
    last.addHook('preClose', async () => ending.resolve());
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.server.closeAllConnections());

  const answer = fetch(`${address}/api/acquisition/live`);
  await boundsAsked.promise;
  const closed = app.close();
  await ending.promise;
  bounds.resolve({ firstSequence: 1, lastSequence: 7 });
  expect(await (await answer).text()).toContain('id: 7');
  await closed;
});

/** A feed without samples. */
function untilStopped() {
  const stopping = new AbortController();
  return {
    stop: () => stopping.abort(),
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
        return { done: true, value: undefined };
      },
    }),
  };
}
