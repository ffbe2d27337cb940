import type { FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.ts';
import { httpText } from './texts.ts';

/**
 * Refuses requests that still come on open connections while the service ends. Fastify's own answer to them is no problem
 * document.
 */
export function refuseWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onRequest', async () => {
    if (!isClosing) return;
    throw new Problem('shutting_down', httpText('shutting_down'), {}, { retryAfterSeconds: 1 });
  });
}
