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
