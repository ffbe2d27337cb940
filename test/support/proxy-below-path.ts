import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { cleanUpAfterFile } from './cleanup.ts';

/** A reverse proxy that serves what listens at `to` below a path alone, and takes that path away again. */
export async function proxyBelowPath(
  path: string,
  ports: { readonly own: number; readonly to: number },
): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (!url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const passed = request(
      { host: '127.0.0.1', port: ports.to, method, path: url.slice(path.length), headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.once('error', () => outgoing.destroy());
      },
    );
    passed.once('error', () => outgoing.destroy());
    outgoing.once('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.listen(ports.own, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => {
    server.close();
    server.closeAllConnections();
  });
}
