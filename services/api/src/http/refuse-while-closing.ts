import type { FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.ts';

/** Requests that still come on open connections while the service ends. Fastify's own answer to them is no problem document. */
export function refuseWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onRequest', async () => {
    if (!isClosing) return;
    throw new Problem(
      'shutting_down',
      'Nothing was changed. Sessions run on; send it again.',
      {},
      { retryAfterSeconds: 1 },
    );
  });
}
