import { type Readiness, readinessAnswer } from '@holdfast/shared/runtime/readiness.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';

/** The same answers as the health server of the other services. */
export function healthRoutes(readiness: Readiness): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get('/live', async () => ({ status: 'ok' }));
    app.get('/ready', async (_request, reply) => {
      const { status, body } = readinessAnswer(readiness);
      return reply.code(status).send(body);
    });
    done();
  };
}
