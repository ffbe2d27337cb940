import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { apiDatabase } from '../api-database.ts';
import { startApiInProcess } from '../api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath } from '../api-under-test.ts';
import type { IdAt } from './places.ts';
import { configureTwoHalls } from './two-halls.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });

let database: string;
let nats: string;
let api: ApiClient;
let idAt: IdAt;
/** A key of the engineer of hall 1. */
let own: string;
/** A task in hall 1 that was never started. */
let idle: number;

const call = (
  method: string,
  path: string,
  { key = adminKey, body, once }: { key?: string; body?: unknown; once?: string } = {},
) =>
  api.ask(method, path, { key, body, ...(once !== undefined && { headers: { 'idempotency-key': once } }) });

beforeAll(async () => {
  database = await apiDatabase();
  nats = (await natsForTest()).url;
  api = await startApiInProcess({
    nats,
    database,
    env: { API_BOOTSTRAP_KEY: adminKey },
  });
  await api.ready();
  idAt = await configureTwoHalls(call);
  const body = { name: 'engineer of hall 1', role: 'engineer', sites: ['hall-1'] };
  own = (await call('POST', '/api/system/keys/', { body })).body.key;
  const task = { code: 'hall-1-idle', period_ms: 1_000, device_ids: [idAt('devices', 'hall-1')] };
  idle = (await call('POST', '/api/config/tasks/', { body: task })).body.id;
});

/** Another user's change, which is under way while a request is checked, and done before the request makes its own. */
interface Move {
  readonly to: (hall: 'hall-1' | 'hall-2') => Promise<string>;
}

const device: Move = {
  to: async (hall) =>
    `update devices set site_id = ${idAt('sites', hall)} where id = ${idAt('devices', 'hall-1')}`,
};
const task: Move = {
  to: async (hall) =>
    `select from tasks where id = ${idle} for update; update task_devices set device_id = ${idAt('devices', hall)} where task_id = ${idle}`,
};

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function answeredAfter(move: Move, request: () => Promise<Answer>): Promise<Answer> {
  const [mover, watcher] = [await connected(), await connected()];
  await mover.query(`begin; ${await move.to('hall-2')}`);
  let isAnswered = false;
  const answer = request().finally(() => {
    isAnswered = true;
  });
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await eventually(async () => isAnswered || (await watcher.query(waiting)).rowCount !== 0, {
    what: 'the request to wait for the change that is under way, or to be answered',
  });
  await mover.query('commit');
  const result = await answer;
  await mover.query(await move.to('hall-1'));
  return result;
}

const point = () => ({
  ...{ device_id: idAt('devices', 'hall-1'), code: 'late', table: 'coil' },
  ...{ address: 1, data_type: 'bool' },
});

const changes: readonly (readonly [string, Move, () => Promise<Answer>])[] = [
  [
    'of a task',
    task,
    () => call('PATCH', `/api/config/tasks/${idle}/`, { key: own, body: { name: 'late' } }),
  ],
  [
    'that starts a task',
    task,
    () => call('POST', `${sessionsPath}/start-task/`, { key: own, body: { task_id: idle } }),
  ],
  [
    'of a task whose device goes',
    device,
    () => call('PATCH', `/api/config/tasks/${idle}/`, { key: own, body: { name: 'late' } }),
  ],
  [
    'of a device',
    device,
    () =>
      call('PATCH', `/api/config/devices/${idAt('devices', 'hall-1')}/`, {
        key: own,
        body: { name: 'late' },
      }),
  ],
  [
    'that takes away a device',
    device,
    () => call('DELETE', `/api/config/devices/${idAt('devices', 'hall-1')}/`, { key: own }),
  ],
  [
    'of a point',
    device,
    () =>
      call('PATCH', `/api/config/points/${idAt('points', 'hall-1')}/`, { key: own, body: { name: 'late' } }),
  ],
  ['that makes a point', device, () => call('POST', '/api/config/points/', { key: own, body: point() })],
  [
    'that makes points once',
    device,
    () => call('POST', '/api/config/points/', { key: own, once: 'late', body: [point()] }),
  ],
  [
    'that makes a task',
    device,
    () =>
      call('POST', '/api/config/tasks/', {
        key: own,
        body: { code: 'late', period_ms: 1_000, device_ids: [idAt('devices', 'hall-1')] },
      }),
  ],
  ['that takes away a task', task, () => call('DELETE', `/api/config/tasks/${idle}/`, { key: own })],
];

describe('a change', () => {
  const everything = async () =>
    Promise.all(
      ['devices', 'points', 'tasks'].map(async (kind) => (await call('GET', `/api/config/${kind}/`)).body),
    );

  it.each(changes)('%s is refused when that goes to another site meanwhile', async (_what, move, request) => {
    const before = await everything();
    expect((await answeredAfter(move, request)).body).toMatchObject({
      ...{ status: 403, code: 'site_not_granted', sites: ['hall-1'] },
    });
    expect(await everything()).toEqual(before);
  });

  it.each(changes)('%s is made where nothing goes', async (_what, _move, request) => {
    expect([403, 404]).not.toContain((await request()).status);
  });
});

describe('the past of a session that has gone on without what it read at another site', () => {
  const base = '/api/acquisition';

  it('opens to who may read some of what it was, with that alone, and its present to who may read that', async () => {
    const session = idAt('sessions', 'both');
    const path = `${base}/sessions/${session}`;
    const task = `/api/config/tasks/${idAt('tasks', 'both')}/`;
    const { device_ids, point_ids } = (await call('GET', task)).body;
    const body = { device_ids: device_ids.slice(0, 1), point_ids: point_ids.slice(0, 1) };
    const edited = await call('PATCH', task, { body });
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    const changed = await call('POST', `${path}/reconfigure/`, { body: {} });
    expect(changed.body, JSON.stringify(changed.body)).toMatchObject({ devices: { removed: 1 } });

    const present = await call('GET', `${path}/`, { key: own });
    expect(present.body, JSON.stringify(present.body)).toMatchObject({
      id: session,
      config_version: 2,
    });
    expect((await call('GET', `${path}/status/`, { key: own })).status).toBe(200);
    const viewer = { name: 'viewer of hall 2', role: 'viewer', sites: ['hall-2'] };
    const others = (await call('POST', '/api/system/keys/', { body: viewer })).body.key;
    expect((await call('GET', `${path}/`, { key: others })).body).toMatchObject({ code: 'site_not_granted' });
    expect((await call('GET', `${base}/sessions/`, { key: others })).body.results).not.toContainEqual(
      expect.objectContaining({ id: session }),
    );
    const pasts = ['events/', 'timeline/', 'completeness/', `?at=${new Date().toISOString()}`];
    for (const past of pasts.map((each) => `${path}/${each}`)) {
      for (const [key, hidden] of [
        [own, 'hall-2-beside'],
        [others, 'hall-1-beside'],
      ] as const) {
        const answer = await call('GET', past, { key });
        // A session that has just begun may not have anything to account for yet.
        expect([200, 404], past).toContain(answer.status);
        expect(JSON.stringify(answer.body), past).not.toContain(hidden);
      }
    }
    expect(JSON.stringify((await call('GET', `${path}/events/`)).body)).toContain('hall-2-beside-press');
    const elsewhere = await call('GET', `${path}/gaps/?device=hall-2-beside-press`, { key: own });
    expect(elsewhere.body).toMatchObject({ status: 404, code: 'device_not_in_session' });
    const healthChanges = async (as: { key?: string }) =>
      (await call('GET', `${base}/devices/health/changes/?session=${session}`, as)).body.results;
    const log = await sessionLogForTest(nats);
    await new HealthStream(log.nc).publish({
      ...{ v: 1, session: String(session), task: String(idAt('tasks', 'both')), device_id: '1' },
      ...{ device: 'hall-2-beside-press', collector: 'c1', from: null, to: 'timeout' },
      ...{ detail: 'no answer', time: new Date().toISOString() },
    });
    await eventually(async () => (await healthChanges({})).length === 1, {
      what: 'the health to be reported',
    });
    expect(await healthChanges({ key: own })).toEqual([]);
    expect(await healthChanges({ key: others })).toHaveLength(1);
    for (const list of ['completeness', 'report']) {
      const textOf = async (key?: string) =>
        JSON.stringify((await call('GET', `${base}/${list}/?to=now`, key === undefined ? {} : { key })).body);
      const ofSession = `"${session}"`;
      await eventually(async () => (await textOf()).includes(ofSession), { what: `${list}/ to tell of it` });
      for (const key of [own, others]) expect(await textOf(key), list).toContain(ofSession);
      expect(await textOf(own), list).not.toContain('hall-2-beside');
      expect(await textOf(others), list).not.toContain('hall-1-beside');
    }
    expect((await call('POST', `${path}/stop/`, { key: own })).status).toBe(200);
  });
});
