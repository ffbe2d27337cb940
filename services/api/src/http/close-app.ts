import type { FastifyInstance } from 'fastify';

const lookIntervalMs = 50;

/**
 * Takes no more requests, answers those in hand, and ends. Closing alone waits for every kept-alive connection
 * whose last answer went out just after the close began, which is up to a minute.
 */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), lookIntervalMs);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
}
