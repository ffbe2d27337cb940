import { type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Has the server on this port of this machine answer a request, as a reverse proxy does. */
export function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: { readonly port: number; readonly path: string },
): void {
  const { method, headers } = incoming;
  const passed = request({ host: '127.0.0.1', ...to, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.once('error', () => outgoing.destroy());
  });
  passed.once('error', () => outgoing.destroy());
  outgoing.once('close', () => passed.destroy());
  incoming.pipe(passed);
}
