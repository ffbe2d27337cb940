import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { ApiClient } from './api-under-test.ts';
import { holdLease } from './hold-lease.ts';

let api: ApiClient;
const sites: Record<string, number> = {};

const devices = '/api/config/devices/';
const create = async (path: string, body: object) => {
  const answer = await api.post(path, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};
const patch = (path: string, body: object) => api.request('PATCH', path, body);
const refused = (code: string, detail: string, path: string) => ({
  status: 422,
  body: { code, detail: expect.stringContaining(detail), errors: [{ path }] },
});
const broker = { protocol: 'mqtt', port: 8883, username: 'holdfast', password: { secret: 'hall-2-mqtt' } };

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
  const { nc } = await sessionLogForTest(nats.url);
  const bindings = {
    'hall-2-mqtt': { sites: ['hall-2'], hosts: ['10.2.0.5:8883', 'broker.hall-2'] },
    'hall-2-key': { sites: ['hall-2'], hosts: ['broker.hall-2'] },
  };
  const driver = { 'holdfast.io/driver.mqtt': '1' };
  await holdLease(nc, 'c1', driver, { device_networks: ['10.0.0.0/8'], secret_bindings: bindings });
  await holdLease(nc, 'c2', driver, { device_networks: ['10.3.0.0/16', 'fd00::/8'], secret_bindings: {} });
  for (const code of ['hall-1', 'hall-2']) sites[code] = (await create('/api/config/sites/', { code })).id;
});

describe('a device in a network where no collector may connect', () => {
  it('is refused when it is made or moved, however its address is spelled', async () => {
    for (const host of ['192.168.7.5', '3232237317', '::ffff:192.168.7.5', 'localhost', '2001:db8::1']) {
      const answer = await api.post(devices, { code: 'far', host });
      expect(answer, host).toMatchObject(
        refused('place_not_allowed', 'DEVICE_NETWORKS allows (10.0.0.0/8)', 'host'),
      );
    }
    const { id } = await create(devices, { code: 'near', host: '10.9.0.5' });
    await create(devices, { code: 'near-6', host: 'fd00::5' });
    await create(devices, { code: 'by-name', host: 'plc.plant' });
    const outside = refused('place_not_allowed', '192.168.7.5', 'host');
    expect(await patch(`${devices}${id}/`, { host: '192.168.7.5' })).toMatchObject(outside);
    expect(await patch(devices, { ids: [id], set: { host: '192.168.7.5' }, dry_run: true })).toMatchObject(
      outside,
    );
    expect((await api.get(`${devices}${id}/`)).body.host).toBe('10.9.0.5');
    expect(await api.post(`${devices}try/`, { device: { code: 'x', host: '192.168.7.5' } })).toMatchObject(
      outside,
    );
  });

  it('may be stored while it is not enabled, and is judged when it is', async () => {
    const { id } = await create(devices, { code: 'later', host: '192.168.7.6', enabled: false });
    expect(await patch(`${devices}${id}/`, { name: 'Later' })).toMatchObject({ status: 200 });
    expect(await patch(`${devices}${id}/`, { enabled: true })).toMatchObject({ status: 422 });
  });
});

describe('the networks of a site', () => {
  it('keep its devices out of those of others', async () => {
    const site = (
      await create('/api/config/sites/', { code: 'hall-3', networks: ['10.3.0.0/24', '10.3.9.9'] })
    ).id;
    const outside = refused(
      'place_not_allowed',
      'in none of the networks of site hall-3 (10.3.0.0/24',
      'host',
    );
    expect(await api.post(devices, { code: 'theirs', host: '10.2.0.7', site_id: site })).toMatchObject(
      outside,
    );
    const { id } = await create(devices, { code: 'ours', host: '10.3.0.7', site_id: site });
    await create(devices, { code: 'ours-2', host: '::ffff:10.3.9.9', site_id: site });
    const { id: other } = await create(devices, { code: 'other', host: '10.2.0.8' });
    expect(await patch(`${devices}${other}/`, { site_id: site })).toMatchObject(outside);
    const narrowed = await patch(`/api/config/sites/${site}/`, { networks: ['10.3.1.0/24'] });
    expect(narrowed).toMatchObject({ status: 422, body: { code: 'place_not_allowed', device: 'ours' } });
    const items = [
      { op: 'change', kind: 'site', id: site, fields: { networks: ['10.3.1.0/24'] } },
      { op: 'change', kind: 'device', id, fields: { host: '10.3.1.7' } },
      { op: 'change', kind: 'device', id: other, fields: { site_id: site, host: '10.3.1.8' } },
    ];
    const change = await api.post('/api/config/change-sets/', { items });
    expect(change).toMatchObject({ status: 422, body: { code: 'place_not_allowed', device: 'ours-2' } });
    expect((await api.get(`/api/config/sites/${site}/`)).body.networks).toEqual(['10.3.0.0/24', '10.3.9.9']);
    const wider = await patch(`/api/config/sites/${site}/`, { networks: ['10.3.0.0/16'] });
    expect(wider).toMatchObject({ status: 200, body: { networks: ['10.3.0.0/16'] } });
    const set = wider.headers.get('change-set');
    const { results } = (await api.get(`/api/config/change-sets/${set}/`)).body;
    expect(results[0].fields).toEqual({
      networks: { before: ['10.3.0.0/24', '10.3.9.9'], after: ['10.3.0.0/16'] },
    });
    expect(await api.post(`/api/config/change-sets/${set}/revert/`, {})).toMatchObject({ status: 200 });
    expect((await api.get(`/api/config/sites/${site}/`)).body.networks).toEqual(['10.3.0.0/24', '10.3.9.9']);
  });

  it.each([[['hall']], [['10.0.0.0/33']], [['10.0.0.0/8', '']], [['fe80::1%eth0']], ['10.0.0.0/8']])(
    'are refused where they are none: %j',
    async (networks) => {
      const answer = await api.post('/api/config/sites/', { code: 'odd', networks });
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    },
  );
});

describe('a secret that a device names', () => {
  it('is refused for another site or host, before anything is sent', async () => {
    const own = { ...broker, code: 'meter', site_id: sites['hall-2'], host: '10.2.0.5' };
    for (const [changed, why] of [
      [{ site_id: sites['hall-1'] }, 'the secret hall-2-mqtt is not for site hall-1'],
      [{ site_id: null }, 'not for devices without a site'],
      [{ host: '10.2.0.66' }, 'not for 10.2.0.66:8883, only for 10.2.0.5:8883, broker.hall-2'],
      [{ port: 1883 }, 'not for 10.2.0.5:1883'],
      [{ password: { secret: 'other' } }, 'the secret other is bound to no site and host'],
    ] as const) {
      const answer = await api.post(devices, { ...own, ...changed });
      expect(answer).toMatchObject(refused('secret_not_allowed', why, 'password'));
    }
    const tls = { cert: { secret: 'hall-2-key' }, key: { secret: 'hall-2-key' } };
    expect(await api.post(devices, { ...own, tls })).toMatchObject({
      status: 422,
      body: { code: 'secret_not_allowed', errors: [{ path: 'tls.key' }, { path: 'tls.cert' }] },
    });
    const tried = await api.post(`${devices}try/`, { device: { ...own, host: '10.2.0.66' } });
    expect(tried).toMatchObject({ status: 422, body: { code: 'secret_not_allowed' } });
    const { id } = await create(devices, own);
    const moved = await patch(`${devices}${id}/`, { host: '10.2.0.66' });
    expect(moved).toMatchObject({ status: 422, body: { code: 'secret_not_allowed' } });
  });

  it('is in the audit log once for each device, and again for another server', async () => {
    const uses = async () =>
      (
        (await api.get('/api/system/audit/?action=device.use_secret')).body.results as {
          target: string;
          detail: string;
        }[]
      )
        .filter(({ target }) => target === 'device lamp')
        .map(({ detail }) => detail);
    const { id } = await create(devices, {
      ...{ ...broker, code: 'lamp', site_id: sites['hall-2'], host: 'broker.hall-2', qos: 0 },
      tls: { cert: { secret: 'hall-2-key' }, key: { secret: 'hall-2-key' } },
    });
    const server = 'broker.hall-2:8883';
    const first = [`hall-2-key for ${server}`, `hall-2-mqtt for ${server}`];
    await expect.poll(async () => (await uses()).sort()).toEqual(first);
    expect(await patch(`${devices}${id}/`, { qos: 1, host: 'BROKER.hall-2' })).toMatchObject({ status: 200 });
    expect(await patch(`${devices}${id}/`, { port: 8884 })).toMatchObject({ status: 200 });
    const all = [...first, 'hall-2-key for broker.hall-2:8884', 'hall-2-mqtt for broker.hall-2:8884'];
    await expect.poll(async () => (await uses()).sort()).toEqual(all.sort());
  });
});
