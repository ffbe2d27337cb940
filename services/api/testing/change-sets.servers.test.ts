import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { readChangeRecord, recordFaults } from '@holdfast/test/support/change-record.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath } from './api-under-test.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const path = '/api/config/change-sets/';

let api: ApiClient;
let database: string;

beforeAll(async () => {
  database = await apiDatabase();
  api = await startApiInProcess({
    nats: (await natsForTest()).url,
    database,
    env: { API_BOOTSTRAP_KEY: adminKey, API_REQUESTS_PER_MINUTE: '0', API_COMMANDS_PER_MINUTE: '0' },
  });
  await api.ready();
});

const ask = (method: string, at: string, body?: unknown, headers?: Record<string, string>) =>
  api.ask(method, at, { key: adminKey, body, ...(headers && { headers }) });

const recordIn = (client: pg.Client) =>
  readChangeRecord(async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows);

const setOf = ({ headers }: Answer) => Number(headers.get('change-set') ?? Number.NaN);
const viewOf = async (set: number) => (await ask('GET', `${path}${set}/`)).body;
const create = async (kind: string, body: object): Promise<number> => {
  const answer = await ask('POST', `/api/config/${kind}/`, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
};
const revert = (set: number, body: object = {}) => ask('POST', `${path}${set}/revert/`, body);

const paths = ({ body }: Answer): string[] => body.errors.map(({ path }: { path: string }) => path);

let devices = 0;
const newDevice = (fields: object = {}) => {
  devices += 1;
  return create('devices', { code: `press-${devices}`, host: `host-${devices}`, ...fields });
};
const point = (device_id: number, code: string, address = 0) => ({
  ...{ device_id, code, address, table: 'holding_register', data_type: 'int16' },
});
const read = async (kind: string, id: number) => (await ask('GET', `/api/config/${kind}/${id}/`)).body;

describe('a change of the configuration', () => {
  it('is a set that says who, why, through what, and each field before and after', async () => {
    const device = await newDevice();
    const changed = await ask(
      'PATCH',
      `/api/config/devices/${device}/?reason=${encodeURIComponent('换新网卡')}`,
      { host: '10.0.0.9', timeout_ms: 1_500 },
      { 'user-agent': 'holdfast-cli', 'x-operator': 'Li Wei' },
    );
    const set = await viewOf(setOf(changed));
    expect(set).toMatchObject({
      ...{
        by: 'admin/Li Wei',
        kind: 'edit',
        reason: '换新网卡',
        source: 'cli',
        reverts: null,
        reverted_by: null,
      },
      counts: { created: 0, changed: 1, deleted: 0 },
      results: [
        {
          ...{ kind: 'device', id: device, code: `press-${devices}`, op: 'changed' },
          fields: {
            host: { before: `host-${devices}`, after: '10.0.0.9' },
            timeout_ms: { before: 1_000, after: 1_500 },
          },
        },
      ],
      next_cursor: null,
    });
    expect(Object.keys(set.results[0].fields)).toHaveLength(2);
    const entry = await eventually(
      async () =>
        (await ask('GET', '/api/system/audit/?action=device.update')).body.results.find(
          ({ id }: { id: string }) => id === set.audit_id,
        ),
      { what: 'the entry in the audit log' },
    );
    expect(entry.data.change_set).toBe(set.id);
  });

  it('of many points is one set, and one that changes nothing is none', async () => {
    const device = await newDevice();
    const many = [1, 2, 3].map((address) => point(device, `p${address}`, address));
    const answer = await ask('POST', '/api/config/points/', many, { 'idempotency-key': `many-${device}` });
    expect(await viewOf(setOf(answer))).toMatchObject({
      counts: { created: 3 },
      results: many.map(({ code }) => ({ code, device: `press-${devices}`, op: 'created' })),
    });
    const repeat = await ask('POST', '/api/config/points/', many, { 'idempotency-key': `many-${device}` });
    expect([repeat.status, setOf(repeat)]).toEqual([201, Number.NaN]);
    const same = await ask('PATCH', `/api/config/devices/${device}/`, { enabled: true });
    expect([same.status, setOf(same)]).toEqual([200, Number.NaN]);
    const first = await ask('GET', `${path}${setOf(answer)}/?limit=2`);
    const rest = await ask('GET', `${path}${setOf(answer)}/?limit=2&cursor=${first.body.next_cursor}`);
    expect([first.body.results.length, rest.body.results.map(({ code }: { code: string }) => code)]).toEqual([
      2,
      ['p3'],
    ]);
  });

  it('is found by the device, by the task and by who made it', async () => {
    const device = await newDevice();
    const onPoint = await ask('POST', '/api/config/points/', point(device, 'level'));
    const task = await create('tasks', { code: `line-${device}`, period_ms: 1_000, device_ids: [device] });
    const list = async (query: string) => (await ask('GET', `${path}?${query}`)).body.results;
    expect((await list(`device_id=${device}`)).map(({ id }: { id: number }) => id)).toEqual([
      setOf(onPoint),
      setOf(onPoint) - 1,
    ]);
    expect(await list(`task_id=${task}`)).toMatchObject([{ counts: { created: 1 } }]);
    expect(await list('by=nobody')).toEqual([]);
    expect((await list('kind=edit&limit=1'))[0].id).toBe(setOf(onPoint) + 1);
    const [set] = await list(`task_id=${task}`);
    expect((await viewOf(set.id)).results[0].fields.device_ids).toEqual({ before: null, after: [device] });
  });

  it('is read in part: the changes of one item, also of a device whose code was another', async () => {
    const [one, other] = [await newDevice(), await newDevice()];
    const onPoint = await ask('POST', '/api/config/points/', point(one, 'level'));
    await ask('POST', '/api/config/points/', point(other, 'level'));
    await ask('PATCH', `/api/config/devices/${one}/`, { code: `renamed-${one}` });
    const deletion = await ask('POST', '/api/config/devices/delete/', { ids: [one, other], cascade: true });
    const itemsOf = async (filter: string) =>
      (await ask('GET', `${path}${deletion.body.change_set}/?${filter}`)).body.results.map(
        ({ kind, id }: { kind: string; id: number }) => `${kind} ${id}`,
      );
    expect(await itemsOf('limit=10')).toHaveLength(4);
    expect((await itemsOf(`device_id=${one}`)).sort()).toEqual([`device ${one}`, `point ${onPoint.body.id}`]);
    expect(await itemsOf(`point_id=${onPoint.body.id}`)).toEqual([`point ${onPoint.body.id}`]);
    expect(await itemsOf('site_id=1')).toEqual([]);
  });

  it('is seen by those alone at whose sites it lies', async () => {
    const site = await create('sites', { code: 'hall-7' });
    const there = await newDevice({ site_id: site });
    const elsewhere = await newDevice();
    const grants = [{ role: 'engineer', sites: ['hall-7'] }];
    const { body } = await ask('POST', '/api/system/keys/', { name: 'hall 7', grants });
    const own = (method: string, at: string, sent?: unknown) =>
      ask(method, at, sent, { authorization: `Bearer ${body.key}` });
    const ofDevice = async (id: number) => (await ask('GET', `${path}?device_id=${id}`)).body.results[0].id;
    expect((await own('GET', `${path}?device_id=${there}`)).body.results).toHaveLength(1);
    expect((await own('GET', `${path}?device_id=${elsewhere}`)).body.results).toEqual([]);
    for (const at of [`${path}${await ofDevice(elsewhere)}/`, `${path}999999999/`]) {
      expect(await own('GET', at)).toMatchObject({ status: 404, body: { code: 'change_set_not_found' } });
      expect(await own('POST', `${at}revert/`, {})).toMatchObject({ status: 404 });
    }
    expect(await own('POST', `${path}${await ofDevice(there)}/revert/`, {})).toMatchObject({ status: 200 });
  });
});

describe('a set that is taken back', () => {
  it('gives each field its former value, and comes again when that is taken back', async () => {
    const device = await newDevice();
    const before = await read('devices', device);
    const set = setOf(await ask('PATCH', `/api/config/devices/${device}/`, { host: 'other', unit_id: 7 }));
    const after = await read('devices', device);
    const tried = await revert(set, { dry_run: true });
    expect(tried.body).toMatchObject({
      change_set: null,
      results: [
        { fields: { host: { before: 'other', after: before.host }, unit_id: { before: 7, after: 1 } } },
      ],
    });
    expect(await read('devices', device)).toEqual(after);
    const back = await revert(set, { reason: 'wrong press' });
    expect(back).toMatchObject({ status: 200, body: { change_set: setOf(back) } });
    expect(await read('devices', device)).toEqual(before);
    expect(await viewOf(set)).toMatchObject({ reverted_by: setOf(back) });
    expect(await viewOf(setOf(back))).toMatchObject({ kind: 'revert', reverts: set, reason: 'wrong press' });
    expect((await revert(set)).body.code).toBe('nothing_to_revert');
    expect((await revert(setOf(back))).status).toBe(200);
    expect(await read('devices', device)).toEqual(after);
  });

  it('is refused where a later one changed the same, which is named; the rest can be had', async () => {
    const device = await newDevice();
    const url = `/api/config/devices/${device}/`;
    const set = setOf(await ask('PATCH', url, { host: 'first', timeout_ms: 2_000 }));
    const later = setOf(await ask('PATCH', url, { host: 'second' }));
    const refused = await revert(set);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'changed_since',
        conflicts: [{ kind: 'device', id: device, field: 'host', change_set: later }],
      },
    });
    expect(await read('devices', device)).toMatchObject({ host: 'second', timeout_ms: 2_000 });
    const only = [{ kind: 'device', id: device, fields: ['timeout_ms'] }];
    expect((await revert(set, { only })).status).toBe(200);
    expect(await read('devices', device)).toMatchObject({ host: 'second', timeout_ms: 1_000 });
    expect((await revert(set, { only: [{ kind: 'task', id: 1 }] })).body.errors).toEqual([
      { path: 'only.0', message: 'is not in this change set' },
    ]);
  });

  it('is refused with the device of a point, whose code others may have too', async () => {
    const device = await newDevice();
    const { code } = await read('devices', device);
    const id = await create('points', point(device, 'level'));
    const url = `/api/config/points/${id}/`;
    const set = setOf(await ask('PATCH', url, { unit: 'mm' }));
    const later = setOf(await ask('PATCH', url, { unit: 'cm' }));
    expect((await revert(set)).body).toMatchObject({
      ...{
        code: 'changed_since',
        conflicts: [{ kind: 'point', code: 'level', device: code, change_set: later }],
      },
      detail: expect.stringContaining(`point ${code}/level: unit was changed by set ${later} later`),
    });
  });

  it('brings what was deleted back under its id, and deletes what was made', async () => {
    const device = await newDevice();
    const id = await create('points', point(device, 'level'));
    const before = await read('points', id);
    const removed = await ask('DELETE', `/api/config/points/${id}/`);
    const back = await revert(setOf(removed));
    expect(back.status).toBe(200);
    expect(await read('points', id)).toEqual(before);
    expect((await revert(setOf(back))).status).toBe(200);
    expect((await ask('GET', `/api/config/points/${id}/`)).status).toBe(404);
  });

  it('is refused as any change would be: by what refers to it, a code that is taken, a place that is taken', async () => {
    const device = await newDevice();
    const [creation] = (await ask('GET', `${path}?device_id=${device}`)).body.results;
    await create('points', point(device, 'level'));
    expect(await revert(creation.id)).toMatchObject({
      status: 409,
      body: { code: 'still_referenced', referenced_by: { points: ['level'] } },
    });
    const deletedDevice = await newDevice({ host: 'taken' });
    const code = (await read('devices', deletedDevice)).code;
    const removed = setOf(await ask('DELETE', `/api/config/devices/${deletedDevice}/`));
    const other = await newDevice({ host: 'taken' });
    expect((await revert(removed)).body.code).toBe('place_taken');
    await ask('PATCH', `/api/config/devices/${other}/`, { host: 'free', code });
    expect((await revert(removed)).body.code).toBe('duplicate_code');
  });
});

describe('many at once', () => {
  it('are copies of a device with its points, stepping code, host and unit, that a task reads too', async () => {
    const device = await newDevice({ timeout_ms: 700 });
    await ask('POST', '/api/config/points/', [point(device, 'level'), point(device, 'speed', 1)]);
    const pointId = (await ask('GET', `/api/config/points/?device_id=${device}&code=speed`)).body.results[0]
      .id;
    const task = await create('tasks', {
      ...{ code: `copies-${device}`, period_ms: 1_000, device_ids: [device], point_ids: [pointId] },
    });
    const url = `/api/config/devices/${device}/copies/`;
    const copies = {
      ...{ count: 20, code: 'copy-{n:02}', name: 'Copy {n}', first_n: 2, task_ids: [task] },
      fields: { host: { from: '10.1.0.11' }, unit_id: { from: 5, step: 2 } },
    };
    const tried = await ask('POST', url, { ...copies, dry_run: true });
    expect(tried.body).toMatchObject({ change_set: null, counts: { created: 60, changed: 1, deleted: 0 } });
    expect((await ask('GET', '/api/config/devices/?code=copy-02')).body.results).toEqual([]);
    const copied = await ask('POST', url, copies);
    expect(copied).toMatchObject({ status: 200, body: { counts: { created: 60, changed: 1 } } });
    const [last] = (await ask('GET', '/api/config/devices/?code=copy-21')).body.results;
    expect(last).toMatchObject({ name: 'Copy 21', host: '10.1.0.30', unit_id: 43, timeout_ms: 700 });
    const points = (await ask('GET', `/api/config/points/?device_id=${last.id}`)).body.results;
    expect(points.map(({ code }: { code: string }) => code)).toEqual(['level', 'speed']);
    const reads = await read('tasks', task);
    expect([reads.device_ids.length, reads.point_ids.length]).toEqual([21, 21]);
    expect(reads.point_ids).toContain(points[1].id);
    expect(paths(await ask('POST', url, copies))).toEqual(Array(20).fill('code'));
    expect(paths(await ask('POST', url, { ...copies, code: 'one' }))).toEqual(['code']);
    const beyond = { ...copies, code: 'beyond-{n}', fields: { host: { from: '10.1.0.250' } } };
    expect(paths(await ask('POST', url, beyond))).toContain('fields.host');
    expect((await revert(setOf(copied))).status).toBe(200);
    expect((await ask('GET', '/api/config/devices/?code=copy-21')).body.results).toEqual([]);
    expect(await read('tasks', task)).toMatchObject({ device_ids: [device], point_ids: [pointId] });
  });

  it('are edited alike, all or none, which a dry run shows', async () => {
    const device = await newDevice();
    const many = ['bulk-a', 'bulk-b', 'bulk-c'].map((code, address) => point(device, code, address));
    await ask('POST', '/api/config/points/', many);
    const filter = { device_id: device, code: 'bulk-*' };
    const edit = (body: object) => ask('PATCH', '/api/config/points/', { filter, ...body });
    const tried = await edit({ set: { scale: 0.5 }, dry_run: true });
    expect(tried.body).toMatchObject({ change_set: null, counts: { changed: 3 } });
    const refused = await edit({ set: { scale: 0 } });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.body.errors[0]).toMatchObject({
      path: 'set.scale',
      message: expect.stringContaining('bulk-a'),
    });
    const done = await edit({ set: { scale: 0.5, unit: 'bar' }, reason: 'new sensors' });
    expect(await viewOf(setOf(done))).toMatchObject({
      kind: 'bulk',
      reason: 'new sensors',
      counts: { changed: 3 },
    });
    const points = (await ask('GET', `/api/config/points/?device_id=${device}`)).body.results;
    expect(points.map(({ scale, unit }: { scale: number; unit: string }) => [scale, unit])).toEqual(
      Array(3).fill([0.5, 'bar']),
    );
    const devicesEdit = { ids: [device], set: { timeout_ms: 2_500, host: `bulk-${device}` } };
    expect((await ask('PATCH', '/api/config/devices/', devicesEdit)).status).toBe(200);
    expect(await read('devices', device)).toMatchObject({ timeout_ms: 2_500, host: `bulk-${device}` });
    expect(paths(await ask('PATCH', '/api/config/devices/', { set: {} }))).toEqual(['ids']);
    expect(paths(await ask('PATCH', '/api/config/devices/', { ids: [999_999], set: {} }))).toEqual(['ids.0']);
    expect(paths(await edit({ filter: { device_id: device, code: 'x' }, set: {} }))).toEqual(['filter']);
  });

  it('are deleted, with what hangs on them where that is asked for, and come back', async () => {
    const device = await newDevice();
    await ask('POST', '/api/config/points/', [point(device, 'level'), point(device, 'speed', 1)]);
    const task = await create('tasks', { code: `bulk-${device}`, period_ms: 1_000, device_ids: [device] });
    const remove = (body: object) => ask('POST', '/api/config/devices/delete/', { ids: [device], ...body });
    expect(await remove({})).toMatchObject({
      status: 409,
      body: {
        code: 'still_referenced',
        referenced_by: { points: ['level', 'speed'], tasks: [`bulk-${device}`] },
      },
    });
    const counts = { created: 0, changed: 1, deleted: 3 };
    expect((await remove({ cascade: true, dry_run: true })).body).toMatchObject({ change_set: null, counts });
    const removed = await remove({ cascade: true });
    expect(removed.body.counts).toEqual(counts);
    expect((await ask('GET', `/api/config/devices/${device}/`)).status).toBe(404);
    expect((await read('tasks', task)).device_ids).toEqual([]);
    expect((await revert(setOf(removed))).status).toBe(200);
    expect((await read('tasks', task)).device_ids).toEqual([device]);
    const back = (await ask('GET', `/api/config/points/?device_id=${device}`)).body.results;
    expect(back.map(({ code }: { code: string }) => code)).toEqual(['level', 'speed']);
  });
});

describe('a version of a task', () => {
  it('is listed, compared with another and with now, and restored with what was deleted since', async () => {
    const device = await newDevice();
    const other = await newDevice();
    const id = await create('points', point(device, 'level'));
    const deletedPoint = await create('points', point(device, 'speed', 1));
    const task = await create('tasks', {
      code: `versions-${device}`,
      period_ms: 1_000,
      device_ids: [device],
    });
    const run = async () => {
      const { body } = await ask('POST', `${sessionsPath}/start-task/`, { task_id: task });
      await ask('POST', `${sessionsPath}/${body.session_id}/stop/`);
    };
    await run();
    const before = await Promise.all([
      read('tasks', task),
      read('devices', device),
      read('points', id),
      read('points', deletedPoint),
    ]);
    await ask('PATCH', `/api/config/points/${id}/`, { scale: 0.1, address: 7 });
    await ask('PATCH', `/api/config/devices/${device}/`, { host: `moved-${device}` });
    await ask('DELETE', `/api/config/points/${deletedPoint}/`);
    await create('points', point(other, 'more'));
    await ask('PATCH', `/api/config/tasks/${task}/`, { period_ms: 2_000, device_ids: [device, other] });
    await run();
    const url = `/api/config/tasks/${task}/versions/`;
    expect((await ask('GET', url)).body.results).toMatchObject([
      { version: 2, period_ms: 2_000, devices: 2, sessions: 1 },
      { version: 1, period_ms: 1_000, devices: 1, sessions: 1 },
    ]);
    const diff = (await ask('GET', `${url}1/diff/2/`)).body.results;
    expect(diff).toEqual((await ask('GET', `${url}1/diff/current/`)).body.results);
    const names = (each: { kind: string; code: string; op: string; fields: object }) => [
      ...[each.kind, each.code, each.op],
      ...Object.keys(each.fields),
    ];
    expect(diff.filter(({ op }: { op: string }) => op === 'changed').map(names)).toEqual([
      ['task', `versions-${device}`, 'changed', 'period_ms'],
      ['device', `press-${devices - 1}`, 'changed', 'host'],
      ['point', 'level', 'changed', 'scale', 'address'],
    ]);
    expect(diff.find(({ code }: { code: string }) => code === 'speed')).toMatchObject({ op: 'deleted' });

    const tried = await ask('POST', `${url}1/restore/`, { dry_run: true });
    expect(tried.body).toMatchObject({ change_set: null });
    expect((await ask('GET', `/api/config/points/${deletedPoint}/`)).status).toBe(404);
    const restored = await ask('POST', `${url}1/restore/`, { reason: 'as it was' });
    expect(restored.status).toBe(200);
    expect(restored.body.results).toEqual(tried.body.results);
    expect(await viewOf(setOf(restored))).toMatchObject({ kind: 'restore', source: 'version 1' });
    expect(
      await Promise.all([
        read('tasks', task),
        read('devices', device),
        read('points', id),
        read('points', deletedPoint),
      ]),
    ).toEqual(before);
    expect((await ask('GET', `${url}1/diff/current/`)).body.results).toEqual([]);
    await create('points', point(device, 'fresh', 9));
    // Points added since are named, and may be kept.
    const withPoints = await ask('POST', `${url}1/restore/`, { keep_points: true });
    expect([withPoints.status, withPoints.body.unread_points]).toEqual([200, []]);
    expect((await read('tasks', task)).point_ids).toEqual([]);
    const fresh = [`press-${devices - 1}/fresh`];
    const dryRun = await ask('POST', `${url}1/restore/`, { dry_run: true });
    expect(dryRun.body.unread_points).toEqual(fresh);
    const restoration = await ask('POST', `${url}1/restore/`, {});
    expect([restoration.status, restoration.body.unread_points]).toEqual([200, fresh]);
    expect((await read('tasks', task)).point_ids).toEqual(
      [id, deletedPoint].sort((one, other) => one - other),
    );
    expect(await ask('GET', `${url}9/diff/1/`)).toMatchObject({
      status: 404,
      body: { code: 'version_not_found' },
    });
  });
});

describe('the code of a device or point', () => {
  it('stays while a session reads it, and the answer says how to go on; without values it is free then', async () => {
    const device = await newDevice();
    const id = await create('points', point(device, 'level'));
    const other = await newDevice();
    const renamed = setOf(await ask('PATCH', `/api/config/points/${id}/`, { code: 'tank' }));
    const task = await create('tasks', { code: `read-${device}`, period_ms: 1_000, device_ids: [device] });
    const started = await ask('POST', `${sessionsPath}/start-task/`, { task_id: task });
    expect(started.status).toBe(201);
    const fixed = { status: 409, body: { code: 'code_fixed' } };
    const later = await create('points', point(device, 'later', 5));
    expect(await ask('PATCH', `/api/config/points/${id}/`, { code: 'level' })).toMatchObject(fixed);
    expect(await ask('PATCH', `/api/config/points/${id}/`, { device_id: other })).toMatchObject(fixed);
    const session_id = started.body.session_id;
    const refused = await ask('PATCH', `/api/config/devices/${device}/`, { code: 'other' });
    expect(refused).toMatchObject({ ...fixed, body: { ...fixed.body, session_id } });
    expect(refused.body.detail).toContain(`is read by session ${session_id}`);
    expect(refused.body.detail).toContain('make a new device');
    expect(await revert(renamed)).toMatchObject(fixed);
    expect((await ask('PATCH', `/api/config/points/${id}/`, { name: 'Tank 1', code: 'tank' })).status).toBe(
      200,
    );
    expect((await ask('PATCH', `/api/config/points/${later}/`, { code: 'new' })).status).toBe(200);
    await ask('POST', `${sessionsPath}/${session_id}/stop/`);
    const free = [`points/${id}`, `devices/${device}`].map((path) =>
      ask('PATCH', `/api/config/${path}/`, { code: `free-${device}` }),
    );
    expect((await Promise.all(free)).map(({ status }) => status)).toEqual([200, 200]);
    // Renamed after the first start, by which it was read under the code that it had then.
    expect((await ask('PATCH', `/api/config/points/${id}/`, { device_id: other })).status).toBe(200);
  });
});

it('a device that is not stored is tried at few places a minute, and there without a limit', async () => {
  const tried = async (host: string) =>
    (await ask('POST', '/api/config/devices/try/', { device: { code: 'new', host } })).body.code;
  const hosts = Array.from({ length: 10 }, (_, index) => `10.9.0.${index}`);
  // No collector is up to try these.
  for (const host of hosts) expect(await tried(host)).toBe('no_collector');
  expect(await tried('10.9.0.10')).toBe('too_many_requests');
  expect(await tried('10.9.0.9')).toBe('no_collector');
});

it('all sets together are the configuration', async () => {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    expect(recordFaults(await recordIn(client))).toEqual([]);
  } finally {
    await client.end();
  }
});
