import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from './connect.ts';

// Each waits with servers of its own.
it.concurrent('a connection to a server that hangs can be closed', async () => {
  const server = await natsForTest();
  const { nc, close } = await connectNats({
    url: server.url,
    name: 'test',
    log: createLogger('test', 'silent'),
  });
  nc.subscribe('anything');
  await nc.flush();
  const thaw = await freeze(server.pid);
  try {
    await close();
  } finally {
    thaw();
  }
});

it.concurrent('a server that hangs is left, however much is on the way to it', async () => {
  const [hanging, other] = [await natsForTest(), await natsForTest()];
  const { nc, close } = await connectNats({
    url: `${hanging.url},${other.url}`,
    name: 'test',
    log: createLogger('test', 'silent'),
  });
  const [first, second] = nc.getServer().endsWith(`:${hanging.port}`) ? [hanging, other] : [other, hanging];
  const thaw = await freeze(first.pid);
  try {
    // More than sockets hold, so that what is written stays in this process.
    for (let message = 0; message < 64; message += 1) nc.publish('anything', new Uint8Array(512 * 1_024));
    await eventually(() => nc.getServer().endsWith(`:${second.port}`), {
      what: 'the other server to be used',
    });
    await nc.flush();
  } finally {
    thaw();
    await close();
  }
});

it.concurrent('a server that does not hear in time who connects is asked again', async () => {
  const server = await natsForTest({ configLines: ['authorization { user: test, password: test }'] });
  let isTurnedAway = false;
  const proxy = await startTcpProxy({
    targetPort: server.port,
    onServerBytes: (bytes) => {
      isTurnedAway ||= bytes.toString().includes("-ERR 'Authentication Timeout'");
    },
  });
  // The round trip takes longer than the server's two seconds, and less than the client waits.
  proxy.delay(1_500);
  const connecting = connectNats({
    url: `nats://test:test@127.0.0.1:${proxy.port}`,
    name: 'test',
    log: createLogger('test', 'silent'),
  });
  await eventually(() => isTurnedAway, { what: 'the server to turn it away' });
  proxy.delay(0);
  const { close } = await connecting;
  await close();
});

it.concurrent('a server that takes connections and says nothing, as one that is frozen, is left with no socket', async () => {
  let connectionCount = 0;
  let open = 0;
  const silent = createServer((socket) => {
    connectionCount += 1;
    open += 1;
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open -= 1;
    });
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  cleanUpAfterFile(() => new Promise((resolve) => silent.close(resolve)));
  const stopping = new AbortController();
  const connecting = connectNats({
    url: `nats://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    name: 'test',
    log: createLogger('test', 'silent'),
    signal: stopping.signal,
  });
  await eventually(() => connectionCount > 1 && open <= 1, {
    what: 'a second attempt without the socket of the first',
  });
  stopping.abort();
  await expect(connecting).rejects.toThrow();
  await eventually(() => open === 0, { what: 'no socket to be left' });
});
