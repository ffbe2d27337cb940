import { type ApiKeyRecord, formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ApiKeys } from '../src/access/api-keys.ts';
import { mayBeUsedFrom } from '../src/access/bearer-key.ts';
import { jetStreamKeyBook } from '../src/adapters/jetstream-access.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath, startApi } from './api-under-test.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const keysPath = '/api/system/keys/';
const log = createLogger('test', 'fatal');

let nats: string;
let one: ApiClient;
let other: ApiClient;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const env = { API_BOOTSTRAP_KEY: bootstrapKey, API_REFUSED_PER_MINUTE: '0' };
  const settings = { nats, database: await apiDatabase(), env };
  [one, other] = await Promise.all([startApiInProcess(settings), startApi(settings)]);
  await Promise.all([one.ready(), other.ready()]);
});

const call = (api: ApiClient, method: string, path: string, key = bootstrapKey, body?: unknown) =>
  api.ask(method, path, { key, body });

async function makeKey(body: object): Promise<{ id: string; key: string }> {
  const answer = await call(one, 'POST', keysPath, bootstrapKey, body);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const keyView = async (id: string, api: ApiClient = one): Promise<Answer['body']> =>
  (await call(api, 'GET', keysPath)).body.results.find((each: { id: string }) => each.id === id);

async function keyBook() {
  const { nc, close } = await connectNats({ url: nats, name: 'test', log });
  onTestFinished(close);
  return { nc, book: await ApiKeyBook.open(nc) };
}

describe('a key that was used', () => {
  it('says when, in every process and after a restart, and costs one write for many requests', async () => {
    const { id, key } = await makeKey({ name: 'poller', role: 'viewer' });
    expect(await keyView(id)).toMatchObject({ last_used_at: null });
    const began = Date.now();
    for (let round = 0; round < 30; round += 1) {
      expect((await call(one, 'GET', `${sessionsPath}/`, key)).status).toBe(200);
    }
    const { last_used_at } = await eventually(
      async () => {
        const view = await keyView(id, other);
        return view.last_used_at === null ? undefined : view;
      },
      { what: 'the other process to know of the use' },
    );
    expect(Date.parse(last_used_at)).toBeGreaterThanOrEqual(began);
    const { book } = await keyBook();
    const entry = (await book.readAll()).find(({ record }) => record.id === id);
    expect(entry?.record.last_used_at).toBe(last_used_at);
    // The key was made and used, in this order, so nothing was written for the other 29 requests.
    const before = await revisionOfNewKey(book);
    for (let round = 0; round < 30; round += 1) await call(one, 'GET', `${sessionsPath}/`, key);
    expect((await revisionOfNewKey(book)) - before).toBe(1);
  });

  it('is noted again after five minutes, also when another caller has changed the key meanwhile', async () => {
    const { nc, book } = await keyBook();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const keys = new ApiKeys({ book: () => jetStreamKeyBook(() => nc), log, now: () => now });
    onTestFinished(keys.stop);
    await keys.load(jetStreamKeyBook(() => nc));
    const issued = await keys.issue({
      name: 'clocked',
      grants: [{ role: 'viewer', sites: ['*'] }],
      expiresAt: null,
      networks: [],
      by: 'test',
    });
    if (!issued) throw new Error('the name is taken');
    const { key } = issued;
    const noted = (time: string) =>
      eventually(async () => keys.list().find(({ id }) => id === key.id)?.last_used_at === time, {
        what: `the use at ${time} to be noted`,
      });
    keys.noteUse(key.id);
    await noted('2026-01-01T00:00:00.000Z');
    now += 299_000;
    keys.noteUse(key.id);
    now += 1_000;
    keys.noteUse(key.id);
    // If the use before had been recorded, this one would not have been.
    await noted('2026-01-01T00:05:00.000Z');

    const entry = (await book.readAll()).find(({ record }) => record.id === key.id);
    if (!entry) throw new Error('the key is not there');
    await book.replace({
      ...entry,
      record: { ...entry.record, revoked_at: 'now', revoked_by: 'somebody' },
    });
    now += 300_000;
    keys.noteUse(key.id);
    await eventually(async () => isRevoked(keys, key), {
      what: 'the revocation to be known',
    });
    expect((await book.readAll()).find(({ record }) => record.id === key.id)?.record.revoked_by).toBe(
      'somebody',
    );
  });
});

describe('the name of a key', () => {
  const make = (name: string, api: ApiClient = one) =>
    call(api, 'POST', keysPath, bootstrapKey, { name, role: 'viewer' });
  const nameTaken = { status: 409, code: 'key_name_taken' };

  it('is that of one key that is of use, in whatever case, form of letters and process', async () => {
    const { body } = await make('Ha\u0308lle  1');
    expect(body.name).toBe('Hälle  1');
    for (const [api, name] of [
      [one, 'hälle  1'],
      [other, 'HÄLLE 1'],
      [other, 'Ｈälle 1'],
    ] as const) {
      await eventually(async () => (await make(name, api)).body.code === nameTaken.code, {
        what: `${name} to be refused`,
      });
    }
    const listed = (await call(one, 'GET', keysPath)).body.results;
    expect(listed.filter(({ name }: { name: string }) => /^h.+lle/i.test(name))).toHaveLength(1);
    await call(one, 'DELETE', `${keysPath}${body.id}/`);
    expect((await make('hälle 1')).status).toBe(201);
  });

  it('is given once, however many ask for it in two processes at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, round) => make('at once', round % 2 === 0 ? one : other)),
    );
    const creations = answers.filter(({ status }) => status === 201);
    expect(creations.length).toBeLessThanOrEqual(1);
    for (const { status, body } of answers) if (status !== 201) expect(body).toMatchObject(nameTaken);
    const listed = async (api: ApiClient) =>
      (await call(api, 'GET', keysPath)).body.results.filter(
        ({ name }: { name: string }) => name === 'at once',
      ).length;
    await eventually(
      async () => (await listed(other)) === creations.length && (await listed(one)) === creations.length,
      {
        what: 'both processes to know of as many',
      },
    );
  });

  it('revokes it, however long it is in a path', async () => {
    const name = '𠮷'.repeat(64);
    const { body } = await make(name);
    expect(body.name).toBe(name);
    const revoked = await call(one, 'DELETE', `${keysPath}${encodeURIComponent(name)}/`);
    expect(revoked).toMatchObject({ status: 200, body: { id: body.id, status: 'revoked' } });
    const answer = await call(one, 'DELETE', `${keysPath}nobody/`);
    expect(answer.body).toMatchObject({ status: 404, code: 'key_not_found' });
  });

  it('revokes the one that is of use, and of others the newest', async () => {
    const ids: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      ids.push((await make('rotated')).body.id);
      expect((await call(one, 'DELETE', `${keysPath}Rotated/`)).body.id).toBe(ids[round]);
    }
    expect((await call(one, 'DELETE', `${keysPath}rotated/`)).body.id).toBe(ids[1]);
    expect((await keyView(ids[0] ?? '')).revoked_at).not.toBeNull();
  });
});

const isRevoked = (keys: ApiKeys, { id }: ApiKeyRecord) =>
  keys.list().find((each) => each.id === id)?.revoked_at !== null;

/** The revision that a new key gets; the bucket counts all its writes. */
async function revisionOfNewKey(book: ApiKeyBook): Promise<number> {
  const record: ApiKeyRecord = {
    v: 1,
    id: Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
    sha256: '0'.repeat(64),
    name: 'counter',
    grants: [{ role: 'viewer', sites: ['*'] }],
    created_at: '2026-01-01T00:00:00Z',
    created_by: 'test',
    expires_at: null,
    revoked_at: '2026-01-01T00:00:00Z',
    revoked_by: 'test',
    networks: [],
    last_used_at: null,
  };
  const revision = await book.create(record);
  if (revision === undefined) throw new Error('the id is taken');
  return revision;
}

describe('a key with networks', () => {
  it('opens the API from there only; a use from elsewhere is refused with 403, and in the audit log', async () => {
    const here = await makeKey({
      name: 'from here',
      role: 'viewer',
      networks: ['10.0.0.0/8', '127.0.0.0/8'],
    });
    const there = await makeKey({ name: 'from there', role: 'engineer', networks: ['192.0.2.0/24'] });
    expect((await call(one, 'GET', `${sessionsPath}/`, here.key)).status).toBe(200);
    expect(await keyView(there.id)).toMatchObject({ networks: ['192.0.2.0/24'], last_used_at: null });

    const read = await call(one, 'GET', `${sessionsPath}/`, there.key);
    expect(read).toMatchObject({ status: 403, body: { code: 'key_not_from_here' } });
    expect(read.body.detail).toContain('127.0.0.1');
    expect(JSON.stringify(read.body)).not.toContain('192.0.2');
    const change = await call(one, 'POST', '/api/config/sites/', there.key, { code: 'never' });
    expect(change).toMatchObject({ status: 403, body: { code: 'key_not_from_here' } });
    // A call that needs no key is served without looking at the given one.
    expect((await call(one, 'GET', '/health/live', there.key)).status).toBe(200);

    const entries = await eventually(
      async () => {
        const { body } = await call(one, 'GET', '/api/system/audit/?who=from%20there');
        return body.results.length >= 2 ? body.results : undefined;
      },
      { what: 'the audit entries' },
    );
    expect(entries).toEqual([
      expect.objectContaining({ action: 'site.create', outcome: 'refused', detail: 'key_not_from_here' }),
      expect.objectContaining({
        action: 'key.use',
        target: `key ${there.id}`,
        from: '127.0.0.1',
        outcome: 'refused',
        detail: 'key_not_from_here',
        actor: expect.objectContaining({ kind: 'key', id: there.id }),
        data: expect.objectContaining({ method: 'GET', path: `${sessionsPath}/` }),
      }),
    ]);
    expect(await keyView(there.id)).toMatchObject({ last_used_at: null });
  });

  describe('behind a proxy', () => {
    const forwarded = async (api: ApiClient, key: string, chain: string) =>
      (
        await api.raw(`${sessionsPath}/`, {
          headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': chain },
        })
      ).status;

    it('that is not named is judged by the address of the proxy, whatever the header says', async () => {
      const there = await makeKey({ name: 'pretender', role: 'viewer', networks: ['192.0.2.0/24'] });
      const here = await makeKey({ name: 'proxied', role: 'viewer', networks: ['127.0.0.1'] });
      expect(await forwarded(one, there.key, '192.0.2.7')).toBe(403);
      expect(await forwarded(one, here.key, '192.0.2.7')).toBe(200);
    });

    it('that is named is judged by what that one says, and not by what the caller wrote before it', async () => {
      const env = { API_REFUSED_PER_MINUTE: '0', API_TRUSTED_PROXIES: '127.0.0.1, 10.9.0.0/16' };
      const api = await startApiInProcess({ nats, database: await apiDatabase(), env });
      await api.ready();
      const { id, key } = await makeKey({ name: 'behind', role: 'viewer', networks: ['192.0.2.0/24'] });
      await eventually(async () => (await keyView(id, api)) !== undefined, { what: 'the key to be known' });
      expect(await forwarded(api, key, '192.0.2.7')).toBe(200);
      expect(await forwarded(api, key, '203.0.113.9, 192.0.2.7, 10.9.3.4')).toBe(200);
      expect(await forwarded(api, key, '203.0.113.9, 192.0.2.7:8080, 10.9.3.4:51000')).toBe(200);
      for (const chain of [
        '198.51.100.1',
        '192.0.2.7, 198.51.100.1',
        '192.0.2.7, unknown',
        '192.0.2.7:8080:1',
        '_hidden',
      ]) {
        expect(await forwarded(api, key, chain), chain).toBe(403);
      }
      expect((await call(api, 'GET', `${sessionsPath}/`, key)).status).toBe(403);
      const refusedFrom = async () => {
        const { body } = await call(api, 'GET', '/api/system/audit/?who=behind');
        return body.results.map(({ from }: { from: string }) => from);
      };
      await expect
        .poll(async () => (await refusedFrom()).sort())
        .toEqual(['127.0.0.1', '198.51.100.1', 'unknown']);
    });
  });

  it('is not made when one of them is none', async () => {
    const answer = await call(one, 'POST', keysPath, bootstrapKey, {
      name: 'nowhere',
      role: 'viewer',
      networks: ['10.0.0.0/8', '10.0.0.0/33', 'plant'],
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ path: 'networks.1' }, { path: 'networks.2' }] },
    });
  });

  it('counts an address of IPv4 that comes over IPv6 as what it is, and what cannot be read as none', () => {
    const from = (networks: string[], address: string | undefined) =>
      mayBeUsedFrom({ networks } as unknown as ApiKeyRecord, address);
    expect(from([], undefined)).toBe(true);
    expect(from(['192.0.2.0/24'], '::ffff:192.0.2.7')).toBe(true);
    expect(from(['192.0.2.0/24'], '192.0.3.7')).toBe(false);
    expect(from(['2001:db8::/32'], '2001:db8::7')).toBe(true);
    expect(from(['2001:db8::/32'], '192.0.2.7')).toBe(false);
    expect(from(['192.0.2.7'], '192.0.2.7')).toBe(true);
    expect(from(['192.0.2.0/24'], undefined)).toBe(false);
    expect(from(['something'], '192.0.2.7')).toBe(false);
  });
});

it('the first key may not be one for some networks only', async () => {
  const own = await startApiInProcess({ nats: (await natsForTest()).url, database: await apiDatabase() });
  await own.ready();
  const body = { name: 'first', role: 'administrator' };
  expect(await own.post(keysPath, { ...body, networks: ['127.0.0.0/8'] })).toMatchObject({
    status: 409,
    body: { code: 'first_key_must_be_administrator' },
  });
  expect((await own.post(keysPath, body)).status).toBe(201);
});
