import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { createDatabase } from '@holdfast/dev/postgres-databases.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { advisoryLocks } from '../src/database/advisory-locks.ts';
import {
  type Answer,
  type ApiUnderTest,
  configureTask,
  sessionsPath,
  startApi,
  startTask,
  unavailable,
} from './api-under-test.ts';
import { foldedSessions, sessionsOfReadModel } from './read-model-and-log.ts';

function complaintsIn(lines: readonly string[]): string[] {
  return lines.filter((line) => /"level":"(warn|error|fatal)"/.test(line));
}

function expectRetryAfter(answer: Answer): void {
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

describe('with no room for more configurations', () => {
  it('a task that is new cannot be started, the answer says what to do, and one that has not changed can', async () => {
    const nats = await natsForTest();
    const { nc } = await sessionLogForTest(nats.url);
    const mebibyte = 1024 * 1024;
    const streams = { sessionsMaxBytes: 8 * mebibyte, samplesMaxBytes: 8 * mebibyte, samplesMaxAgeHours: 1 };
    await askBroker(nc, '$JS.API.STREAM.DELETE.OBJ_TASK_CONFIGS');
    await ensureStreams(nc, { ...streams, taskConfigsMaxBytes: 1_800, replicas: 1 });
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const first = await configureTask(api, 'first');
    const session = await startTask(api, first);
    const second = await configureTask(api, 'second');
    expect(await api.post(`${sessionsPath}/start-task/`, { task_id: second })).toMatchObject({
      status: 507,
      body: {
        code: 'task_configs_full',
        detail: expect.stringContaining('nats stream edit OBJ_TASK_CONFIGS --max-bytes 3600'),
      },
    });
    expect((await api.post(`${sessionsPath}/${session}/stop/`)).status).toBe(200);
    expect(await startTask(api, first)).not.toBe(session);
  });
});

describe('with the broker away', () => {
  it('commands are refused at once with 503, reads go on, and all is well when it is back', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const taskId = await configureTask(api, 'broker');
    const sessionId = await startTask(api, taskId);
    await nats.stop();
    await eventually(async () => (await api.get('/health/ready')).status === 503, { what: 'unreadiness' });
    for (const [path, body] of [
      [`${sessionsPath}/start-task/`, { task_id: taskId }],
      [`${sessionsPath}/${sessionId}/stop/`, undefined],
      [`${sessionsPath}/${sessionId}/recover/`, undefined],
    ] as const) {
      const answer = await api.post(path, body);
      expect(answer).toMatchObject(unavailable('broker_unavailable'));
      expectRetryAfter(answer);
    }
    for (const path of ['', `${sessionId}/`, `${sessionId}/status/`, `${sessionId}/events/`, 'active/']) {
      expect((await api.get(`${sessionsPath}/${path}`)).status).toBe(200);
    }
    expect(await api.get('/health/live')).toMatchObject({ status: 200 });

    await nats.restart();
    await api.ready();
    expect(await api.post(`${sessionsPath}/${sessionId}/stop/`)).toMatchObject({
      status: 200,
      body: { status: 'stopped' },
    });
    expect((await api.get(`${sessionsPath}/${sessionId}/`)).body.status).toBe('stopped');
  });

  it('that comes back without the configuration of a task, a start of it brings that back', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const taskId = await configureTask(api, 'lost');
    for (let run = 1; run <= 2; run += 1) {
      await api.post(`${sessionsPath}/${await startTask(api, taskId)}/stop/`);
    }
    const { nc } = await sessionLogForTest(nats.url);
    await askBroker(nc, '$JS.API.STREAM.DELETE.OBJ_TASK_CONFIGS');
    await nats.restart();
    await eventually(async () => nc.isClosed() || (await nc.flush().then(() => true)), {
      what: 'the broker',
    });
    await api.ready();
    const { body } = await eventually(
      async () => {
        const answer = await api.post(`${sessionsPath}/start-task/`, { task_id: taskId });
        return answer.status === 201 && answer;
      },
      { what: 'the start' },
    );
    const configs = await TaskConfigStore.open(nc);
    expect(await configs.load(String(taskId), body.config_version)).toMatchObject({ ok: true });
  });

  it('that hangs instead of going, a command is answered all the same, and its repetition is harmless', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    const sessionId = await startTask(api, await configureTask(api, 'hang'));
    const thaw = await freeze(nats.pid);
    const answer = await api.post(`${sessionsPath}/${sessionId}/stop/`).finally(thaw);
    expect(answer.status).toBe(503);
    expect(['broker_unavailable', 'outcome_unknown']).toContain(answer.body.code);
    expectRetryAfter(answer);
    await eventually(async () => (await api.post(`${sessionsPath}/${sessionId}/stop/`)).status === 200, {
      what: 'the stop to get through',
    });
    // An answer waits for the read model, but not forever.
    const types = async () =>
      (await api.get(`${sessionsPath}/${sessionId}/events/`)).body.results.map(
        ({ type }: { type: string }) => type,
      );
    await eventually(async () => (await types()).length > 1, { what: 'the read model to have the stop' });
    expect(await types()).toEqual(['session.started', 'session.stopped']);
  });
});

describe('with PostgreSQL away', () => {
  let postgres: PostgresServer;
  let database: string;

  beforeAll(async () => {
    postgres = await startPostgres({ dataDir: `${await temporaryFolder('postgres')}/data`, fsync: false });
    cleanUpAfterFile(() => postgres.stop());
    database = await createDatabase(postgres.adminUrl, 'holdfast');
  });

  it('sessions can be stopped, paused and resumed, and the read model shows it later', async () => {
    const nats = await natsForTest();
    const apis = [await startApi({ nats: nats.url, database }), await startApi({ nats: nats.url, database })];
    const [api] = apis as [ApiUnderTest];
    for (const each of apis) await each.ready();
    const log = await sessionLogForTest(nats.url);
    const taskId = await configureTask(api, 'database');
    const earlier = await startTask(api, taskId);
    await api.post(`${sessionsPath}/${earlier}/stop/`);
    const stopped = await startTask(api, taskId);
    const paused = await startTask(api, await configureTask(api, 'database-2'));

    await postgres.kill();
    for (const each of apis) {
      expect(await each.post(`${sessionsPath}/${stopped}/stop/`, { reason: 'in the dark' })).toMatchObject({
        status: 200,
        body: { id: stopped, status: 'stopped', stopped_at: expect.any(String) },
      });
    }
    expect(await api.post(`${sessionsPath}/${paused}/pause/`)).toMatchObject({
      status: 200,
      body: { status: 'paused', detail: expect.stringContaining('database is away') },
    });
    expect(await api.post(`${sessionsPath}/${earlier}/stop/`)).toMatchObject({
      status: 200,
      body: { id: earlier, status: 'stopped' },
    });
    for (const answer of [
      await api.get(`${sessionsPath}/`),
      await api.get('/api/config/tasks/'),
      await api.post(`${sessionsPath}/start-task/`, { task_id: taskId }),
    ]) {
      expect(answer).toMatchObject(unavailable('database_unavailable'));
      expectRetryAfter(answer);
    }

    await postgres.restart();
    for (const each of apis) await each.ready();
    const folded = await foldedSessions(log);
    expect(folded.map(({ status }) => status).sort()).toEqual(['paused', 'stopped', 'stopped']);
    await eventually(
      async () => {
        expect(await sessionsOfReadModel(api)).toEqual(folded);
        return true;
      },
      { what: 'the read model to catch up' },
    );
    expect(apis.map((each) => each.process.exit)).toEqual([undefined, undefined]);
  });
});

describe('with a PostgreSQL that hangs', () => {
  it('a session is stopped all the same, and reads are refused in the end', async () => {
    const nats = await natsForTest();
    const url = new URL(await freshDatabase());
    const proxy = await startTcpProxy({ targetPort: Number(url.port) });
    url.port = String(proxy.port);
    const env = { READ_YOUR_WRITE_MS: '2000' };
    const api = await startApi({ nats: nats.url, database: url.href, env });
    await api.ready();
    const sessionId = await startTask(api, await configureTask(api, 'stalled'));
    proxy.stall();
    expect(await api.post(`${sessionsPath}/${sessionId}/stop/`)).toMatchObject({
      status: 200,
      body: { status: 'stopped' },
    });
    expect(await api.get(`${sessionsPath}/`)).toMatchObject(unavailable('database_unavailable'));
    await proxy.heal();
    await api.ready();
    await eventually(async () => (await api.get(`${sessionsPath}/${sessionId}/`)).body.status === 'stopped', {
      what: 'the read model to catch up',
    });
  });
});

describe('an API that is started', () => {
  it('before everything else answers 503 and is ready when the rest has come', async () => {
    const natsPort = await freePort();
    const postgresPort = await freePort();
    const database = `postgres://holdfast@127.0.0.1:${postgresPort}/holdfast`;
    const api = await startApi({ nats: `nats://127.0.0.1:${natsPort}`, database });
    await eventually(async () => (await api.get('/health/live')).status === 200, { what: 'it to live' });
    expect((await api.get('/health/ready')).body).toEqual({
      status: 'unavailable',
      dependencies: { nats: false, postgres: false, log_complete: true },
      reasons: {
        nats: 'there is no connection to NATS yet',
        postgres: 'there is no connection to PostgreSQL',
      },
    });
    expect(await api.get(`${sessionsPath}/`)).toMatchObject(unavailable('database_unavailable'));
    expect(await api.post(`${sessionsPath}/1-1/stop/`)).toMatchObject(unavailable('broker_unavailable'));
    await natsForTest({ port: natsPort });
    await eventually(async () => (await api.get('/health/ready')).body.dependencies.nats, {
      what: 'the broker to be used',
    });
    // Commands on a session need nothing but the broker.
    expect(await api.post(`${sessionsPath}/1-1/stop/`)).toMatchObject({
      status: 404,
      body: { code: 'session_not_found' },
    });
    const { exited } = api.process;
    await api.process.stop();
    expect(await exited).toMatchObject({ code: 0 });
  });

  it('while the database is not brought to its release yet is not ready, and is when that is done', async () => {
    const nats = await natsForTest();
    const database = await freshDatabase();
    const before = await startApi({ nats: nats.url, database });
    await before.ready();
    await before.process.stop();
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    cleanUpAfterFile(() => client.end());
    // The test holds the lock like another process that migrates.
    await client.query('select pg_advisory_lock($1)', [advisoryLocks.migration]);
    const api = await startApi({ nats: nats.url, database });
    const dependencies = async () => (await api.get('/health/ready')).body.dependencies;
    const isConnected = () =>
      api.process.lastLines(200).some((line) => line.includes('connected to PostgreSQL'));
    await eventually(async () => isConnected() && (await dependencies()).nats, { what: 'both connections' });
    expect(await api.get('/health/ready')).toMatchObject({
      status: 503,
      body: { dependencies: { nats: true, postgres: false, log_complete: true } },
    });
    await client.query('select pg_advisory_unlock($1)', [advisoryLocks.migration]);
    await api.ready();
  });

  it('keeps what it cannot serve yet waiting, as long as that does not take long', async () => {
    const url = new URL(await freshDatabase());
    const proxy = await startTcpProxy({ targetPort: Number(url.port) });
    url.port = String(proxy.port);
    await proxy.cut();
    const api = await startApi({ nats: (await natsForTest()).url, database: url.href });
    let notYetAt = performance.now();
    const lives = async () => {
      const lookedAt = performance.now();
      const isThere = (await api.get('/health/live').catch(() => undefined))?.status === 200;
      if (!isThere) notYetAt = lookedAt;
      return isThere;
    };
    await eventually(lives, { what: 'the API to listen' });
    const answer = api.get(sessionsPath);
    await proxy.heal();
    const { status } = await answer;
    // On a very busy machine the API may rightly have lost patience, which counts from when it begins to listen.
    if (performance.now() - notYetAt < 2_500) expect(status).toBe(200);
    await api.ready();
  });

  it('on a new database makes its tables and complains of nothing', async () => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    expect(complaintsIn(api.process.lastLines(200))).toEqual([]);
    const linesWith = (text: string) => api.process.lastLines(200).filter((line) => line.includes(text));
    await expect.poll(() => linesWith('the projector reads SESSIONS from its checkpoint')).toHaveLength(1);
    // If a process took the right to write before the tables existed, it would lose it and take it again a second later.
    expect(linesWith('this process brings SESSIONS into the read model')).toHaveLength(1);
  });

  it('whose NATS is not there yet complains of that alone', async () => {
    const nats = `nats://127.0.0.1:${await freePort()}`;
    const api = await startApi({ nats, database: await freshDatabase(), env: { LOG_LEVEL: 'debug' } });
    const lines = () => api.process.lastLines(2_000);
    const isProjecting = async () => {
      const { dependencies } = (await api.get('/health/ready').catch(() => undefined))?.body ?? {};
      return dependencies?.postgres === true;
    };
    await eventually(isProjecting, { what: 'the read model' });
    const attempts = () => lines().filter((line) => line.includes('no connection to NATS yet')).length;
    const before = attempts();
    // There are at most four attempts a second, so everything that looks for work once a second has had time.
    await eventually(() => attempts() >= before + 12, { what: 'attempts to reach NATS' });
    expect(complaintsIn(lines())).toEqual([expect.stringContaining('no connection to NATS yet')]);
  });

  it('on a port that is taken says so and how to go on', async () => {
    const nats = await natsForTest();
    const database = await freshDatabase();
    const api = await startApi({ nats: nats.url, database });
    await api.ready();
    const port = new URL(api.url).port;
    const other = await startApi({ nats: nats.url, database, env: { API_PORT: port } });
    expect(await other.process.exited).toMatchObject({ code: 1 });
    expect(other.process.lastLines(20).join('\n')).toContain(
      `port ${port} of 127.0.0.1 is taken by another program`,
    );
  });

  it('without settings names all that are missing or wrong', async () => {
    const api = await startApi({
      nats: 'nats://127.0.0.1:4222',
      database: 'mysql://here',
      env: { API_PORT: '99999' },
    });
    expect(await api.process.exited).toMatchObject({ code: 1 });
    const logText = api.process.lastLines(50).join('\n');
    expect(logText).toContain('DATABASE_URL');
    expect(logText).toContain('API_PORT');
  });
});
