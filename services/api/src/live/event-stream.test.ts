import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';

const started: { server: Server; socket: Socket }[] = [];
afterEach(() => {
  for (const { server, socket } of started.splice(0)) {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  }
});

/** A stream whose client is a plain socket, which reads only on request. */
async function streamTo(options: { patienceMs: number }): Promise<{ stream: EventStream; socket: Socket }> {
  const server = createServer();
  const opened = new Promise<EventStream>((resolve) => {
    server.on('request', (_request, response) => resolve(new EventStream(response, options)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  started.push({ server, socket });
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  return { stream: await opened, socket };
}

const megabyte = 'x'.repeat(1024 * 1024);

describe('a client of server-sent events', () => {
  it('gets id, event and data, each in its line, whatever the data holds', async () => {
    const { stream, socket } = await streamTo({ patienceMs: 5_000 });
    await stream.send({ id: 7, event: 'sample', data: { text: 'a\nb\r\nc 温度' } });
    stream.end();
    let received = '';
    for await (const chunk of socket.resume().setEncoding('utf8')) {
      received += chunk;
      if (received.includes('\r\n0\r\n')) break;
    }
    expect(received).toContain('content-type: text/event-stream; charset=utf-8');
    expect(received).toContain('id: 7\nevent: sample\ndata: {"text":"a\\nb\\r\\nc 温度"}\n\n');
  });

  it('that reads nothing holds the sender back, and goes on where it was once it reads', async () => {
    const { stream, socket } = await streamTo({ patienceMs: 60_000 });
    let sent = 0;
    const sending = (async () => {
      while (sent < 64 && (await stream.send({ data: megabyte }))) sent += 1;
    })();
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    await sending;
    expect(sent).toBe(64);
    await expect.poll(() => received).toBeGreaterThan(64 * megabyte.length);
  });

  it('that reads nothing for too long is dropped', async () => {
    const { stream } = await streamTo({ patienceMs: 200 });
    let sent = 0;
    while (await stream.send({ data: megabyte })) sent += 1;
    expect(stream.closed.aborted).toBe(true);
    // No more than the buffers of two sockets hold.
    expect(sent).toBeLessThan(64);
    expect(await stream.send({ data: 1 })).toBe(false);
  });

  it('that has gone ends the sending', async () => {
    const { stream, socket } = await streamTo({ patienceMs: 60_000 });
    socket.destroy();
    while (await stream.send({ data: megabyte })) {
      // Until the stream notices.
    }
    expect(stream.closed.aborted).toBe(true);
  });

  it('that reads nothing does not hold up an ending', async () => {
    const { stream } = await streamTo({ patienceMs: 100 });
    const isFull = stream.send({ data: megabyte.repeat(64) });
    stream.end();
    expect(await isFull).toBe(false);
    const [last] = started;
    await new Promise((resolve) => last?.server.close(resolve));
  });
});
