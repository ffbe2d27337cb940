import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';

const lookIntervalMs = 50;

/** Connections made from now on that have brought no request yet. Browsers and pools open some in advance. */
export function watchUnusedConnections(app: FastifyInstance): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  const watch = (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  };
  // Over TLS a request comes on another object than its connection, so only connections after their handshake are
  // watched. The handshake's own timeout cuts off the others.
  app.server.on(app.server instanceof TlsServer ? 'secureConnection' : 'connection', watch);
  app.server.on('request', ({ socket }) => unused.delete(socket));
  return unused;
}

/**
 * Takes no more requests, answers those in hand, and ends. Closing alone waits for every kept-alive connection
 * whose last answer went out just after the close began, and for every unused one, which Node does not call idle:
 * each up to a minute.
 */
export async function closeApp(app: FastifyInstance, unused: ReadonlySet<Socket>): Promise<void> {
  const timer = setInterval(() => {
    app.server.closeIdleConnections();
    for (const socket of unused) socket.destroy();
  }, lookIntervalMs);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
}
