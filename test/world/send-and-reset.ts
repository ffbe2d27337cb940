import { once } from 'node:events';
import { connect } from 'node:net';
import { tearDown } from '@holdfast/plant/lines/tear-down.ts';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';

export interface HastyRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Time in ms from sending until the connection is reset. */
  readonly afterMs: number;
}

/** Sends a request and resets the connection without waiting for an answer. */
export async function sendAndReset(
  url: string,
  { method, headers, body, afterMs }: HastyRequest,
): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${method} ${pathname} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  const socket = connect(Number(port), hostname);
  // A service that was killed refuses the connection: then there is nothing to leave.
  const failed = once(socket, 'error');
  socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`);
  socket.resume();
  await withDeadline(failed, afterMs);
  // A service that goes down at the same moment may have ended the connection.
  tearDown(socket);
}
