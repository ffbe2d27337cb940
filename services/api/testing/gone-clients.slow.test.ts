import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freePort } from '@holdfast/dev/free-port.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { expect, it, onTestFinished } from 'vitest';
import { sessionsPath, startApi } from './api-under-test.ts';

it('a client that resets its connection while its request waits leaves no fault in the log', async () => {
  // Without a broker the API is not ready, and requests that arrive right after it listens have to wait.
  const nats = `nats://127.0.0.1:${await freePort()}`;
  const api = await startApi({ nats, database: await freshDatabase(), env: { LOG_LEVEL: 'debug' } });
  for await (const line of api.process.lines()) if (line.includes('takes requests at')) break;
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: 8 }, open));
  for (const socket of sockets) {
    socket.write(`POST ${sessionsPath}/1-1/stop/ HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`);
  }
  // Health does not wait; once it is answered, the other requests have arrived as well.
  expect((await api.get('/health/live')).status).toBe(200);
  for (const socket of sockets) socket.resetAndDestroy();
  const waited = await api.get(`${sessionsPath}/1-1/`);
  expect(waited.body.code).not.toBe('internal_error');
  expect(api.process.lastLines(200).filter((line) => line.includes('internal_error'))).toEqual([]);
});
