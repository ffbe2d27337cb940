import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { cleanUpAfterFile } from '../../support/cleanup.ts';

/** One nats-server, or the nodes of a cluster, which find each other. */
export async function startBrokers(folder: string, count: number): Promise<NatsServer[]> {
  if (count === 1) return [await start({ storeDir: join(folder, 'nats') })];
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  // At the same time: none is ready before most of them have found each other.
  return Promise.all(
    ports.map((port, index) =>
      start({
        storeDir: join(folder, `nats-${index + 1}`),
        serverName: nodeName(index),
        configLines: [
          'cluster {',
          '  name: holdfast',
          `  listen: "127.0.0.1:${port}"`,
          `  routes: [${routes}]`,
          '}',
        ],
      }),
    ),
  );
}

export function nodeName(index: number): string {
  return `node-${index + 1}`;
}

async function start(options: Parameters<typeof startNatsServer>[0]): Promise<NatsServer> {
  const server = await startNatsServer({ readyTimeoutMs: 60_000, ...options });
  cleanUpAfterFile(() => server.stop());
  return server;
}
