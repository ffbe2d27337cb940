import type { FastifyInstance } from 'fastify';
import { routeOf } from './serve-routes.ts';

export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, as `/api/config/tasks/:id`, so that there are few of them; empty when there was none. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

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
