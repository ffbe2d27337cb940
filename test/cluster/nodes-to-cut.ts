import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { pingsOfRoutes } from '../../deploy/nats/write-cluster.mjs';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface NodesToCut {
  readonly nodes: readonly NatsServer[];
  /** The node hears nothing of the others, nor they of it; its clients reach it as before. */
  cut(index: number): void;
  heal(): Promise<void>;
}

/** A cluster on this machine whose nodes reach one another through proxies, one for each direction of each pair. */
export async function nodesToCut(count: number): Promise<NodesToCut> {
  const folder = await temporaryFolder('cluster');
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  const ways: { readonly from: number; readonly to: number; readonly proxy: TcpProxy }[] = [];
  for (const [to, targetPort] of ports.entries()) {
    for (const from of ports.keys()) {
      if (from !== to) ways.push({ from, to, proxy: await startTcpProxy({ targetPort }) });
    }
  }
  // Nodes get an address of each other that leads nowhere: with the real one they would go round the proxies.
  const nowhere = await freePort();
  const nodes = await Promise.all(
    ports.map(async (port, index) => {
      const routes = ways
        .filter(({ from }) => from === index)
        .map(({ proxy }) => `nats://127.0.0.1:${proxy.port}`);
      const server = await startNatsServer({
        storeDir: join(folder, `node-${index + 1}`),
        serverName: `node-${index + 1}`,
        readyTimeoutMs: 60_000,
        configLines: [
          'cluster {',
          '  name: holdfast',
          '  no_advertise: true',
          ...pingsOfRoutes,
          `  listen: "127.0.0.1:${port}"`,
          `  advertise: "127.0.0.1:${nowhere}"`,
          `  routes: [${routes.join(', ')}]`,
          '}',
        ],
      });
      cleanUpAfterFile(() => server.stop());
      return server;
    }),
  );
  return {
    nodes,
    cut: (index) => {
      for (const { from, to, proxy } of ways) if (from === index || to === index) proxy.stall();
    },
    heal: async () => {
      for (const { proxy } of ways) await proxy.heal();
    },
  };
}
