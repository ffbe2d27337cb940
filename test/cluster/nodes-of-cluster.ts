import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
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

/** Sizes of streams that every disk has room for. */
export const smallStreams = {
  ...{ sessionsMaxBytes: 2_097_152, samplesMaxBytes: 4_194_304, taskConfigsMaxBytes: 2_097_152 },
  samplesMaxAgeHours: 1,
};

/** Makes all streams with a copy on each of three nodes, once these have met. */
export async function streamsOnThreeNodes(
  nc: NatsConnection,
  sizes: Partial<typeof smallStreams> = {},
): Promise<void> {
  const settings = { ...smallStreams, ...sizes, replicas: 3 };
  await eventually(() => ensureStreams(nc, settings).then(() => true), {
    what: 'the streams on three nodes',
    intervalMs: 100,
  });
}
