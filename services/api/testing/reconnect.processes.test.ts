import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { logOf } from '@holdfast/test/support/service-processes.ts';
import { expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';

it('commands are taken again once the log is there, whatever the other streams have become meanwhile', async () => {
  const nats = await natsForTest();
  const api = await startApi({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  const sessionId = await startTask(api, await configureTask(api, 'press'));
  // An API would not start with this damage; a running one reports it and goes on.
  const { nc, close } = await connectNats({
    url: nats.url,
    name: 'vandal',
    log: createLogger('test', 'silent'),
  });
  const ask = (what: string, body = '') =>
    askBroker(nc, `$JS.API.STREAM.${what}.${streamNames.quarantine}`, body);
  const { config } = (await ask('INFO')).json<{ config: object }>();
  await ask('UPDATE', JSON.stringify({ ...config, deny_delete: true }));
  await close();
  await nats.restart();
  await eventually(async () => (await api.post(`${sessionsPath}/${sessionId}/pause/`)).status === 200, {
    what: 'a command to be taken',
  });
  await eventually(() => logOf(api.process).some((line) => /streams are not ready/.test(line)), {
    what: 'the stream that differs to be reported',
  });
  expect((await api.post(`${sessionsPath}/${sessionId}/resume/`)).status).toBe(200);
  expect((await api.get('/health/ready')).body).toEqual({
    status: 'ok',
    dependencies: { nats: true, postgres: true, log_complete: true },
  });
});
