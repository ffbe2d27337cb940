import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { FastifyInstance } from 'fastify';

/** Another program has the address. */
export class AddressTaken extends Error {
  override readonly name = 'AddressTaken';
}

export async function listen(
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: (url) => `the API takes requests at ${url}` });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new AddressTaken(
      `port ${port} of ${host} is taken by another program: stop it, or set API_PORT to a free port`,
      { cause: error },
    );
  }
}

const patienceMs = 3_000;
const lookEveryMs = 20;

/**
 * Waits until everything is there that requests need, for three seconds at the most: without broker or database it serves what it
 * can. Who asks in the moment before would be refused what is there right after, and the `EventSource` of a page that is
 * answered 503 never asks again.
 * @returns false when it is stopping meanwhile
 */
export async function readyOrTired(isReady: () => boolean, stopping: AbortSignal): Promise<boolean> {
  const tiredAt = performance.now() + patienceMs;
  while (!stopping.aborted && !isReady() && performance.now() < tiredAt) {
    await pause(systemTimers, lookEveryMs, stopping);
  }
  return !stopping.aborted;
}
