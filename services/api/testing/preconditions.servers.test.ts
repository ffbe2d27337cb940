import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, configureTask } from './api-under-test.ts';

let api: ApiClient;
let strict: ApiClient;

beforeAll(async () => {
  const settings = { nats: (await natsForTest()).url, database: await apiDatabase() };
  api = await startApiInProcess(settings);
  await api.ready();
  strict = await startApiInProcess({ ...settings, env: { API_REQUIRE_IF_MATCH: 'true' } });
  await strict.ready();
});

const change = (at: ApiClient, method: string, path: string, ifMatch?: string, body?: unknown) =>
  at.ask(method, path, { body, ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }) });

const etagOf = ({ headers }: Answer) => headers.get('etag') ?? '';

describe('a change with the version that it is made on', () => {
  it('is carried out on that version of a site, device, point or task, and else changes nothing', async () => {
    const task = await configureTask(api, 'versions');
    const site = (await api.post('/api/config/sites/', { code: 'versions' })).body.id;
    const device = (await api.get('/api/config/devices/?code=versions-device')).body.results[0].id;
    const point = (await api.get(`/api/config/points/?device_id=${device}`)).body.results[0].id;
    for (const path of [`tasks/${task}`, `points/${point}`, `devices/${device}`, `sites/${site}`]) {
      const url = `/api/config/${path}/`;
      const read = etagOf(await api.get(url));
      expect(read).toMatch(/^"[\w-]{27}"$/);

      const first = await change(api, 'PATCH', url, read, { name: 'first' });
      expect(first).toMatchObject({ status: 200, body: { name: 'first' } });
      expect(etagOf(first)).not.toBe(read);
      expect(etagOf(first)).toBe(etagOf(await api.get(url)));

      expect(await change(api, 'PATCH', url, read, { name: 'second' })).toMatchObject({
        ...{ status: 412, body: { etag: etagOf(first) } },
      });
      expect((await api.get(url)).body.name).toBe('first');
    }
    const url = `/api/config/sites/${site}/`;
    const now = etagOf(await api.get(url));
    expect(await change(api, 'DELETE', url, `"other", ${now}`)).toMatchObject({ status: 204 });
  });

  it('is won by one of two who read the same version', async () => {
    const { id } = (await api.post('/api/config/sites/', { code: 'race' })).body;
    const url = `/api/config/sites/${id}/`;
    const read = etagOf(await api.get(url));
    const answers = await Promise.all(
      ['one', 'two', 'three', 'four'].map((name) => change(api, 'PATCH', url, read, { name })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it('may be of any version where the setting asks for one, or have none where it does not', async () => {
    const { id } = (await api.post('/api/config/sites/', { code: 'needed' })).body;
    const url = `/api/config/sites/${id}/`;
    expect(await change(api, 'PATCH', url, undefined, { name: 'any' })).toMatchObject({ status: 200 });
    expect(await change(strict, 'PATCH', url, '*', { name: 'other' })).toMatchObject({ status: 200 });
  });
});

describe('a change of many things with the version of its dry run', () => {
  it('is done while all that it touches is as the dry run saw it, and else refused in words', async () => {
    await configureTask(api, 'tried');
    const device = (await api.get('/api/config/devices/?code=tried-device')).body.results[0].id;
    const filter = { device_id: device };
    const [first, last] = (await api.get(`/api/config/points/?device_id=${device}`)).body.results;
    const rename = (id: number, name: string) =>
      change(api, 'PATCH', `/api/config/points/${id}/`, undefined, { name });
    const edit = (body: object, ifMatch?: string) =>
      change(api, 'PATCH', '/api/config/points/', ifMatch, { filter, set: { unit: 'bar' }, ...body });
    const remove = (body: object, ifMatch?: string) =>
      change(api, 'POST', '/api/config/points/delete/', ifMatch, { filter, cascade: true, ...body });
    const copies = (body: object, ifMatch?: string) =>
      change(api, 'POST', `/api/config/devices/${device}/copies/`, ifMatch, {
        ...{ count: 2, code: 'tried-{n}', fields: { unit_id: { from: 31 } }, ...body },
      });

    const tried = etagOf(await edit({ dry_run: true }));
    expect(tried).toMatch(/^"[\w-]{27}"$/);
    expect(etagOf(await edit({ dry_run: true }))).toBe(tried);
    // A change to another field of a touched thing does not matter, but one to the same field does.
    expect(await rename(first.id, 'other')).toMatchObject({ status: 200 });
    expect(etagOf(await edit({ dry_run: true }))).toBe(tried);
    await change(api, 'PATCH', `/api/config/points/${last.id}/`, undefined, { unit: 'kPa' });
    const refused = await edit({}, tried);
    expect(refused).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    expect(refused.body.detail).toContain('since the dry run');
    expect(refused.body.etag).toBe(etagOf(await edit({ dry_run: true })));
    expect((await api.get(`/api/config/points/${last.id}/`)).body.unit).toBe('kPa');
    const edited = await edit({}, refused.body.etag);
    expect([edited.status, edited.headers.get('etag')]).toEqual([200, null]);

    const copied = await copies({}, etagOf(await copies({ dry_run: true })));
    expect(copied).toMatchObject({ status: 200 });

    const removal = etagOf(await remove({ dry_run: true }));
    expect(await rename(first.id, 'again')).toMatchObject({ status: 200 });
    expect(await remove({}, removal)).toMatchObject({ status: 412 });
    const removed = await remove({}, etagOf(await remove({ dry_run: true })));
    expect(removed).toMatchObject({ status: 200 });

    const revert = (body: object, ifMatch?: string) =>
      change(api, 'POST', `/api/config/change-sets/${copied.body.change_set}/revert/`, ifMatch, body);
    const etag = etagOf(await revert({ dry_run: true }));
    expect(await revert({}, '"other"')).toMatchObject({ status: 412 });
    expect(await revert({}, etag)).toMatchObject({ status: 200 });
  });

  it('is needed only where the setting asks for it, and never of the dry run', async () => {
    const { id } = (await api.post('/api/config/devices/', { code: 'needs', host: 'needs.plant' })).body;
    const edit = (body: object, ifMatch?: string) =>
      change(strict, 'PATCH', '/api/config/devices/', ifMatch, { ids: [id], set: { name: 'N' }, ...body });
    expect((await edit({})).body.detail).toContain('dry_run');
    const tried = await edit({ dry_run: true });
    expect(tried.status).toBe(200);
    const done = await edit({}, etagOf(tried));
    expect(done).toMatchObject({ status: 200 });
    const url = `/api/config/change-sets/${done.body.change_set}/revert/`;
    expect(await change(strict, 'POST', url, '*', {})).toMatchObject({ status: 200 });
  });
});
