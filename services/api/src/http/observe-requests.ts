import type { FastifyInstance } from 'fastify';
import type { AnsweredRequest } from '../ports.ts';
import { routeOf } from './serve-routes.ts';

/** Methods that are reported by name. Callers can send others, which must not become labels. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Reports every answer; a stream of events when it ends. */
export function observeRequests(app: FastifyInstance, onAnswered: (request: AnsweredRequest) => void): void {
  app.addHook('onResponse', (request, reply, done) => {
    onAnswered({
      method: methods.has(request.method) ? request.method : 'other',
      route: routeOf(request).url ?? '',
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
    done();
  });
}
