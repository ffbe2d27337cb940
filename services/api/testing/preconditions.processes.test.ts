import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type AskedApi, configureTask } from './api-under-test.ts';

let api: AskedApi;
let strict: AskedApi;

beforeAll(async () => {
  const settings = { nats: (await natsForTest()).url, database: await apiDatabase() };
  api = await startApiInProcess(settings);
  await api.ready();
  strict = await startApiInProcess({ ...settings, env: { API_REQUIRE_IF_MATCH: 'true' } });
  await strict.ready();
});

function change(
  at: AskedApi,
  method: string,
  path: string,
  ifMatch?: string,
  body?: unknown,
): Promise<Answer> {
  return at.raw(path, {
    method,
    headers: {
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const etagOf = ({ headers }: Answer) => headers.get('etag') ?? '';

describe('a change with the version that it is made on', () => {
  it('is carried out on that version of a site, device, point or task, and refused on every other', async () => {
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

      for (const [method, body] of [
        ['PATCH', { name: 'second' }],
        ['DELETE', undefined],
      ] as const) {
        const refused = await change(api, method, url, read, body);
        expect(refused).toMatchObject({
          status: 412,
          body: { code: 'precondition_failed', etag: etagOf(first) },
        });
      }
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

  it('is needed only where the setting asks for it', async () => {
    const { id } = (await api.post('/api/config/sites/', { code: 'needed' })).body;
    const url = `/api/config/sites/${id}/`;
    expect(await change(api, 'PATCH', url, undefined, { name: 'any' })).toMatchObject({ status: 200 });
    for (const [method, body] of [
      ['PATCH', { name: 'other' }],
      ['DELETE', undefined],
    ] as const) {
      const refused = await change(strict, method, url, undefined, body);
      expect(refused).toMatchObject({ status: 428, body: { code: 'precondition_required' } });
    }
    expect(await change(strict, 'PATCH', url, '*', { name: 'other' })).toMatchObject({ status: 200 });
  });
});
