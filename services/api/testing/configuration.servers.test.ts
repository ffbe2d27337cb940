import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';

let api: ApiClient;

beforeAll(async () => {
  api = await startApiInProcess({ nats: (await natsForTest()).url, database: await apiDatabase() });
  await api.ready();
});

const create = async (kind: string, body: unknown) => {
  const answer = await api.post(`/api/config/${kind}/`, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};

describe('configuration', () => {
  it('is created with defaults, read, changed in part and removed', async () => {
    const site = await create('sites', { code: 'north', name: '北厂' });
    const device = await create('devices', { code: 'press-1', host: '10.0.0.3', site_id: site.id });
    expect(device).toEqual({
      id: device.id,
      code: 'press-1',
      name: '',
      site_id: site.id,
      protocol: 'modbus_tcp',
      mode: 'polled',
      host: '10.0.0.3',
      port: 502,
      unit_id: 1,
      timeout_ms: 1_000,
      max_registers: 125,
      max_bits: 2_000,
      serial: null,
      profile: null,
      measurement: null,
      enabled: true,
    });
    const path = `/api/config/devices/${device.id}/`;
    expect(await api.request('PATCH', path, { port: 1_502 })).toMatchObject({
      status: 200,
      body: { ...device, port: 1_502 },
    });
    expect(await api.request('PATCH', path, {})).toMatchObject({ status: 200, body: { port: 1_502 } });
    expect((await api.get(path)).body).toMatchObject({ port: 1_502 });
    expect((await api.request('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect(await api.request(method, path)).toMatchObject({
        status: 404,
        body: { code: 'device_not_found' },
      });
    }
    expect((await api.request('PATCH', path, { port: 1 })).status).toBe(404);
  });

  it('is listed in pages and found by code', async () => {
    const ids: number[] = [];
    for (const code of ['page-1', 'page-2', 'page-3']) ids.push((await create('sites', { code })).id);
    const idsOfPages: number[] = [];
    let cursor = '';
    do {
      const { body } = await api.get(`/api/config/sites/?limit=2${cursor}`);
      idsOfPages.push(...body.results.map(({ id }: { id: number }) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(idsOfPages).toEqual(expect.arrayContaining(ids));
    expect(new Set(idsOfPages).size).toBe(idsOfPages.length);
    const { body } = await api.get('/api/config/sites/?code=page-2');
    expect(body.results).toEqual([{ id: ids[1], code: 'page-2', name: '', shifts: [], networks: [] }]);
  });

  it('takes many points at once, all of them or none', async () => {
    const device = await create('devices', { code: 'many', host: 'many' });
    const point = (code: string, address: number) => ({
      device_id: device.id,
      code,
      table: 'input_register',
      address,
      data_type: 'float32',
    });
    const created = await create(
      'points',
      Array.from({ length: 6_000 }, (_, index) => point(`p${index}`, index)),
    );
    expect(created).toHaveLength(6_000);
    expect(created[5_999]).toMatchObject({ code: 'p5999', byte_order: 'ABCD', scale: 1, offset: 0 });

    const refused = await api.post('/api/config/points/', [
      point('new', 0),
      point('p7', 0),
      point('new', 2),
      { ...point('other', 0), device_id: 999_999 },
    ]);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '1.code',
      '2.code',
      '3.device_id',
    ]);
    const malformed = await api.post('/api/config/points/', [
      point('a', 0),
      { ...point('b', 0), address: -1 },
    ]);
    expect(malformed).toMatchObject({ status: 422, body: { errors: [{ path: '1.address' }] } });
    expect((await api.get(`/api/config/points/?device_id=${device.id}&code=new`)).body.results).toEqual([]);
  });

  it('of a point that would reach beyond the last register is refused, new or changed', async () => {
    const device = await create('devices', { code: 'edge', host: 'edge' });
    const last = { device_id: device.id, code: 'last', table: 'holding_register', address: 65_535 };
    const refused = await api.post('/api/config/points/', { ...last, data_type: 'int32' });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'address' }] } });
    const { id } = await create('points', { ...last, data_type: 'int16' });
    expect(await api.request('PATCH', `/api/config/points/${id}/`, { data_type: 'int32' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'address' }] },
    });
  });

  it('does not take a code twice', async () => {
    await create('sites', { code: 'taken' });
    const other = await create('sites', { code: 'free' });
    const expected = { status: 409, body: { code: 'duplicate_code' } };
    expect(await api.post('/api/config/sites/', { code: 'taken' })).toMatchObject(expected);
    expect(await api.request('PATCH', `/api/config/sites/${other.id}`, { code: 'taken' })).toMatchObject(
      expected,
    );
  });

  it('that is referred to stays, and the answer says by whom', async () => {
    const site = await create('sites', { code: 'kept' });
    const device = await create('devices', { code: 'kept-device', host: 'kept-device', site_id: site.id });
    const point = await create('points', {
      device_id: device.id,
      code: 'kept-point',
      table: 'coil',
      address: 0,
      data_type: 'bool',
    });
    await create('tasks', {
      code: 'kept-task',
      period_ms: 1_000,
      device_ids: [device.id],
      point_ids: [point.id],
    });
    const remove = (kind: string, id: number) => api.request('DELETE', `/api/config/${kind}/${id}/`);
    const refused = (referenced_by: object) => ({
      status: 409,
      body: { code: 'still_referenced', referenced_by },
    });
    expect(await remove('sites', site.id)).toMatchObject(refused({ devices: ['kept-device'] }));
    expect(await remove('devices', device.id)).toMatchObject(
      refused({ tasks: ['kept-task'], points: ['kept-point'] }),
    );
    expect(await remove('points', point.id)).toMatchObject(refused({ tasks: ['kept-task'] }));
  });

  it('of a task stays while it has an active session, and its past keeps its name afterwards', async () => {
    const taskId = await configureTask(api, 'removable');
    const sessionId = await startTask(api, taskId);
    const path = `/api/config/tasks/${taskId}/`;
    expect(await api.request('DELETE', path)).toMatchObject({
      status: 409,
      body: {
        detail: `Task removable is used by active sessions ${sessionId}. Stop what runs or is paused first.`,
        referenced_by: { active_sessions: [sessionId] },
      },
    });
    await api.post(`${sessionsPath}/${sessionId}/stop/`);
    expect((await api.request('DELETE', path)).status).toBe(204);
    expect((await api.get(`${sessionsPath}/${sessionId}/`)).body).toMatchObject({
      task_name: 'Task removable',
    });
  });

  it('of a task takes only points of its own devices, also when it is changed', async () => {
    const taskId = await configureTask(api, 'own-points');
    const stranger = await create('devices', { code: 'stranger', host: 'stranger' });
    const point = await create('points', {
      device_id: stranger.id,
      code: 'strange',
      table: 'coil',
      address: 0,
      data_type: 'bool',
    });
    const path = `/api/config/tasks/${taskId}/`;
    const before = (await api.get(path)).body;
    expect(await api.request('PATCH', path, { period_ms: 5_000, point_ids: [point.id] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'point_ids' }] },
    });
    expect((await api.get(path)).body).toEqual(before);
    const both = { device_ids: [...before.device_ids, stranger.id, stranger.id], point_ids: [point.id] };
    expect(await api.request('PATCH', path, both)).toMatchObject({
      status: 200,
      body: { ...before, device_ids: [...before.device_ids, stranger.id], point_ids: [point.id] },
    });
  });
});
