import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import type { Answered, LoadOptions, Step } from './load-options.ts';

const answerWithinMs = 60_000;

/** Requests over connections that stay open, one at a time on each. */
export async function socketLoad(options: LoadOptions): Promise<Answered> {
  const { url, connections, requests } = options;
  const { hostname, port, host } = new URL(url);
  const head = Object.entries({ host, 'content-type': 'application/json', ...options.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const sockets = Array.from({ length: connections }, () => connect({ host: hostname, port: Number(port) }));
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const latenciesMs: number[] = [];
    let refused: string | undefined;
    const since = performance.now();
    const ends = sockets.map((socket, index) => {
      // Each sends as many, so that a connection that begins with a start of a session also ends it.
      let requestsLeft = Math.ceil((requests - index) / connections);
      const mayGoOn = () => refused === undefined && requestsLeft-- > 0;
      const talk = { head, mayGoOn, onLatency: (ms: number) => latenciesMs.push(ms) };
      return sendOver(socket, options.sends(index), talk).catch((error: unknown) => {
        refused ??= error instanceof Error ? error.message : String(error);
      });
    });
    await Promise.all(ends);
    return { latenciesMs, tookMs: performance.now() - since, refused };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

interface Conversation {
  readonly head: string;
  readonly mayGoOn: () => boolean;
  readonly onLatency: (ms: number) => void;
}

/** @throws for an answer other than 2xx, and for a connection that breaks or is silent */
function sendOver(
  socket: Socket,
  steps: readonly Step[],
  { head, mayGoOn, onLatency }: Conversation,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  let sentAtMs = 0;
  let step: Step | undefined;
  const sendNext = () => {
    step = steps[sent % steps.length];
    if (!step || !mayGoOn()) return resolve();
    sent += 1;
    const { method, path, body } = step.request();
    const about = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    sentAtMs = performance.now();
    socket.write(`${method} ${path} HTTP/1.1\r\n${head}${about}\r\n${body ?? ''}`);
  };
  const reader = new AnswerReader(({ status, body }) => {
    if (status < 200 || status > 299) throw new Error(`${status} ${body()}`);
    onLatency(performance.now() - sentAtMs);
    step?.onAnswer?.(body());
    sendNext();
  });
  socket.setNoDelay(true);
  socket.setTimeout(answerWithinMs, () => reject(new Error(`no answer within ${answerWithinMs} ms`)));
  socket.on('data', (bytes) => {
    try {
      reader.take(bytes);
    } catch (error) {
      reject(error);
    }
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed')));
  sendNext();
  return promise;
}
