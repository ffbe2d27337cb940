import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { FastifyInstance } from 'fastify';

const patienceMs = 3_000;
const lookEveryMs = 20;

/**
 * Makes requests to a process that has just begun to listen wait until everything that they need is there, for at most
 * three seconds: without broker or database it serves what it can. Otherwise they would be refused what is there a
 * moment later, and the `EventSource` of a page that is answered 503 never asks again. Health, metrics and documents do
 * not wait.
 */
export function waitUntilReady(app: FastifyInstance, isReady: () => boolean): void {
  const stopping = new AbortController();
  let opening: Promise<void> | undefined;

  const readyOrTired = async (): Promise<void> => {
    const tiredAt = performance.now() + patienceMs;
    while (!stopping.signal.aborted && !isReady() && performance.now() < tiredAt) {
      await pause(systemTimers, lookEveryMs, stopping.signal);
    }
    opening = undefined;
  };

  app.addHook('onListen', async () => {
    opening = readyOrTired();
  });
  app.addHook('preClose', async () => stopping.abort());
  app.addHook('onRequest', (request, _reply, done) => {
    if (!opening || !request.url.startsWith('/api/')) return done();
    void opening.then(() => done());
  });
}
