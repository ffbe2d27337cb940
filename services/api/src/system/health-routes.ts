import type { Readiness } from '@holdfast/shared/runtime/health-server.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';

/** The same answers as the health server of the other services. */
export function healthRoutes(readiness: Readiness): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get('/live', async () => ({ status: 'ok' }));
    app.get('/ready', async (_request, reply) => {
      const dependencies = readiness();
      const ready = Object.values(dependencies).every(Boolean);
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', dependencies });
    });
    done();
  };
}
