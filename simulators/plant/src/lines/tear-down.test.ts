import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { tearDown } from './tear-down.ts';

it('a connection that its other side ends in this moment is gone when it is torn down', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    socket.end('bye');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  socket.resume();
  await once(socket, 'connect');
  socket.write('hello');
  await once(socket, 'end');
  // The socket answers the other side's end with its own, which is not sent yet.
  expect([socket.writableEnded, socket.writableFinished]).toEqual([true, false]);
  const closed = once(socket, 'close');
  tearDown(socket);
  await closed;
  expect(errors).toEqual([]);
  await new Promise((done) => server.close(done));
});
