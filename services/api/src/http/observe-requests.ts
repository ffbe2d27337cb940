import type { FastifyInstance } from 'fastify';
import type { AnsweredRequest } from '../ports.ts';
import { routeOf } from './serve-routes.ts';

/** Methods that no route has come from anybody, and must not become names that are kept. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Tells of every answer. A stream of events is told of when it ends. */
export function observeRequests(app: FastifyInstance, onAnswered: (answered: AnsweredRequest) => void): void {
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
