import { rm } from 'node:fs/promises';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { describe, expect, it } from 'vitest';
import { configureTask, sessionsPath, startApi, startTask, unavailable } from './api-under-test.ts';
import { sessionsOfReadModel } from './read-model-and-log.ts';

describe('a log and a database that do not belong together', () => {
  it('a log that was wiped is never taken for one without sessions', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const taskId = await configureTask(api, 'wiped');
    const sessionId = await startTask(api, taskId);
    await nats.stop();
    await rm(nats.storeDir, { recursive: true });
    await nats.restart();
    await eventually(async () => (await api.get('/health/ready')).body.dependencies.log_complete === false, {
      what: 'the loss to be noticed',
    });
    for (const [path, body] of [
      [`${sessionsPath}/start-task/`, { task_id: taskId }],
      [`${sessionsPath}/${sessionId}/stop/`, undefined],
    ] as const) {
      expect(await api.post(path, body)).toMatchObject(unavailable('log_behind_read_model'));
    }
    expect((await api.get(`${sessionsPath}/active/`)).body).toMatchObject([{ id: sessionId }]);

    // Another log that has grown to the same length is not accepted either.
    const log = await sessionLogForTest(nats.url);
    await askBroker(log.nc, subjects.lifecycle('77'), 'something else');
    const logText = () => api.process.lastLines(200).join('\n');
    expect(logText()).toContain('SESSIONS ends at sequence 0');
    await eventually(() => logText().includes('SESSIONS has another event at sequence 1'), {
      what: 'the other log to be noticed',
    });
    expect((await api.get('/health/ready')).body.dependencies.log_complete).toBe(false);
  });

  it('a database that was lost is built again from the log, and versions in use are not given again', async () => {
    const nats = await natsForTest();
    const before = await startApi({ nats: nats.url, database: await freshDatabase() });
    await before.ready();
    const running = await startTask(before, await configureTask(before, 'first'));
    const stopped = await startTask(before, await configureTask(before, 'second'));
    await before.post(`${sessionsPath}/${stopped}/stop/`);
    const sessions = await sessionsOfReadModel(before);
    await before.process.stop();

    const after = await startApi({ nats: nats.url, database: await freshDatabase() });
    await after.ready();
    await eventually(
      async () => {
        expect(await sessionsOfReadModel(after)).toEqual(sessions);
        return true;
      },
      { what: 'the read model to be built again' },
    );
    // Ids begin at one again, so these are other tasks under the ids of the old ones.
    const first = await configureTask(after, 'third');
    const second = await configureTask(after, 'fourth');
    expect(await after.post(`${sessionsPath}/start-task/`, { task_id: first })).toMatchObject({
      status: 409,
      body: { session_id: running },
    });
    expect(await after.post(`${sessionsPath}/start-task/`, { task_id: second })).toMatchObject({
      status: 201,
      body: { session_id: `${second}-2`, config_version: 2 },
    });
  });

  it('events that cannot be read are shown as such and stop nothing but commands on their task', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const log = await sessionLogForTest(nats.url);
    const sessionId = await startTask(api, await configureTask(api, 'unreadable'));
    const taskId = sessionId.split('-')[0] ?? '';
    await askBroker(
      log.nc,
      subjects.lifecycle(taskId),
      JSON.stringify({ specversion: '1.0', id: 'x', type: 'session.archived', subject: sessionId }),
    );
    await askBroker(log.nc, subjects.lifecycle('99'), '{"not": "an event');
    // This task code is too long for an index, so the database itself refuses it.
    await askBroker(log.nc, subjects.lifecycle('98'), endlessTaskCode('98'));
    const other = await startTask(api, await configureTask(api, 'readable'));
    expect((await api.get(`${sessionsPath}/${other}/`)).body.status).toBe('running');
    const { body } = await api.get(`${sessionsPath}/${sessionId}/events/`);
    expect(body.results).toMatchObject([
      { type: 'session.started', problem: null },
      { type: 'session.archived', problem: expect.stringContaining('not a CloudEvent') },
    ]);
    expect(await api.post(`${sessionsPath}/${sessionId}/stop/`)).toMatchObject({
      status: 409,
      body: { code: 'log_unreadable' },
    });
  });
});

function endlessTaskCode(taskId: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id: 'long',
    source: '/test',
    type: 'session.started',
    time: '2026-01-01T08:00:00.000Z',
    subject: `${taskId}-1`,
    data: {
      schema_version: 1,
      session_id: `${taskId}-1`,
      task_id: taskId,
      // The text is random enough that compression does not get it below the limit of an index entry.
      task_code: Array.from({ length: 30_000 }, (_, n) =>
        String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000)),
      ).join(''),
      config_version: 1,
      started_at: '2026-01-01T08:00:00.000Z',
      by: 'test',
      metadata: {},
    },
  });
}
