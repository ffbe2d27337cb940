import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * A TCP port on 127.0.0.1 that was free a moment ago. Nothing reserves it: whoever starts a server on it must be
 * ready to be refused and to ask for another one.
 */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether somebody could listen on 127.0.0.1:`port` right now. */
export async function portIsFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch {
    return false;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      const listeningPort = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(listeningPort));
    });
  });
}
