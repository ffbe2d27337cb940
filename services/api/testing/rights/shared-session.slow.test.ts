import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import { SinkBoard } from '@holdfast/shared/jetstream/boards/sink-board.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Route } from '../../src/http/route.ts';
import { allRoutes } from '../all-routes.ts';
import { apiDatabase } from '../api-database.ts';
import { startApiInProcess } from '../api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath } from '../api-under-test.ts';
import { followEvents } from '../event-client.ts';
import { placementsIn } from '../placements.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
/** Everything of the other site that its users alone may read: codes, names, an address and a value. */
const ofOtherSite = /mixer|torque|Secret|10\.99\.|77123/;

let api: ApiClient;
let log: SessionLogForTest;
/** A key of an operator of hall 1. */
let own: string;
/** A key of a viewer of both halls who operates hall 1. */
let watching: string;
const ids = { shared: '', failed: '', waiting: '' };
let device: { readonly oven: number; readonly mixer: number };
let point: { readonly level: number; readonly torque: number };
/** Of a change from before anything was said of the other site's device. */
let firstId: string;
let epoch = 0;

const call = (
  method: string,
  path: string,
  { key = adminKey, body }: { readonly key?: string; readonly body?: unknown } = {},
): Promise<Answer> => api.ask(method, path, { key, body });

async function create(path: string, body: object): Promise<Answer['body']> {
  const answer = await call('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const taskOf = (sessionId: string) => sessionId.split('-')[0] ?? '';

async function start(
  code: string,
  taskDevices: readonly number[],
  points: readonly number[],
): Promise<string> {
  const body = { code, period_ms: 1_000, device_ids: taskDevices, point_ids: points };
  const { id } = await create('/api/config/tasks/', body);
  return (await create(`${sessionsPath}/start-task/`, { task_id: id })).session_id;
}

async function appended(event: SessionLogEvent, at: 'lifecycle' | 'placement'): Promise<number> {
  const { lastLifecycle, lastPlacement } = await loadTask(log.store, event.taskId);
  const last = at === 'placement' ? lastPlacement : lastLifecycle;
  const envelope = encodeSessionEvent(event, {
    id: `${event.type}-${event.sessionId}-${last}`,
    time: new Date().toISOString(),
    source: '/holdfast/test',
  });
  return log.store.append(subjects[at](event.taskId), envelope, last);
}

const now = () => new Date().toISOString();

beforeAll(async () => {
  const nats = (await natsForTest()).url;
  const database = await apiDatabase();
  await migrateSampleTables({ databaseUrl: database });
  api = await startApiInProcess({ nats, database, env: { API_BOOTSTRAP_KEY: adminKey } });
  await api.ready();
  log = await sessionLogForTest(nats);
  const halls = [
    await create('/api/config/sites/', { code: 'hall-1' }),
    await create('/api/config/sites/', { code: 'hall-2' }),
  ];
  const keyOf = async (name: string, grants: readonly object[]) =>
    (await create('/api/system/keys/', { name, grants })).key;
  own = await keyOf('operator of hall 1', [{ role: 'operator', sites: ['hall-1'] }]);
  watching = await keyOf('viewer of both halls', [
    { role: 'viewer', sites: ['hall-1', 'hall-2'] },
    { role: 'operator', sites: ['hall-1'] },
  ]);
  const deviceOf = async (code: string, name: string, host: string, site: number) =>
    (
      await create('/api/config/devices/', {
        code,
        name,
        host,
        port: 1502,
        unit_id: 1,
        site_id: halls[site].id,
      })
    ).id;
  device = {
    oven: await deviceOf('oven', 'Oven', '127.0.0.1', 0),
    mixer: await deviceOf('mixer', 'Secret mixer', '10.99.0.7', 1),
  };
  const pointOf = async (code: string, device_id: number) =>
    (
      await create('/api/config/points/', {
        ...{ device_id, code, name: `Secret ${code}`.replace('Secret level', 'Level') },
        ...{ table: 'holding_register', address: 0, data_type: 'int32' },
      })
    ).id;
  point = { level: await pointOf('level', device.oven), torque: await pointOf('torque', device.mixer) };
  const both = [
    [device.oven, device.mixer],
    [point.level, point.torque],
  ] as const;
  ids.failed = await start('failing-task', ...both);
  ids.waiting = await start('waiting-task', ...both);
  // A session of hall 1, which a device of hall 2 joins while it runs.
  ids.shared = await start('shared-task', [device.oven], [point.level]);
  const joined = { device_ids: both[0], point_ids: both[1] };
  const edited = await call('PATCH', `/api/config/tasks/${taskOf(ids.shared)}/`, { body: joined });
  expect(edited.status, JSON.stringify(edited.body)).toBe(200);
  const applied = await call('POST', `${sessionsPath}/${ids.shared}/reconfigure/`, { body: {} });
  expect(applied.body, JSON.stringify(applied.body)).toMatchObject({ devices: { added: 1 } });
  const changes = await followEvents(`${api.url}/api/acquisition/live/changes/`, {
    authorization: `Bearer ${adminKey}`,
  });
  await eventually(async () => changes.lastId() !== undefined, { what: 'the place of the stream' });
  firstId = String(changes.lastId());
  await happens(database);
  await eventually(
    async () => {
      const summary = (await call('GET', `${sessionsPath}/summary/`)).body;
      const { storing } = (await call('GET', `${sessionsPath}/${ids.shared}/status/`)).body;
      const changes = (await call('GET', '/api/acquisition/devices/health/changes/')).body;
      return [summary.results.length === 3 && summary, storing, changes].every(
        (answer) => JSON.stringify(answer).includes('mixer') && JSON.stringify(answer).includes('oven'),
      );
    },
    { what: 'all that was said to have arrived' },
  );
});

/** As a supervisor that has no collector for a device of a session. */
async function waitsForDriver(session: string, device: string): Promise<void> {
  await (await KvWaitingBoard.open(log.nc)).write(taskOf(session), {
    ...{ v: 1, session, why: 'no_collector', since: now() },
    detail: waitingText('no_collector_has_the_driver', {
      withLabels: '',
      drivers: [waitingText('driver_of_device', { protocol: 'modbus_tcp', device })],
    }),
  });
}

/** Has programs say something about both devices wherever they may. */
async function happens(database: string): Promise<void> {
  epoch = await placementsIn(log.store).assign(ids.shared, 'c1');
  const fault = collectorText('device_fault', { device: 'mixer', why: 'no torque' });
  const placed = (sessionId: string) => ({ sessionId, taskId: taskOf(sessionId), collectorId: 'c1' });
  const held = await placementsIn(log.store).assign(ids.waiting, 'c1');
  await appended(
    {
      ...{ type: 'session.released', ...placed(ids.waiting), epoch: held },
      ...{ reason: 'refused', detail: fault, refusals: 1 },
    },
    'placement',
  );
  await waitsForDriver(ids.waiting, 'mixer');
  const [started] = (await call('GET', `${sessionsPath}/${ids.failed}/events/`)).body.results;
  await appended(
    {
      ...{ type: 'session.failed', sessionId: ids.failed, taskId: taskOf(ids.failed), by: 'supervisor' },
      ...{ taskCode: 'failing-task', configVersion: 1, startedAt: started.data.started_at },
      ...{ reason: fault, cause: 'permanent' },
    },
    'lifecycle',
  );
  const ofDevice = (code: string, why: string) => ({
    ...{ status: 'timeout', consecutive_failures: 9, last_success: null },
    last_error: `${code}: ${why}`,
  });
  await (await StatusBoard.open(log.nc)).write(taskOf(ids.shared), {
    ...{ v: 1, session: ids.shared, epoch, collector: 'c1', instance: 'life', state: 'polling' },
    detail: fault,
    ...{ updated_at: now(), points_read: 7, error_count: 0, last_read_time: null },
    device_health: {
      oven: { ...ofDevice('level', 'no answer'), status: 'timeout' },
      mixer: { ...ofDevice('torque', 'no answer'), status: 'timeout' },
    },
  });
  const refusedOf = (code: string, points: string) => ({
    ...{ session: ids.shared, device: code, point_codes: [points], points: 1, reason: 'out of range' },
    ...{ since: now(), last: now(), ticks: 1 },
  });
  await (await SinkBoard.open(log.nc)).write({
    ...{ v: 1, instance: 'writer', store: 'postgres', records_ticks: true, started_at: now() },
    // The report counts as that of a writer that is alive for as long as the tests take.
    updated_at: new Date(Date.now() + 3_600_000).toISOString(),
    ...{ reachable: true, failing_since: null, last_error: null, last_write: null, samples_per_s: 0 },
    ...{ values_per_s: 0, batch_latency_ms: null, samples_written: 0, values_written: 0 },
    ...{ samples_fenced: 0, samples_uncertain: 0, messages_quarantined: 0, values_quarantined: 0 },
    refused: [refusedOf('mixer', 'torque'), refusedOf('oven', 'level')],
    ...{ refused_left_out: 0, samples_rejected: 0, rejected: [], rejected_left_out: 0, failed_writes: 0 },
  });
  const health = new HealthStream(log.nc);
  for (const [code, id] of Object.entries(device)) {
    await health.publish({
      ...{ v: 1, session: ids.shared, task: taskOf(ids.shared), device_id: String(id), device: code },
      ...{ collector: 'c1', from: 'healthy', to: 'timeout', detail: `${code} is silent`, time: now() },
    });
  }
  const store = openPostgresSampleStore({ databaseUrl: database });
  cleanUpAfterFile(() => store.close());
  const time = Date.now() - 1_000;
  const rows = [
    { code: 'oven', site: 'hall-1', values: { level: 5 } },
    { code: 'mixer', site: 'hall-2', values: { torque: 77_123 } },
  ].map(({ code, site, values }) => ({
    ...{ session: ids.shared, epoch, task: taskOf(ids.shared), device: code, site, measurement: code },
    ...{ tick: Math.floor(time / 1_000), period_ms: 1_000, time, values },
  }));
  expect(await store.write(rows)).toEqual({ kind: 'written' });
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  const tick = Math.floor(Date.now() / 1_000);
  await coverage.record(
    ['oven', 'mixer'].map((deviceCode) => ({
      ...{ sessionId: ids.shared, deviceCode, periodMs: 1_000, outcome: 'timeout' as const },
      ...{ from: tick, to: tick + 20 },
    })),
  );
}

/** How routes are asked that need to be told what about. */
const queries: Readonly<Record<string, string>> = {
  '/api/acquisition/sessions/point-history': 'point_code=level&end_time=now',
  '/api/acquisition/points/history': 'point=oven/level',
  '/api/exports/values': 'point=oven/level',
};

function pathsOf({ url, schema }: Route): string[] {
  const has = (name: string) => schema.querystring instanceof z.ZodObject && name in schema.querystring.shape;
  const query = [
    ...(queries[url] === undefined ? [] : [queries[url]]),
    // By default a requested time ends some seconds ago, when the sessions had not begun yet.
    ...(has('to') ? ['to=now'] : []),
  ].join('&');
  if (!url.includes(':id')) {
    const ofSession = has('session') ? Object.values(ids).map((id) => `session=${id}`) : [];
    const more = [
      '',
      ...ofSession,
      ...(has('by') ? ['by=device'] : []),
      ...(has('split') ? ['split=day'] : []),
    ];
    return more.map((each) => `${url}/?${[query, each].filter(Boolean).join('&')}`);
  }
  const withAt = has('at') ? [`at=${now()}`] : [];
  return Object.values(ids).flatMap((id) =>
    [query, ...withAt].map((each) => `${url.replace(':id', id)}/?${each}`),
  );
}

const routes = allRoutes.filter(
  ({ method, url, isWatched }) =>
    method === 'GET' && !isWatched && /^\/api\/(acquisition|exports\/values|system\/overview)/.test(url),
);

const textOf = ({ body }: Answer) => (typeof body === 'string' ? body : JSON.stringify(body));

describe('a session with devices at two sites, for an operator of one of them', () => {
  /** Routes that show the other site's devices to those who may see all. */
  const tellingRoutes = new Set<string>();

  it.each(routes)('$url shows nothing of the other site', async (route) => {
    for (const path of pathsOf(route)) {
      const isTelling = ofOtherSite.test(textOf(await call('GET', path)));
      if (isTelling) tellingRoutes.add(route.url);
      const answer = await call('GET', path, { key: own });
      expect(answer.status, `${path}: ${textOf(answer)}`).toBe(200);
      expect(textOf(answer), path).not.toMatch(ofOtherSite);
    }
  });

  it('would be shown whole by all of these', () => {
    expect([...tellingRoutes].map((url) => url.replace('/api/acquisition/', '')).sort()).toEqual([
      '/api/system/overview',
      'completeness',
      'devices/health',
      'devices/health/changes',
      'gaps',
      'ownership',
      'points/values',
      'recovery',
      'report',
      'report/values',
      'sessions',
      'sessions/:id',
      'sessions/:id/completeness',
      'sessions/:id/events',
      'sessions/:id/gaps',
      'sessions/:id/status',
      'sessions/:id/timeline',
      'sessions/active',
      'sessions/summary',
    ]);
  });

  it('stands in lists, and is shown with his devices and the codes of its sites', async () => {
    const read = async (path: string) => (await call('GET', path, { key: own })).body;
    const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();
    const all = Object.values(ids).sort();
    expect(idsOf((await read(`${sessionsPath}/`)).results)).toEqual(all);
    const { results, counts } = await read(`${sessionsPath}/summary/`);
    expect(idsOf(results)).toEqual(all);
    expect(counts).toMatchObject({ all: 3, running: 2, error: 1 });
    const shared = results.find(({ id }: { id: string }) => id === ids.shared);
    expect(shared).toMatchObject({
      sites: ['hall-1', 'hall-2'],
      devices: { total: 1, failing: 1, failing_codes: ['oven'] },
      metadata: {},
    });
    expect(await read(`${sessionsPath}/${ids.shared}/status/`)).toMatchObject({
      points_read: 7,
      storing: { refused: [{ device: 'oven' }] },
      metadata: { device_health: { oven: { status: 'timeout' } } },
    });
    const { devices } = await read(`${sessionsPath}/${ids.shared}/completeness/`);
    expect(devices.map((each: { device: string }) => each.device)).toEqual(['oven']);
    const changes = await read('/api/acquisition/devices/health/changes/');
    expect(changes.results).toMatchObject([{ device: 'oven' }]);
    const values = await read(`/api/acquisition/points/values/?session=${ids.shared}`);
    expect(values.results.map((each: { device: string }) => each.device)).toEqual(['oven']);
    const { error_message } = await read(`${sessionsPath}/${ids.failed}/`);
    expect(error_message).toBe('the reason is shown to those who may see all sites of the session');
  });

  it('is not shown to someone at neither site', async () => {
    await create('/api/config/sites/', { code: 'hall-3' });
    const { key } = await create('/api/system/keys/', {
      ...{ name: 'operator of hall 3', role: 'operator', sites: ['hall-3'] },
    });
    expect((await call('GET', `${sessionsPath}/`, { key })).body.results).toEqual([]);
    for (const answer of [
      await call('GET', `${sessionsPath}/${ids.shared}/`, { key }),
      await call('GET', `${sessionsPath}/${ids.shared}/events/`, { key }),
      await call('POST', `${sessionsPath}/${ids.shared}/stop/`, { key }),
    ]) {
      expect(answer.body).toMatchObject({ status: 403, code: 'site_not_granted', sites: ['hall-3'] });
      expect(textOf(answer)).not.toMatch(/hall-[12]/);
    }
  });

  it('tells him its changes and those of his devices, and their samples', async () => {
    const follow = (path: string) =>
      followEvents(`${api.url}/api/acquisition/${path}`, { authorization: `Bearer ${own}` });
    const [changes, live] = [await follow('live/changes/'), await follow(`live/?task=${taskOf(ids.shared)}`)];
    const samples = await SampleStream.open(log.nc);
    const health = new HealthStream(log.nc);
    const tick = Math.floor(Date.now() / 1_000) + 60;
    // The other site's come first: they would be here by the time that his are.
    for (const [code, site, values] of [
      ['mixer', 'hall-2', { torque: 77_123 }],
      ['oven', 'hall-1', { level: 5 }],
    ] as const) {
      const about = { v: 1, session: ids.shared, task: taskOf(ids.shared), collector: 'c1' } as const;
      const device_id = String(device[code]);
      await samples.publish({
        ...{ ...about, epoch, device_id, device: code, site, measurement: code, tick, period_ms: 1_000 },
        ...{ time: tick * 1_000, read_at: tick * 1_000, values: { ...values } },
      });
      await health.publish({
        ...{ ...about, device_id, device: code, from: 'timeout', to: 'healthy' },
        ...{ detail: `${code} answers`, time: now() },
      });
    }
    await expect.poll(() => JSON.stringify(changes.events)).toContain('oven answers');
    await expect.poll(() => JSON.stringify(live.events)).toContain('"level":5');
    expect((await call('POST', `${sessionsPath}/${ids.shared}/pause/`, { body: {} })).status).toBe(200);
    await expect.poll(() => changes.events.map(({ data }) => data.type)).toContain('session.paused');
    for (const { events } of [changes, live]) expect(JSON.stringify(events)).not.toMatch(ofOtherSite);
    expect((await call('POST', `${sessionsPath}/${ids.shared}/resume/`, { body: {} })).status).toBe(200);
  });

  it('has no point for him that is at the other site alone', async () => {
    const about = async (code: string) => {
      const path = `${sessionsPath}/point-history/?point_code=${code}&end_time=now`;
      const { status, body } = await call('GET', path, { key: own });
      return [status, body.code, String(body.detail).replaceAll(code, 'POINT')];
    };
    expect(await about('torque')).toEqual(await about('nonsense'));
    expect((await about('torque'))[0]).toBe(404);
  });

  it.each(['stop', 'pause', 'resume', 'recover'])(
    'takes no %s from him, and says at which site he would need the role',
    async (name) => {
      const before = (await call('GET', `${sessionsPath}/${ids.shared}/events/`)).body.results.length;
      for (const key of [own, watching]) {
        const { body } = await call('POST', `${sessionsPath}/${ids.shared}/${name}/`, { key });
        expect(body).toMatchObject({
          ...{ status: 403, code: 'site_not_granted', sites: ['hall-1'], missing: ['hall-2'] },
          detail: `Session ${ids.shared} also reads devices at hall-2, and you may do this at hall-1 only. Ask someone whose role holds at all of its sites, or an administrator for more sites. To be independent, give your devices a task of their own.`,
        });
      }
      const after = (await call('GET', `${sessionsPath}/${ids.shared}/events/`)).body.results.length;
      expect(after).toBe(before);
    },
  );

  it('shows nothing of the other site either once the sessions have gone on without it', async () => {
    const whole = await followEvents(`${api.url}/api/acquisition/live/changes/`, {
      ...{ authorization: `Bearer ${adminKey}`, 'last-event-id': firstId },
    });
    await expect.poll(() => JSON.stringify(whole.events)).toContain('mixer is silent');
    // What was last heard of them stays, as no collector has them.
    for (const id of [ids.shared, ids.waiting]) {
      const task = { device_ids: [device.oven], point_ids: [point.level] };
      const edited = await call('PATCH', `/api/config/tasks/${taskOf(id)}/`, { body: task });
      expect(edited.status, textOf(edited)).toBe(200);
      const applied = await call('POST', `${sessionsPath}/${id}/reconfigure/`, { body: {} });
      expect(applied.body, textOf(applied)).toMatchObject({ devices: { removed: 1 } });
    }
    await waitsForDriver(ids.waiting, 'oven');
    const sitesOf = async () => (await call('GET', `${sessionsPath}/summary/`, { key: own })).body.results;
    await eventually(
      async () =>
        (await sitesOf()).filter((each: { sites: string[] }) => each.sites.length === 1).length === 2,
      { what: 'the read model to have the new versions' },
    );
    for (const path of routes.flatMap(pathsOf)) {
      const answer = await call('GET', path, { key: own });
      expect(textOf(answer), path).not.toMatch(ofOtherSite);
    }
    const changes = await followEvents(`${api.url}/api/acquisition/live/changes/`, {
      ...{ authorization: `Bearer ${own}`, 'last-event-id': firstId },
    });
    await expect.poll(() => JSON.stringify(changes.events)).toContain('oven is silent');
    await expect.poll(() => JSON.stringify(changes.events)).toContain('session.reconfigured');
    expect(JSON.stringify(changes.events)).not.toMatch(ofOtherSite);
  });
});
