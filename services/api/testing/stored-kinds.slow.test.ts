import { openSampleStore, prepareSampleStore } from '@holdfast/sample-store/open-sample-store.ts';
import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../../../test/cli/cli-for-test.ts';
import { type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';

const stores = ['postgres', 'influx'] as const;

describe.for(stores)('a point of which values are stored in %s', (store) => {
  let api: ApiUnderTest;
  let device: number;
  let pointWithValues: number;
  const isHere = store === 'postgres' || influxIsInstalled();
  const create = async (kind: string, body: unknown) =>
    (await api.post(`/api/config/${kind}/`, body)).body.id;
  const point = (code: string, data_type: string, more = {}) => ({
    device_id: device,
    code,
    table: 'holding_register',
    address: 0,
    data_type,
    ...more,
  });
  const refused = (path: string, kinds: string) => ({
    status: 422,
    body: {
      code: 'validation_failed',
      errors: [
        { path, message: expect.stringMatching(new RegExp(`^${kinds} of press-1/run are stored.*run_2`)) },
      ],
    },
  });

  beforeAll(async () => {
    if (!isHere) return;
    const settings: Record<string, string> = { SAMPLE_STORE: store };
    if (store === 'influx') {
      const influx = await influxForTest();
      await influx.createDatabase('holdfast');
      const front = await startInfluxTwoFront(influx.url);
      cleanUpAfterFile(() => front.stop());
      settings.INFLUX_URL = front.url;
    }
    const database = await freshDatabase();
    api = await startApi({ nats: (await natsForTest()).url, database, env: settings });
    await api.ready();
    device = await create('devices', { code: 'press-1', host: '10.0.0.1' });
    pointWithValues = await create('points', point('run', 'int16'));
    const config = {
      SAMPLE_STORE: store,
      DATABASE_URL: database,
      INFLUX_URL: settings.INFLUX_URL,
      INFLUX_ORG: 'holdfast',
      INFLUX_BUCKET: 'holdfast',
      INFLUX_TOKEN: undefined,
      INFLUX_TLS_CA_FILE: undefined,
      INFLUX_GZIP: false,
      INFLUX_LAYOUT: 'holdfast' as const,
    };
    await prepareSampleStore(config);
    const samples = openSampleStore(config);
    await samples.write([storableSample({ device: 'press-1', measurement: 'press-1', values: { run: 1 } })]);
    await samples.close();
  });

  it.runIf(isHere)(
    'may not become one of another kind, by whatever way, and the way out is said',
    async () => {
      const path = `/api/config/points/${pointWithValues}/`;
      expect(await api.request('PATCH', path, { data_type: 'bool' })).toMatchObject(
        refused('data_type', 'numbers'),
      );
      expect(await api.request('PATCH', path, { enumeration: { '0': 'off' } })).toMatchObject(
        refused('enumeration', 'numbers'),
      );
      // The same holds for another point that takes its code, and for one that is made again.
      const other = await create('points', point('running', 'bool'));
      await api.request('DELETE', path);
      expect(await api.request('PATCH', `/api/config/points/${other}/`, { code: 'run' })).toMatchObject(
        refused('code', 'numbers'),
      );
      expect(await api.post('/api/config/points/', point('run', 'bool'))).toMatchObject(
        refused('data_type', 'numbers'),
      );
      expect(
        await api.post('/api/config/points/', [point('speed', 'int16'), point('run', 'bool')]),
      ).toMatchObject(refused('1.data_type', 'numbers'));
      const file = JSON.stringify({
        holdfast_configuration: 1,
        devices: [
          {
            code: 'press-1',
            points: [{ code: 'run', table: 'holding_register', address: 0, data_type: 'bool' }],
          },
        ],
      });
      const imported = await cliForTest({ HOLDFAST_URL: api.url }).runWith(file, 'import', '-');
      expect(imported.code).not.toBe(0);
      expect(imported.stdout + imported.stderr).toContain('numbers of press-1/run are stored');
    },
  );

  it.runIf(isHere)(
    'may change all else, and a point of which nothing is stored may change its kind',
    async () => {
      const again = await api.post('/api/config/points/', point('run', 'float32'));
      expect(again.status).toBe(201);
      const path = `/api/config/points/${again.body.id}/`;
      expect((await api.request('PATCH', path, { data_type: 'uint16', scale: 0.1 })).status).toBe(200);
      const fresh = await create('points', point('door', 'bool', { address: 4 }));
      expect(
        (await api.request('PATCH', `/api/config/points/${fresh}/`, { data_type: 'int16' })).status,
      ).toBe(200);
    },
  );

  it.runIf(isHere)(
    'keeps its code after the session has ended, and so does its device; a point without values is free',
    async () => {
      const task = await create('tasks', { code: 'presses', period_ms: 1_000, device_ids: [device] });
      const { session_id } = (await api.post(`${sessionsPath}/start-task/`, { task_id: task })).body;
      const [run] = (await api.get(`/api/config/points/?code=run&device_id=${device}`)).body.results;
      const [door] = (await api.get(`/api/config/points/?code=door&device_id=${device}`)).body.results;
      const rename = (path: string) => api.request('PATCH', `/api/config/${path}/`, { code: 'renamed' });
      const codeFixed = { status: 409, body: { code: 'code_fixed', session_id } };
      expect(await rename(`points/${door.id}`)).toMatchObject(codeFixed);
      await api.post(`${sessionsPath}/${session_id}/stop/`);
      for (const path of [`points/${run.id}`, `devices/${device}`]) {
        const refused = await rename(path);
        expect(refused).toMatchObject({ status: 409, body: { code: 'code_fixed' } });
        expect(refused.body.detail).toContain('has values that are kept under this code');
      }
      const items = [{ op: 'change', kind: 'point', id: run.id, fields: { code: 'renamed' } }];
      const refused = await api.post('/api/config/change-sets/', { items });
      expect(refused).toMatchObject({
        ...{ status: 409, body: { code: 'code_fixed', errors: [{ path: 'items.0.fields.code' }] } },
      });
      expect((await rename(`points/${door.id}`)).status).toBe(200);
      await api.request('DELETE', `/api/config/tasks/${task}/`);
    },
  );

  it.runIf(isHere)('keeps a device from taking the place of values of another kind', async () => {
    const renamed = await create('devices', { code: 'press-9', host: '10.0.0.9' });
    await create('points', point('run', 'bool', { device_id: renamed }));
    // Its values are kept under its code, so it leaves the code only by being deleted.
    const points = (await api.get(`/api/config/points/?device_id=${device}`)).body.results as {
      id: number;
    }[];
    for (const { id } of points) await api.request('DELETE', `/api/config/points/${id}/`);
    await api.request('DELETE', `/api/config/devices/${device}/`);
    expect(await api.request('PATCH', `/api/config/devices/${renamed}/`, { code: 'press-1' })).toMatchObject(
      refused('code', 'numbers'),
    );
  });
});
