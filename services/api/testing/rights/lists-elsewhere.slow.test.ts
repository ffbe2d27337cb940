import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, expect, it } from 'vitest';
import { apiDatabase } from '../api-database.ts';
import { startApiInProcess } from '../api-in-process.ts';
import type { Answer, ApiClient } from '../api-under-test.ts';
import type { IdAt } from './places.ts';
import { configureTwoHalls } from './two-halls.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const imports = '/api/config/imports/';
let api: ApiClient;
let idAt: IdAt;
/** A key of the engineer of hall 1. */
let own: string;

const call = (
  method: string,
  path: string,
  { key = adminKey, body }: { readonly key?: string; readonly body?: object | string } = {},
): Promise<Answer> =>
  api.raw(path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(typeof body === 'object' && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

beforeAll(async () => {
  api = await startApiInProcess({
    nats: (await natsForTest()).url,
    database: await apiDatabase(),
    env: { API_BOOTSTRAP_KEY: adminKey },
  });
  await api.ready();
  idAt = await configureTwoHalls(call);
  const body = { name: 'engineer of hall 1', role: 'engineer', sites: ['hall-1'] };
  own = (await call('POST', '/api/system/keys/', { body })).body.key;
});

const refused = { status: 403, body: { code: 'site_not_granted' } };
const head = 'device,site,host,unit_id,code,address,data_type\n';

it('lists concern the sites of their devices, and are seen by whoever has sent them alone', async () => {
  const mine = await call('POST', imports, { key: own, body: `${head}hall-1-press,,,,a,40001,int16\n` });
  expect(mine).toMatchObject({ status: 201, body: { counts: { new: 1 } } });
  for (const row of [
    'hall-2-press,,,,a,40001,int16',
    'new,,127.0.0.1,200,a,40001,int16',
    'new,hall-2,127.0.0.1,200,a,40001,int16',
  ])
    expect(await call('POST', imports, { key: own, body: `${head}${row}\n` }), row).toMatchObject(refused);
  const ownList = await call('POST', imports, {
    key: own,
    body: `${head}new,hall-1,127.0.0.1,200,a,40001,int16\n`,
  });
  expect(ownList).toMatchObject({ status: 201, body: { new_devices: ['new'] } });
  const { id } = mine.body;
  expect(await call('GET', `${imports}${id}/`)).toMatchObject({ status: 404 });
  // The device moves to another hall before the list is applied.
  const moved = { body: { site_id: idAt('sites', 'hall-2') } };
  const device = `/api/config/devices/${idAt('devices', 'hall-1')}/`;
  expect(await call('PATCH', device, moved)).toMatchObject({ status: 200 });
  expect(await call('POST', `${imports}${id}/apply/`, { key: own, body: {} })).toMatchObject(refused);
  expect((await call('GET', '/api/config/points/?code=a')).body.results).toEqual([]);
});

it('an export has the points of the sites where its reader may look', async () => {
  const exported = await call('GET', '/api/exports/points/', { key: own });
  expect(exported.body).not.toContain('hall-2');
  expect(await call('GET', '/api/exports/points/?device=hall-2-press', { key: own })).toMatchObject(refused);
});
