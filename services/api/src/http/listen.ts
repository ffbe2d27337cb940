import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { FastifyInstance } from 'fastify';

/** Another program has the address. */
export class AddressTaken extends Error {
  override readonly name = 'AddressTaken';
}

export async function listen(
  app: FastifyInstance,
  { host, port, log }: { host: string; port: number; log: Logger },
): Promise<void> {
  try {
    const url = await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
    log.info({ url }, 'the API takes requests');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new AddressTaken(
      `port ${port} of ${host} is taken by another program: stop it, or set API_PORT to a free port`,
      { cause: error },
    );
  }
}
