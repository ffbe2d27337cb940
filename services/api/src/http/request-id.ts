import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Text that harms neither a log line nor a header. */
const acceptable = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The caller's own id of a request, when it is one that can be kept; otherwise a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const id = request.headers['x-request-id'];
  return typeof id === 'string' && acceptable.test(id) ? id : randomUUID();
}

/** Sends the id with every answer, so that it can be found in the log and in the audit log. */
export function tellRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
