import type { MetricsPage } from '@holdfast/shared/runtime/metrics.ts';
import { type Route, route } from '../http/route.ts';

/** GET /metrics, as the other services have it next to their health calls. */
export function metricsRoute(metrics: MetricsPage): Route {
  return route({
    method: 'GET',
    url: '/metrics',
    role: 'open',
    tag: 'Service',
    summary: 'Metrics for Prometheus',
    answer: { type: 'text/plain', description: 'Metrics in the text format of Prometheus' },
    handler: async (_request, reply) => {
      const text = await metrics.text();
      return reply.type(metrics.contentType).send(text);
    },
  });
}
