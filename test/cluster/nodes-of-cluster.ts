import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/**
 * Nodes of one cluster, none of which runs yet.
 * @param formedBy how many form the cluster; the others join it later. A node waits until it has met every node that it
 * has a route to.
 */
export async function nodesOfCluster(
  count: number,
  { formedBy = count }: { formedBy?: number } = {},
): Promise<(() => Promise<NatsServer>)[]> {
  const folder = await temporaryFolder('cluster');
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  const routes = (ports: readonly number[]) => ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  return ports.map((port, index) => async () => {
    const server = await startNatsServer({
      storeDir: join(folder, `node-${index + 1}`),
      serverName: `node-${index + 1}`,
      readyTimeoutMs: 120_000,
      configLines: [
        'cluster {',
        '  name: holdfast',
        '  no_advertise: true',
        `  listen: "127.0.0.1:${port}"`,
        `  routes: [${routes(index < formedBy ? ports.slice(0, formedBy) : ports)}]`,
        '}',
      ],
    });
    cleanUpAfterFile(() => server.stop());
    return server;
  });
}
