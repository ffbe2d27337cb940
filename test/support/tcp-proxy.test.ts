import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  echo.listen({ host: '127.0.0.1', port: 0 });
  await once(echo, 'listening');
  const address = echo.address();
  proxy = await startTcpProxy({ targetPort: typeof address === 'object' ? (address?.port ?? 0) : 0 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  echo.close();
});

describe('a TCP proxy', () => {
  it('passes bytes both ways', async () => {
    const client = await connected();

    client.send('ping');

    await eventually(() => client.received() === 'ping', { what: 'the echo' });
  });

  it('passes the end of a connection', async () => {
    const client = await connected();

    client.socket.end('bye');

    await eventually(() => client.socket.closed, { what: 'the connection to be closed from the other side' });
    expect(client.received()).toBe('bye');
    await eventually(() => proxy.connectionCount === 0, { what: 'the proxy to forget the connection' });
  });

  it('resets connections and refuses new ones when it is cut', async () => {
    const client = await connected();

    await proxy.cut();

    await eventually(() => client.errorCode() === 'ECONNRESET', { what: 'the reset' });
    const late = open();
    await eventually(() => late.errorCode() === 'ECONNREFUSED', { what: 'the refusal' });
  });

  it('works again on the same port when it is healed after a cut', async () => {
    const { port } = proxy;
    await proxy.cut();

    await proxy.heal();

    expect(proxy.port).toBe(port);
    const client = await connected();
    client.send('again');
    await eventually(() => client.received() === 'again', { what: 'the echo' });
  });

  it('holds bytes back while it stalls, also of new connections, and delivers them when healed', async () => {
    const [before, flowing] = [await connected(), await connected()];
    proxy.stall();
    before.send('held');
    const during = await connected();
    during.send('too');
    // The proxy has surely had its chance to pass them on when the kernel has taken what was sent.
    await eventually(() => before.socket.writableLength === 0 && during.socket.writableLength === 0, {
      what: 'both to have sent',
    });
    expect([before.received(), during.received(), flowing.socket.closed]).toEqual(['', '', false]);

    await proxy.heal();

    await eventually(() => before.received() === 'held' && during.received() === 'too', {
      what: 'both echoes',
    });
  });

  it('closes while connections are open and stalled', async () => {
    const client = await connected();
    proxy.stall();

    await proxy.close();

    await eventually(() => client.socket.closed, { what: 'the client to be disconnected' });
    expect(proxy.connectionCount).toBe(0);
  });
});

interface Client {
  readonly socket: Socket;
  send(text: string): void;
  received(): string;
  errorCode(): string | undefined;
}

function open(): Client {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  clients.push(socket);
  let received = '';
  let errorCode: string | undefined;
  socket.on('data', (bytes) => {
    received += bytes.toString();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    errorCode = error.code;
  });
  return { socket, send: (text) => socket.write(text), received: () => received, errorCode: () => errorCode };
}

async function connected(): Promise<Client> {
  const client = open();
  await once(client.socket, 'connect');
  return client;
}
