import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { followEvents, type StreamedEvent } from './event-client.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;
let log: SessionLogForTest;
let database: string;
let site: number;

const path = '/api/acquisition/live/changes/';
const adminKey = `hf_0badcafe_${'k'.repeat(43)}`;

async function follow(
  from: ApiUnderTest = api,
  { key = adminKey, lastId }: { key?: string | undefined; lastId?: string | undefined } = {},
) {
  const client = await followEvents(`${from.url}${path}`, {
    ...{ authorization: `Bearer ${key}`, ...(lastId !== undefined && { 'last-event-id': lastId }) },
  });
  const { events } = client;
  const of = (event: string) => events.filter((each) => each.event === event);
  const has = (what: string, isIt: (each: StreamedEvent) => boolean) =>
    eventually(() => events.find(isIt), { what: `${what} among ${JSON.stringify(events)}` });
  return { ...client, of, has };
}

/** Publishes a change of a device's health. */
async function deviceBecomes(session: string, to: 'healthy' | 'timeout', device = 'press'): Promise<void> {
  const [task = ''] = session.split('-');
  const change = { v: 1, session, task, device_id: '1', device, collector: 'c1' } as const;
  const health = { ...change, from: null, to, detail: 'as told', time: '2026-01-01T08:00:00.000Z' };
  await new HealthStream(log.nc).publish(health);
}

const isOf = (session: string, type: string) => (each: StreamedEvent) =>
  each.data.session_id === session && each.data.type === type;

const as = (key: string) => ({ authorization: `Bearer ${key}` });
const asAdmin: Pick<ApiUnderTest, 'post' | 'get' | 'request'> = {
  get: (at) => asAdmin.request('GET', at),
  post: (at, body) => asAdmin.request('POST', at, body),
  request: (method, at, body) => api.ask(method, at, { key: adminKey, body }),
};
const admin = () => asAdmin as ApiUnderTest;

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database, env: { API_BOOTSTRAP_KEY: adminKey } });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  site = (await asAdmin.post('/api/config/sites/', { code: 'hall-1' })).body.id;
});

describe('who follows changes', () => {
  it('gets sessions, their placements, devices and configuration, and the sinks at first', async () => {
    const client = await follow();
    expect(client.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await client.has('the state of the sinks', ({ event }) => event === 'sink');
    expect(client.of('sink')[0]?.data).toEqual({ status: 'no_writer', detail: 'no writer is alive' });
    const taskId = await configureTask(admin(), 'followed');
    const session = await startTask(admin(), taskId);
    await client.has('the start', isOf(session, 'session.started'));
    const epoch = await placementsIn(log.store).assign(session, 'c1');
    const placed = await client.has('the placement', isOf(session, 'session.assigned'));
    expect(placed).toMatchObject({
      event: 'session',
      data: { task_id: taskId, sequence: epoch, collector_id: 'c1', time: '2026-01-01T08:00:00.000Z' },
    });
    await deviceBecomes(session, 'timeout');
    const device = await client.has('the device', ({ event }) => event === 'device');
    expect(device.data).toEqual({
      ...{ session_id: session, device: 'press', collector_id: 'c1', from: null, to: 'timeout' },
      ...{ detail: 'as told', time: '2026-01-01T08:00:00.000Z' },
    });
    await asAdmin.request('PATCH', `/api/config/tasks/${taskId}/`, { name: 'Other' });
    const changed = await client.has('the change', ({ data }) => data.action === 'task.update');
    expect(changed).toMatchObject({
      event: 'configuration',
      data: { kind: 'task', target: `task ${taskId}` },
    });
    const places = client.events.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(places).size).toBe(places.length);
    await client.stop();
  });

  it('is not announced before the read model shows it', async () => {
    const client = await follow();
    const session = await startTask(admin(), await configureTask(admin(), 'held-up'));
    await client.has('the start', isOf(session, 'session.started'));
    const holder = new pg.Client({ connectionString: database });
    await holder.connect();
    cleanUpAfterFile(() => holder.end());
    await holder.query('begin; lock table session_events in exclusive mode');
    await placementsIn(log.store).assign(session, 'c1');
    await deviceBecomes(session, 'healthy', 'sentinel');
    await client.has('what came later', ({ data }) => data.device === 'sentinel');
    expect(client.events.some(isOf(session, 'session.assigned'))).toBe(false);
    await holder.query('rollback');
    await client.has('the placement', isOf(session, 'session.assigned'));
    const { body } = await asAdmin.get(`${sessionsPath}/${session}/`);
    expect(body.collector_id).toBe('c1');
    await client.stop();
  });

  it('goes on where it was, in another process too, and after a restart of the first', async () => {
    const client = await follow();
    const session = await startTask(admin(), await configureTask(admin(), 'resumed'));
    await client.has('the start', isOf(session, 'session.started'));
    await client.stop();
    const lastId = client.lastId();
    expect(lastId).toMatch(/^s\d+\.h\d+\.a\d+$/);
    await deviceBecomes(session, 'timeout');
    await asAdmin.post(`${sessionsPath}/${session}/stop/`, {});
    const other = await startApi({ nats: nats.url, database });
    await other.ready();
    await api.process.stop();
    for (const again of [other, api]) {
      if (again === api) {
        api = await startApi({ nats: nats.url, database });
        await api.ready();
      }
      const back = await follow(again === other ? other : api, { lastId });
      await back.has('the stop', isOf(session, 'session.stopped'));
      await back.has('the device', ({ event }) => event === 'device');
      expect(back.events.some(isOf(session, 'session.started'))).toBe(false);
      expect(back.of('reset')).toEqual([]);
      await back.stop();
    }
  });

  it('is asked to read all again where what it has seen is of other streams', async () => {
    const client = await follow(api, { lastId: 's999999.h0.a0' });
    const reset = await client.has('a reset', ({ event }) => event === 'reset');
    expect(reset).toMatchObject({
      id: expect.stringMatching(/^s\d+\.h\d+\.a\d+$/),
      data: { reason: 'unknown' },
    });
    await client.stop();
    const { status } = await api.raw(`${path}?lastEventId=7`, { headers: as(adminKey) });
    expect(status).toBe(422);
  });

  it('at some sites gets what lies there, and not what was configured', async () => {
    const { body: creation } = await asAdmin.post('/api/system/keys/', {
      name: 'hall',
      role: 'viewer',
      sites: ['hall-1'],
    });
    const client = await follow(api, { key: creation.key });
    const taskIn = async (code: string, site_id: number | null) => {
      const place = { code: `${code}-press`, host: `${code}.example`, site_id };
      const device_id = (await asAdmin.post('/api/config/devices/', place)).body.id;
      const point = { device_id, code: 'level', table: 'holding_register', address: 0, data_type: 'int16' };
      await asAdmin.post('/api/config/points/', point);
      const task = { code, period_ms: 1_000, device_ids: [device_id] };
      return (await asAdmin.post('/api/config/tasks/', task)).body.id;
    };
    const elsewhere = await startTask(admin(), await taskIn('elsewhere', null));
    await deviceBecomes(elsewhere, 'timeout', 'elsewhere-press');
    const here = await startTask(admin(), await taskIn('here', site));
    await deviceBecomes(here, 'timeout', 'here-press');
    await client.has('the session here', isOf(here, 'session.started'));
    await client.has('the device here', ({ data }) => data.device === 'here-press');
    await client.has('the configuration', ({ event }) => event === 'configuration');
    const text = JSON.stringify(client.events);
    expect(text).not.toContain(`"${elsewhere}"`);
    expect(text).not.toContain('elsewhere');
    expect(client.of('sink')).toEqual([]);
    expect(client.of('configuration').map(({ data }) => data.target)).toContain(null);
    expect(client.of('configuration').every(({ data }) => data.target === null)).toBe(true);
    await asAdmin.request('DELETE', `/api/system/keys/${creation.id}/`);
    await client.reading;
  });

  it('has twenty streams at once, and no more', async () => {
    const { body: creation } = await asAdmin.post('/api/system/keys/', { name: 'greedy', role: 'viewer' });
    const clients = [];
    for (let count = 0; count < 20; count += 1) clients.push(await follow(api, { key: creation.key }));
    expect(clients.map(({ response }) => response.status)).toEqual(Array(20).fill(200));
    const refused = await api.raw(path, { headers: as(creation.key) });
    expect(refused).toMatchObject({ status: 503, body: { code: 'too_many_live_clients' } });
    await clients[0]?.stop();
    const newClient = await eventually(
      async () => {
        const next = await follow(api, { key: creation.key });
        return next.response.status === 200 && next;
      },
      { what: 'the place that was given back' },
    );
    for (const client of [...clients, newClient]) await client.stop();
  });
});
