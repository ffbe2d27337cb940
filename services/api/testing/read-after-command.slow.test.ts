import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';

const statusOf = async (api: ApiUnderTest, sessionId: string, more = '') => {
  const { status, body } = await api.get(`${sessionsPath}/${sessionId}/${more}`);
  return status === 200 ? body.status : status;
};
const activeOf = async (api: ApiUnderTest): Promise<string[]> =>
  (await api.get(`${sessionsPath}/active/`)).body.map(({ id }: { id: string }) => id);

describe('a read right after a command, while the read model does not get on', () => {
  it('shows what was answered: by this process and by another, and when NATS is killed right then', async () => {
    const nats = await natsForTest();
    const database = await freshDatabase();
    const env = { READ_YOUR_WRITE_MS: '2000' };
    const one = await startApi({ nats: nats.url, database, env });
    await one.ready();
    const other = await startApi({ nats: nats.url, database, env });
    await other.ready();
    const first = await startTask(one, await configureTask(one, 'first'));
    const taskId = await configureTask(one, 'second');

    // This connection takes a lock behind which the projector waits.
    const blocker = new pg.Client({ connectionString: database });
    await blocker.connect();
    cleanUpAfterFile(() => blocker.end());
    await blocker.query('begin');
    await blocker.query('select from projection_checkpoint for update');

    expect(await one.post(`${sessionsPath}/${first}/pause/`)).toMatchObject({ status: 200 });
    const started = { task_id: taskId, metadata: { shift: 'early' } };
    const second = (await one.post(`${sessionsPath}/start-task/`, started)).body.session_id;
    for (const api of [one, other]) {
      expect(await statusOf(api, first)).toBe('paused');
      expect(await statusOf(api, first, 'status/')).toBe('paused');
      expect((await api.get(`${sessionsPath}/${second}/`)).body).toMatchObject({
        status: 'running',
        metadata: { shift: 'early' },
        placement: { state: 'waiting' },
      });
    }
    expect((await other.get(`${sessionsPath}/${second}/`)).body.task_name).toBe('Task second');
    expect(await activeOf(one)).toEqual([second]);
    expect((await one.get(`${sessionsPath}/active/?status=paused`)).body).toMatchObject([{ id: first }]);
    await nats.stop();
    expect(await statusOf(one, first)).toBe('paused');
    expect(await activeOf(one)).toEqual([second]);

    await blocker.query('rollback');
    await nats.restart();
    for (const api of [one, other]) {
      await api.ready();
      await eventually(async () => (await activeOf(api)).join() === second, {
        what: 'the read model to have it',
      });
      expect(await statusOf(api, first)).toBe('paused');
    }
  });

  it('of one session is answered from the log while PostgreSQL hangs', async () => {
    const nats = await natsForTest();
    const url = new URL(await freshDatabase());
    const proxy = await startTcpProxy({ targetPort: Number(url.port) });
    url.port = String(proxy.port);
    const api = await startApi({ nats: nats.url, database: url.href, env: { READ_YOUR_WRITE_MS: '500' } });
    await api.ready();
    const session = await startTask(api, await configureTask(api, 'stalled'));
    proxy.stall();
    expect(await api.post(`${sessionsPath}/${session}/pause/`)).toMatchObject({ status: 200 });
    expect((await api.get(`${sessionsPath}/${session}/`)).body).toMatchObject({
      id: session,
      status: 'paused',
      task_name: 'Task stalled',
    });
    expect(await api.post(`${sessionsPath}/${session}/stop/`, { reason: 'stalled' })).toMatchObject({
      status: 200,
    });
    // Only PostgreSQL knows whether the session was cleaned away.
    expect(await statusOf(api, session)).toBe('stopped');
    await proxy.heal();
    await api.ready();
    expect(await statusOf(api, session)).toBe('stopped');
  });
});
