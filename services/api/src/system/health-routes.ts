import { type Readiness, readinessAnswer } from '@holdfast/shared/runtime/readiness.ts';
import { type Route, route } from '../http/route.ts';

/** The same answers as the health server of the other services. */
export function healthRoutes(readiness: Readiness): Route[] {
  return [
    route({
      method: 'GET',
      url: '/health/live',
      role: 'open',
      tag: 'Service',
      summary: 'Whether the process lives',
      handler: async () => ({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      url: '/health/ready',
      role: 'open',
      tag: 'Service',
      summary: 'Whether it can serve, and each thing that it depends on',
      about: '503 with `reasons` if it cannot. `nats` is also `false` if NATS has answered nothing for 5 s.',
      handler: async (_request, reply) => {
        const { status, body } = readinessAnswer(readiness);
        return reply.code(status).send(body);
      },
    }),
  ];
}
