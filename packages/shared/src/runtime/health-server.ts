import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stop } from './lifecycle.ts';

/** Name of a dependency → whether it can be used right now. */
export type Readiness = () => Record<string, boolean>;

/**
 * GET /health/live answers as long as the process turns its event loop; GET /health/ready names each
 * dependency and answers 503 while one is missing.
 */
export async function startHealthServer(options: {
  port: number;
  host: string;
  readiness: Readiness;
}): Promise<{ port: number; stop: Stop }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/health/live') return answer(200, { status: 'ok' });
    if (request.url === '/health/ready') {
      const dependencies = options.readiness();
      const ready = Object.values(dependencies).every(Boolean);
      return answer(ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', dependencies });
    }
    return answer(404, { status: 'not found' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
