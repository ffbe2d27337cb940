import { specs } from '@holdfast/drivers/specs.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { ApiClient } from './api-under-test.ts';

interface Form {
  readonly protocol: string;
  readonly device: { readonly examples: readonly object[] };
  readonly point: { readonly examples: readonly object[] };
}

let api: ApiClient;
let nats: string;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  api = await startApiInProcess({ nats, database: await apiDatabase() });
  await api.ready();
});

describe('the forms of protocols', () => {
  it('have examples that the API stores as they are', async () => {
    const { status, body } = await api.get('/api/config/protocols/');
    expect(status).toBe(200);
    const forms: readonly Form[] = body.results;
    expect(forms.map(({ protocol }) => protocol)).toEqual([...specs.keys()]);
    for (const { protocol, device, point } of forms) {
      for (const example of device.examples) {
        const creation = await api.post('/api/config/devices/', example);
        expect([creation.status, creation.body]).toEqual([201, expect.objectContaining({ protocol })]);
        // If the meaning of addresses depends on the device's settings, the point examples belong to the first device
        // example.
        const isAlike = (specs.get(protocol)?.parseAddress.length ?? 0) < 3 || example === device.examples[0];
        if (!isAlike) continue;
        const points = point.examples.map((each) => ({ ...each, device_id: creation.body.id }));
        expect(await api.post('/api/config/points/', points)).toMatchObject({ status: 201 });
      }
    }
  });
});

describe('a device that is tried before it is stored', () => {
  const device = { code: 'press-9', host: '127.0.0.1' };

  it('is refused as it would be when it is stored, field by field', async () => {
    const points = [{ code: 'a', address: '40001', data_type: 'string' }];
    const { status, body } = await api.post('/api/config/devices/try/', {
      device: { ...device, host: 'http://127.0.0.1' },
      points,
    });
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      422,
      ['device.host', 'points.0.length'],
    ]);
  });

  it('is refused with the point that it could never read', async () => {
    const { status, body } = await api.post('/api/config/devices/try/', {
      device: { ...device, max_registers: 1 },
      points: [{ code: 'a', address: '40001', data_type: 'float32' }],
    });
    expect([status, body.errors]).toMatchObject([422, [{ path: 'points.0' }]]);
  });

  it('needs a collector that is up', async () => {
    expect(await api.post('/api/config/devices/try/', { device })).toMatchObject({
      status: 503,
      body: { code: 'no_collector' },
    });
  });
});

describe('a device of another protocol than Modbus', () => {
  const broker = { protocol: 'mqtt', host: 'broker.plant.lan' };
  const create = async (path: string, body: object) => {
    const creation = await api.post(`/api/config/${path}/`, body);
    expect(creation).toMatchObject({ status: 201 });
    return creation.body;
  };
  const pathsOf = ({ body }: { body: { errors: { path: string }[] } }) => body.errors.map(({ path }) => path);

  it('has bodies as flat, judged by its own fields, and shares its endpoint with any number of others', async () => {
    const own = { ...broker, username: 'hf', password: { secret: 'broker-password' } };
    const first = await create('devices', { code: 'meter-a', ...own });
    await create('devices', { code: 'meter-b', ...own });
    expect(first).toMatchObject({ ...own, mode: 'subscribed', port: 1_883, tls: null });
    expect(first).not.toHaveProperty('unit_id');
    const patch = (body: object) => api.request('PATCH', `/api/config/devices/${first.id}/`, body);
    expect(await patch({ qos: 0 })).toMatchObject({ status: 200, body: { ...own, qos: 0 } });
    const foreign = await patch({ unit_id: 2 });
    expect([foreign.status, foreign.body.detail]).toEqual([
      422,
      expect.stringContaining('there is no field "unit_id"'),
    ]);
    expect(pathsOf(await patch({ username: null }))).toEqual(['username']);
  });

  it('names secrets, and takes neither their values nor a name that leads elsewhere', async () => {
    const body = { code: 'meter-c', ...broker, username: 'hf' };
    const refused = async (password: unknown) =>
      pathsOf(await api.post('/api/config/devices/', { ...body, password }));
    expect(await refused('hunter2')).toEqual(['password']);
    expect(await refused({ secret: '../etc/passwd' })).toEqual(['password.secret']);
    expect(await refused({ secret: '' })).toEqual(['password.secret']);
  });

  it('has points judged by what it is, one by one and in a list', async () => {
    const { id: device_id } = await create('devices', { code: 'meter-d', ...broker });
    const point = { device_id, code: 'power', topic: 'meter-d/power', data_type: 'float64' };
    expect(await create('points', point)).toMatchObject({ topic: 'meter-d/power', time_at: null });
    const modbus = { device_id, code: 'x', table: 'coil', address: 0, data_type: 'bool' };
    const one = await api.post('/api/config/points/', modbus);
    expect([one.status, pathsOf(one).sort()]).toEqual([422, ['', 'topic']]);
    const many = await api.post('/api/config/points/', [{ ...point, code: 'y' }, modbus]);
    expect([many.status, pathsOf(many).sort()]).toEqual([422, ['1', '1.topic']]);
    expect((await api.get(`/api/config/points/?device_id=${device_id}`)).body.results).toHaveLength(1);
  });

  it('may become one only while it has no points that it could not have', async () => {
    const { id } = await create('devices', { code: 'turned', host: 'turned' });
    const become = (body: object) => api.request('PATCH', `/api/config/devices/${id}/`, body);
    const point = { device_id: id, code: 'a', address: '40001', data_type: 'int16' };
    const { id: pointId } = await create('points', point);
    expect(pathsOf(await become(broker))).toEqual(['protocol']);
    await api.request('DELETE', `/api/config/points/${pointId}/`);
    const turned = await become(broker);
    expect(turned).toMatchObject({ status: 200, body: { ...broker, mode: 'subscribed', qos: 1 } });
    expect(turned.body).not.toHaveProperty('max_registers');
  });

  it('binds a session to no collector by its endpoint, and comes to collectors with names of secrets alone', async () => {
    const own = { ...broker, username: 'hf', password: { secret: 'broker-password' } };
    const { id } = await create('devices', { code: 'meter-e', ...own });
    await create('points', { device_id: id, code: 'power', topic: 'e/power', data_type: 'float64' });
    const task = await create('tasks', { code: 'energy', period_ms: 1_000, device_ids: [id] });
    const body = { task_id: task.id, validate: 'skip' };
    const { body: started } = await api.post('/api/acquisition/sessions/start-task/', body);
    const log = await sessionLogForTest(nats);
    const config = await (await TaskConfigStore.open(log.nc)).load(String(task.id), started.config_version);
    expect(config).toMatchObject({
      ok: true,
      config: {
        schema_version: 3,
        devices: [
          {
            ...{ protocol: 'mqtt', mode: 'subscribed' },
            connection: { host: broker.host, password: { secret: 'broker-password' } },
            points: [{ address: { topic: 'e/power' } }],
          },
        ],
      },
    });
    expect(await log.task(String(task.id))).toMatchObject({
      session: { session: { needs: { endpoints: [] } } },
    });
  });
});
