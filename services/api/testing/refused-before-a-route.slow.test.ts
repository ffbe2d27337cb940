import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type FastifyInstance, fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { answerClientError } from '../src/http/client-errors.ts';
import { addProblemReplies } from '../src/http/problem-replies.ts';
import { refuseWhileClosing } from '../src/http/refuse-while-closing.ts';
import { configureTask, sessionsPath, startApi } from './api-under-test.ts';

async function listening(app: FastifyInstance): Promise<Socket> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

it('a request that does not arrive in time is answered with 408 and its code', async () => {
  const app = fastify({
    clientErrorHandler: answerClientError,
    requestTimeout: 100,
    http: { connectionsCheckingInterval: 20 },
  });
  const socket = await listening(app);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('content-type: application/problem+json');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    status: 408,
    code: 'request_timeout',
  });
});

it('a request that is completed while the process ends is answered with 503, its code and when to try again', async () => {
  const app = fastify({ return503OnClosing: false });
  addProblemReplies(app);
  refuseWhileClosing(app);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  app.addHook('preClose', async () => begin());
  app.get('/', async () => 'served');
  const accepted = once(app.server, 'connection');
  const socket = await listening(app);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const [served] = (await accepted) as [Socket];
  // Once the server is closing, it only serves requests that have begun to arrive.
  await eventually(() => served.bytesRead > 0, { what: 'the request to have begun to arrive' });
  const closed = app.close();
  await begun;
  socket.write('Connection: close\r\n\r\n');
  const answer = await text(socket);
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer.toLowerCase()).toContain('retry-after: 1');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 503, code: 'shutting_down' });
});

it('a command with a key for which there is no room is refused with 507 and does nothing, and goes without one', async () => {
  const { url } = await natsForTest();
  const api = await startApi({ nats: url, database: await freshDatabase() });
  await api.ready();
  const task_id = await configureTask(api, 'press');
  const nc = await connectionForTest(url);
  const info = await askBroker(nc, '$JS.API.STREAM.INFO.KV_COMMAND_KEYS');
  const { config } = info.json<{ config: object }>();
  const small = JSON.stringify({ ...config, max_bytes: 64 });
  expect((await askBroker(nc, '$JS.API.STREAM.UPDATE.KV_COMMAND_KEYS', small)).json()).not.toHaveProperty(
    'error',
  );
  const start = (headers?: Record<string, string>) =>
    api.post(`${sessionsPath}/start-task/`, { task_id }, headers);
  const refused = await start({ 'idempotency-key': 'shift-1' });
  expect(refused).toMatchObject({ status: 507, body: { status: 507, code: 'command_keys_full' } });
  expect((await api.get(`${sessionsPath}/`)).body.results).toEqual([]);
  expect((await start()).status).toBe(201);
});
