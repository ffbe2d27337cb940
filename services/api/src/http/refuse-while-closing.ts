import type { FastifyInstance } from 'fastify';
import { ApiProblem } from '../problems/api-problem.ts';

/** Requests that still come on open connections while the service ends. Fastify's own answer to them is no problem document. */
export function refuseWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onRequest', async () => {
    if (!isClosing) return;
    throw new ApiProblem({
      status: 503,
      code: 'shutting_down',
      title: 'This process is ending',
      detail: 'Nothing was changed. Sessions run on; send it again.',
      retryAfterSeconds: 1,
    });
  });
}
