import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { passOn } from '../support/pass-on.ts';

/** Stands before an API as a reverse proxy does, and counts who follows its changes. */
export interface CountingProxy {
  readonly url: string;
  /** How many streams of changes are open now. */
  open(): number;
  /** How many streams were ever asked for. */
  requestCount(): number;
}

export async function startCountingProxy(port: number): Promise<CountingProxy> {
  let open = 0;
  let requestCount = 0;
  const server = createServer((incoming, outgoing) => {
    const { url = '' } = incoming;
    if (url.startsWith('/api/acquisition/live/changes/')) {
      open += 1;
      requestCount += 1;
      outgoing.once('close', () => {
        open -= 1;
      });
    }
    passOn(incoming, outgoing, { port, path: url });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => {
    server.close();
    server.closeAllConnections();
  });
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, open: () => open, requestCount: () => requestCount };
}
