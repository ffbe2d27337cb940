import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUpAfterFile } from '../support/cleanup.ts';

/** Stands before an API as a reverse proxy does, and knows who follows its changes. */
export interface CountingProxy {
  readonly url: string;
  /** Streams of changes that are open now. */
  open(): number;
  /** Those that were ever asked for. */
  asked(): number;
}

export async function startCountingProxy(port: number): Promise<CountingProxy> {
  let open = 0;
  let asked = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (url.startsWith('/api/acquisition/live/changes/')) {
      open += 1;
      asked += 1;
      outgoing.once('close', () => {
        open -= 1;
      });
    }
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    });
    passed.once('error', () => outgoing.destroy());
    outgoing.once('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => {
    server.close();
    server.closeAllConnections();
  });
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, open: () => open, asked: () => asked };
}
