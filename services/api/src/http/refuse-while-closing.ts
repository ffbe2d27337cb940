import { both } from '@holdfast/driver/form-words.ts';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.ts';

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
    throw new Problem(
      'shutting_down',
      both(
        'Nothing was changed. Sessions run on; send it again.',
        '没有任何更改，会话继续运行；请重新发送。',
      ),
      {},
      { retryAfterSeconds: 1 },
    );
  });
}
