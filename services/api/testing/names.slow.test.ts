import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let database: string;
/** Two texts that look the same but have different bytes. */
const [composed, decomposed] = ['Prüfstand é', 'Prüfstand é'].map((text, at) =>
  text.normalize(at === 0 ? 'NFC' : 'NFD'),
);

beforeAll(async () => {
  database = await freshDatabase();
  api = await startApi({ nats: (await natsForTest()).url, database });
  await api.ready();
});

it('names are taken by a database that is not in UTF-8, too', async () => {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const name = `${new URL(database).pathname.slice(1)}_ascii`;
  cleanUpAfterFile(async () => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.end();
  });
  await client.query(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`);
  const url = new URL(database);
  url.pathname = name;
  const plain = await startApi({ nats: (await natsForTest()).url, database: url.href });
  await plain.ready();
  expect(await plain.post('/api/config/sites/', { code: decomposed, name: decomposed })).toMatchObject({
    ...{ status: 201, body: { code: composed, name: composed } },
  });
});

describe('two codes that look the same', () => {
  it.each([
    ['sites', {}],
    ['devices', { host: '127.0.0.1' }],
    ['tasks', { period_ms: 1_000, device_ids: [] }],
  ])('are one among %s', async (kind, rest) => {
    const first = await api.post(`/api/config/${kind}/`, { ...rest, code: decomposed, name: decomposed });
    expect(first).toMatchObject({ status: 201, body: { code: composed, name: composed } });
    const other = { ...rest, ...(kind === 'devices' && { host: '127.0.0.2' }), code: composed };
    expect(await api.post(`/api/config/${kind}/`, other)).toMatchObject({
      ...{ status: 409, body: { code: 'duplicate_code' } },
    });
  });

  it('are found by either', async () => {
    const path = (code = '') => `/api/config/devices/?code=${encodeURIComponent(code)}`;
    for (const code of [composed, decomposed]) {
      expect((await api.get(path(code))).body.results).toHaveLength(1);
    }
  });

  it('are one to PostgreSQL, whoever writes there', async () => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    try {
      const insert = client.query('insert into sites (code, name) values ($1, $2)', [decomposed, '']);
      await expect(insert).rejects.toThrow(/sites_code_check/);
    } finally {
      await client.end();
    }
  });
});
