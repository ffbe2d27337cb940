import type { MetricsPage } from '@holdfast/shared/runtime/metrics.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';

/** GET /metrics, as the other services have it beside their health calls. */
export function metricsRoute(metrics: MetricsPage): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get('/metrics', async (_request, reply) => {
      const text = await metrics.text();
      return reply.type(metrics.contentType).send(text);
    });
    done();
  };
}
