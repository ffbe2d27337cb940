import { once } from 'node:events';
import { createServer } from 'node:http';
import { cleanUpAfterFile } from './cleanup.ts';
import { passOn } from './pass-on.ts';

/** A reverse proxy that serves what listens at `to` below a path alone, and takes that path away again. */
export async function proxyBelowPath(
  path: string,
  ports: { readonly own: number; readonly to: number },
): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    const { url = '' } = incoming;
    if (!url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    passOn(incoming, outgoing, { port: ports.to, path: url.slice(path.length) });
  });
  server.listen(ports.own, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => {
    server.close();
    server.closeAllConnections();
  });
}
