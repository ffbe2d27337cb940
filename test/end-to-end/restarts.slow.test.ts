import { processExists, type RunningProcess } from '@holdfast/dev/child-process.ts';
import { type PostgresServer, startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sessionsPath = '/api/acquisition/sessions';

describe('a plant whose sessions were started over REST', () => {
  let nats: NatsServer;
  let postgres: PostgresServer;
  let databaseUrl: string;
  let plant: PlantForTest;
  let log: SessionLogForTest;
  let rest: RestClient;
  const settings: Record<string, string> = {};
  const services = new Map<string, RunningProcess>();
  let running: string[];
  let stopped: string;
  let readBeforeStop: number;
  const requestsTo = (code: string) => plant.requests.filter(({ device }) => device === code).length;

  const starts: Record<string, () => Promise<RunningProcess>> = {
    api: () => start('api'),
    supervisor: () => start('supervisor'),
    writer: () => start('writer'),
    'collector c1': () => start('collector', { COLLECTOR_ID: 'c1' }),
    'collector c2': () => start('collector', { COLLECTOR_ID: 'c2' }),
  };
  const start = (service: ServiceName, extra: Record<string, string> = {}) =>
    startService(service, { ...settings, ...extra });
  const startAll = async () => {
    for (const [name, startOne] of Object.entries(starts)) services.set(name, await startOne());
  };
  const apiReady = () =>
    eventually(async () => (await rest.get('/health/ready')).status === 200, {
      what: 'the API to be ready',
    });

  beforeAll(async () => {
    nats = await natsForTest();
    postgres = await startPostgres({ dataDir: `${await temporaryFolder('postgres')}/data`, fsync: false });
    cleanUpAfterFile(() => postgres.stop());
    databaseUrl = await postgres.createDatabase('holdfast');
    plant = await plantForTest(['press-1', 'press-2', 'press-3']);
    log = await sessionLogForTest(nats.url);
    const port = await freePort();
    Object.assign(settings, {
      NATS_URL: nats.url,
      ...testLease,
      DATABASE_URL: databaseUrl,
      API_PORT: String(port),
      ACK_WAIT_MS: '3000',
    });
    rest = restClient(`http://127.0.0.1:${port}`);
    await startAll();
    await apiReady();
    const site = await rest.create('/api/config/sites/', { code: 'hall-1', name: 'Hall 1' });
    const sessionIds: string[] = [];
    for (const { device, host, port: devicePort, unitId } of plant.plant.endpoints) {
      const { id } = await rest.create('/api/config/devices/', {
        code: device,
        site_id: site.id,
        host,
        port: devicePort,
        unit_id: unitId,
        timeout_ms: 500,
      });
      await rest.create('/api/config/points/', [
        { device_id: id, code: 'count', table: 'holding_register', address: 0, data_type: 'uint16' },
        { device_id: id, code: 'constant', table: 'holding_register', address: 1, data_type: 'uint16' },
      ]);
      const task = await rest.create('/api/config/tasks/', {
        code: `read-${device}`,
        name: device,
        period_ms: 250,
        device_ids: [id],
      });
      sessionIds.push(await startTraced(task.id));
    }
    running = sessionIds.slice(0, 2);
    stopped = sessionIds[2] ?? '';
    await storedAfterNow(sessionIds);
    await rest.create(`${sessionsPath}/${stopped}/stop/`, { reason: 'end of shift' });
    await eventually(
      async () => (await log.assignments()) === 2 && plant.plant.openConnections('press-3') === 0,
      { what: 'the stopped session to be let go' },
    );
    readBeforeStop = requestsTo('press-3');
  });

  /** Starts a task in a trace of its own, which this test names. @returns the session's id */
  async function startTraced(taskId: number): Promise<string> {
    const answer = await fetch(`${rest.url}${sessionsPath}/start-task/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceOf(taskId)}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ task_id: taskId }),
    });
    expect(answer.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceOf(taskId)}-[0-9a-f]{16}-01$`));
    return ((await answer.json()) as { session_id: string }).session_id;
  }
  const traceOf = (taskId: number | string) => String(taskId).padStart(32, '4bf92f3577b34da6');

  const query = async <T extends object>(sql: string): Promise<T[]> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  /** Waits until values that were read from now on are in the database, for each of the sessions. */
  async function storedAfterNow(sessionIds: readonly string[]): Promise<void> {
    const now = Date.now();
    await eventually(
      async () => {
        const rows = await query<{ session_id: string; time: Date }>(
          `select session_id, max(time) as time from samples.series join samples.sample_value on series_id = id
           where point_code = 'count' group by session_id`,
        );
        return sessionIds.every((id) =>
          rows.some((row) => row.session_id === id && row.time.getTime() > now + 500),
        );
      },
      {
        what: `new values of ${sessionIds.join(' and ')} in the database`,
        intervalMs: 200,
      },
    );
  }

  async function everythingIsAsItWas(): Promise<void> {
    await storedAfterNow(running);
    await apiReady();
    for (const sessionId of running) {
      const { body } = await rest.get(`${sessionsPath}/${sessionId}/`);
      expect(body).toMatchObject({ id: sessionId, status: 'running', stopped_at: null });
    }
    const { body } = await rest.get(`${sessionsPath}/${stopped}/`);
    expect(body).toMatchObject({ id: stopped, status: 'stopped' });
    const events = await log.events();
    const lifecycle = events.flatMap(({ decoded }) =>
      decoded.kind === 'lifecycle' ? [`${decoded.event.type} ${decoded.event.sessionId}`] : [],
    );
    expect(lifecycle).toEqual([
      ...running.map((id) => `session.started ${id}`),
      `session.started ${stopped}`,
      `session.stopped ${stopped}`,
    ]);
    // The read model has every event of the log, once.
    await eventually(
      async () => {
        const rows = await query<{ sequence: string }>(
          'select sequence from session_events order by sequence',
        );
        return rows.length === (await log.events()).length;
      },
      { what: 'the read model to have every event' },
    );
    // One value a tick and point, and none of the stopped session any more.
    const doubled = await query(
      `select session_id, device_code, point_code, time from samples.series
       join samples.sample_value on series_id = id group by 1, 2, 3, 4 having count(*) > 1`,
    );
    expect(doubled).toEqual([]);
    expect(requestsTo('press-3')).toBe(readBeforeStop);
  }

  it('are found by the trace of their start, from the request to the collector that takes them', async () => {
    const [taskId = ''] = running[0]?.split('-') ?? [];
    const trace = traceOf(taskId);
    const jsm = await jetstreamManager(log.nc);
    const last = async (stream: string, subject: string) =>
      (await jsm.streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;
    const { collectorId = '' } = (await log.task(taskId)).placement as { collectorId?: string };
    const messages = {
      'the start': await last('SESSIONS', `sessions.task.${taskId}.lifecycle`),
      'the placement': await last('SESSIONS', `sessions.task.${taskId}.placement`),
      'the assignment': await last('ASSIGNMENTS', `assignments.${collectorId}.${taskId}`),
    };
    for (const [what, message] of Object.entries(messages)) {
      expect(message?.header.get('traceparent'), what).toContain(trace);
      expect(message?.json<{ traceparent?: string }>().traceparent, what).toContain(trace);
    }
    const audited = async () =>
      JSON.stringify((await rest.get('/api/system/audit/?action=session.start&limit=100')).body.results);
    await expect.poll(audited).toContain(trace);
    for (const name of ['api', 'supervisor', `collector ${collectorId}`]) {
      const lines = services
        .get(name)
        ?.lastLines(200)
        .filter((line) => line.includes(trace));
      expect(lines, `what the ${name} says of it`).not.toEqual([]);
    }
  });

  it.for(['api', 'supervisor', 'writer', 'collector c1', 'collector c2'])(
    'goes on when the %s is killed and started again',
    async (name) => {
      await services.get(name)?.kill();
      services.set(name, (await starts[name]?.()) as RunningProcess);
      await everythingIsAsItWas();
    },
  );

  it('goes on when the broker is killed and started again', async () => {
    await nats.kill();
    await nats.restart();
    await everythingIsAsItWas();
  });

  it('goes on when PostgreSQL is killed and started again', async () => {
    await postgres.kill();
    await postgres.restart();
    await everythingIsAsItWas();
  });

  it('goes on when PostgreSQL shuts down and the writer is killed: all clients let go of it, so that it ends', async () => {
    process.kill(postgres.pid, 'SIGTERM');
    await services.get('writer')?.kill();
    services.set('writer', (await starts.writer?.()) as RunningProcess);
    await eventually(async () => (await rest.get('/health/ready')).body.dependencies.postgres === false, {
      what: 'the API to say that PostgreSQL refuses connections',
    });
    await eventually(async () => !processExists(postgres.pid), {
      what: 'PostgreSQL to end, which it does when its last client has left',
    });
    await postgres.restart();
    await everythingIsAsItWas();
  });

  it('goes on when everything is killed at once and started again', async () => {
    await Promise.all([
      nats.kill(),
      postgres.kill(),
      ...[...services.values()].map((service) => service.kill()),
    ]);
    await Promise.all([nats.restart(), postgres.restart()]);
    await startAll();
    await everythingIsAsItWas();
  });

  it('keeps a session stopped that was stopped while all but the broker and the API were down', async () => {
    const sessionId = running[1] ?? '';
    const down = [...services].filter(([name]) => name !== 'api');
    await Promise.all([postgres.kill(), ...down.map(([, service]) => service.kill())]);
    const answer = await rest.post(`${sessionsPath}/${sessionId}/stop/`, { reason: 'from the panel' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'stopped' });
    const before = requestsTo('press-2');
    await postgres.restart();
    for (const [name] of down) services.set(name, (await starts[name]?.()) as RunningProcess);
    await storedAfterNow(running.slice(0, 1));
    expect(requestsTo('press-2')).toBe(before);
    await eventually(
      async () => (await rest.get(`${sessionsPath}/${sessionId}/`)).body.status === 'stopped',
      {
        what: 'the read model to show the stop',
      },
    );
  });
});
