import { networkInterfaces } from 'node:os';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type ApiKeyRecord, formatApiKey, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { allRoutes } from './all-routes.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiUnderTest, configureTask, sessionsPath, startApi } from './api-under-test.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const keysPath = '/api/system/keys/';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let first: ApiUnderTest;
let second: ApiUnderTest;
const keyOf = new Map<Role, string>();

const as = (key: string) => ({ authorization: `Bearer ${key}` });

async function makeKey(body: object): Promise<{ id: string; key: string }> {
  const answer = await first.ask('POST', keysPath, { key: bootstrapKey, body });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const audit = async (query: string) =>
  (await first.ask('GET', `/api/system/audit/?${query}`, { key: bootstrapKey })).body.results;

beforeAll(async () => {
  nats = await natsForTest();
  const database = await apiDatabase();
  const env = {
    API_BOOTSTRAP_KEY: bootstrapKey,
    API_REFUSED_PER_MINUTE: '0',
    API_CORS_ORIGINS: 'https://mes.example',
  };
  [first, second] = await Promise.all([
    startApi({ nats: nats.url, database, env }),
    startApi({ nats: nats.url, database, env }),
  ]);
  await Promise.all([first.ready(), second.ready()]);
  for (const role of roles) keyOf.set(role, (await makeKey({ name: `the ${role}`, role })).key);
});

describe('a route', () => {
  it('that needs no key answers without one', async () => {
    const open = allRoutes.filter(({ role }) => role === 'open');
    const pages = open.filter(({ method, url }) => method === 'GET' && !url.startsWith('/api/'));
    for (const path of [...pages.map(({ url }) => url), '/openapi.json', '/docs']) {
      const response = await fetch(`${first.url}${path}`);
      await response.arrayBuffer();
      expect(`${path} ${response.status}`).toBe(`${path} 200`);
    }
    // Routes for logging in require other things, but neither a key nor a login.
    for (const { method, url } of open.filter(({ url }) => url.startsWith('/api/'))) {
      const { body } = await first.ask(method, url);
      expect(['key_needed', 'login_needed', 'role_too_low'], `${method} ${url}`).not.toContain(body?.code);
    }
  });
});

describe('a key', () => {
  it('is shown once and stands nowhere else', async () => {
    const { id, key } = await makeKey({ name: 'shown once', role: 'viewer' });
    const list = await first.ask('GET', keysPath, { key: bootstrapKey });
    expect(list.body.results.map((each: { id: string }) => each.id)).toContain(id);
    const secret = key.slice('hf_00000000_'.length);
    const texts = await bucketTexts();
    expect(texts.join()).toContain(id);
    for (const text of [JSON.stringify(list.body), ...texts, JSON.stringify(await audit('limit=500'))]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain('x'.repeat(43));
    }
  });

  it('that is wrong, half, of another scheme or made up is refused with 401', async () => {
    for (const authorization of [
      `Bearer ${bootstrapKey.slice(0, -1)}y`,
      `Bearer ${bootstrapKey.slice(0, -1)}`,
      `Bearer hf_00000000_${'x'.repeat(43)}`,
      'Bearer',
      'Basic aGY6aGY=',
    ]) {
      const answer = await first.ask('GET', `${sessionsPath}/`, { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'key_not_valid' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('that has expired is refused and says so, and what it follows live ends', async () => {
    let names = 0;
    const { key, live } = await eventually(
      // On a busy machine the key may have expired by the time that it is made or used.
      async () => {
        names += 1;
        const expires_at = new Date(Date.now() + 1_000).toISOString();
        const newKey = await makeKey({ name: `short-${names}`, role: 'viewer', expires_at });
        const live = await fetch(`${first.url}/api/acquisition/live/`, { headers: as(newKey.key) });
        if (live.status === 200) return { key: newKey.key, live };
        await live.body?.cancel();
        return false;
      },
      { what: 'a key that expires soon, and a stream of it' },
    );
    await live.text();
    for (const api of [first, second]) {
      await eventually(
        async () => (await api.ask('GET', `${sessionsPath}/`, { key })).body.code === 'key_expired',
        { what: 'the key to be known as expired' },
      );
    }
  });

  it('that is revoked in one process opens nothing in another either, and ends what it follows live', async () => {
    const { id, key } = await makeKey({ name: 'leaver', role: 'operator' });
    await eventually(async () => (await second.ask('GET', `${sessionsPath}/`, { key })).status === 200, {
      what: 'the key to be known',
    });
    const live = await fetch(`${second.url}/api/acquisition/live/`, { headers: as(key) });
    expect(live.status).toBe(200);
    const revoked = await first.ask('DELETE', `${keysPath}${id}`, { key: bootstrapKey });
    expect(revoked.body).toMatchObject({ status: 'revoked', revoked_by: 'admin' });
    expect((await first.ask('GET', `${sessionsPath}/`, { key })).body.code).toBe('key_revoked');
    await eventually(
      async () => (await second.ask('GET', `${sessionsPath}/`, { key })).body.code === 'key_revoked',
      { what: 'the revocation to be known', intervalMs: 5 },
    );
    await live.text();
  });

  it('of the only administrator cannot be revoked', async () => {
    const { id } = await makeKey({ name: 'second admin', role: 'administrator' });
    // A key that may be used from some networks only is none to count on.
    await makeKey({ name: 'from the hall', role: 'administrator', networks: ['10.20.0.0/16'] });
    const others = (await first.ask('GET', keysPath, { key: bootstrapKey })).body.results
      .filter(
        (each: ApiKeyRecord & { status: string }) =>
          each.grants[0]?.role === 'administrator' && each.status === 'active',
      )
      .filter((each: ApiKeyRecord) => each.id !== '0a1b2c3d' && each.networks.length === 0);
    expect(others.map((each: ApiKeyRecord) => each.id)).toContain(id);
    for (const other of others) await first.ask('DELETE', `${keysPath}${other.id}`, { key: bootstrapKey });
    expect(await first.ask('DELETE', `${keysPath}0a1b2c3d/`, { key: bootstrapKey })).toMatchObject({
      status: 409,
      body: { code: 'last_administrator_key' },
    });
    keyOf.set('administrator', (await makeKey({ name: 'the admin', role: 'administrator' })).key);
  });

  it('stands with its name in the events that it caused', async () => {
    const key = keyOf.get('engineer') ?? '';
    const api = {
      ...first,
      post: (path: string, body?: unknown) => first.ask('POST', path, { key, body }),
    };
    const task_id = await configureTask(api, 'named');
    const started = await first.ask('POST', `${sessionsPath}/start-task/`, {
      key: keyOf.get('operator') ?? '',
      body: { task_id },
      headers: { 'x-operator': 'Wu Wei' },
    });
    expect(started.status).toBe(201);
    const log = await sessionLogForTest(nats.url);
    expect(JSON.stringify(await log.events())).toContain('"the operator/Wu Wei"');
    const [entry] = await eventually(
      async () => {
        const entries = await audit('action=session.start&outcome=done');
        return entries.length > 0 ? entries : undefined;
      },
      { what: 'the entry of the start' },
    );
    const target = `task ${task_id}, session ${started.body.session_id}`;
    expect(entry).toMatchObject({ who: 'the operator/Wu Wei', target, from: '127.0.0.1' });
    expect(await audit(`action=session.start&target=session%20${started.body.session_id}`)).toEqual([entry]);
  });
});

it('a key commands sessions while PostgreSQL is unavailable', async () => {
  const engineer = keyOf.get('engineer') ?? '';
  const api = {
    ...first,
    post: (path: string, body?: unknown) => first.ask('POST', path, { key: engineer, body }),
  };
  const body = { task_id: await configureTask(api, 'in-the-dark') };
  const started = await first.ask('POST', `${sessionsPath}/start-task/`, { key: engineer, body });
  const dark = await startApiInProcess({
    nats: nats.url,
    database: `postgres://nobody@127.0.0.1:${await freePort()}/nothing`,
  });
  const stop = `${sessionsPath}/${started.body.session_id}/stop/`;
  await eventually(
    async () => {
      // The port or the broker may not be there yet.
      const answer = await dark.ask('POST', stop, { key: engineer }).catch(() => undefined);
      return answer?.status === 200;
    },
    { what: 'the session to be stopped' },
  );
  expect(await dark.ask('POST', stop, { key: keyOf.get('viewer') ?? '' })).toMatchObject({
    status: 403,
    body: { code: 'role_too_low' },
  });
});

describe('the audit log', () => {
  it('has changes and refused ones, with who, what, from where and how it ended, and no reads', async () => {
    const before = new Date().toISOString();
    const viewer = keyOf.get('viewer') ?? '';
    const engineer = keyOf.get('engineer') ?? '';
    const site = { code: 'audited' };
    await first.ask('POST', '/api/config/sites/', { key: viewer, body: site });
    const creation = await first.ask('POST', '/api/config/sites/', { key: engineer, body: site });
    await first.ask('POST', '/api/config/sites/', { key: engineer, body: site });
    await first.ask('POST', '/api/config/sites/', { key: engineer, body: { code: 7 } });
    const odd = await first.ask('POST', '/api/config/sites/', {
      ...{ key: engineer, body: { code: { toString: 1 } } },
    });
    expect(odd.status).toBe(422);
    await first.ask('DELETE', '/api/config/sites/999999/', { key: engineer });
    await first.ask('GET', '/api/config/sites/', { key: viewer });
    const newEntries = await eventually(
      async () => {
        const entries = await audit(`action=site&from=${before}`);
        return entries.length >= 5 ? entries : undefined;
      },
      { what: 'the entries' },
    );
    expect(
      newEntries.map((each: Record<string, unknown>) => [
        each.who,
        each.action,
        each.target,
        each.outcome,
        each.detail,
      ]),
    ).toEqual([
      ['the engineer', 'site.delete', 'site 999999', 'refused', 'site_not_found'],
      // The second of these refusals will share one entry with all others of this minute.
      ['the engineer', 'site.create', 'site 7', 'refused', 'validation_failed'],
      ['the engineer', 'site.create', 'site audited', 'refused', 'duplicate_code'],
      ['the engineer', 'site.create', 'site audited', 'done', ''],
      ['the viewer', 'site.create', 'site', 'refused', 'role_too_low'],
    ]);
    expect(newEntries[3]).toMatchObject({
      ...{ from: '127.0.0.1', request_id: expect.any(String), stream: 'AUDIT' },
      data: { status: 201, body: site },
    });
    expect(newEntries[2]).toMatchObject({ stream: 'AUDIT_REFUSED', data: { status: 409 } });
    expect(newEntries[2].data.body).toBeUndefined();
    expect(creation.status).toBe(201);
  });

  it('has no key and no password that is sent where there is no place for it', async () => {
    const engineer = keyOf.get('engineer') ?? '';
    const admin = keyOf.get('administrator') ?? '';
    const before = new Date().toISOString();
    const tries = [
      () => first.ask('DELETE', `${keysPath}${admin}/`, { key: bootstrapKey }),
      () =>
        // These calls were not tried before: the second of two equal refusals within a minute is only audited at its end.
        first.ask('POST', `/api/config/devices/?api_key=${admin}&token=tok-1`, { key: engineer, body: {} }),
      () =>
        first.ask('POST', '/api/config/tasks/', {
          ...{ key: engineer, body: { code: admin, password: 'pw-1', cookie: 'ck-1' } },
          headers: { 'x-operator': admin, cookie: 'session=ck-2' },
        }),
    ];
    for (const send of tries) expect((await send()).status).toBeGreaterThanOrEqual(400);
    const entries = await eventually(
      async () => {
        const newEntries = await audit(`from=${before}&outcome=refused`);
        return newEntries.length >= tries.length ? newEntries : undefined;
      },
      { what: 'the entries' },
    );
    const text = JSON.stringify(entries);
    expect(text).toContain(`${admin.slice(0, 12)}[redacted]`);
    for (const secret of [admin.slice(12, 30), bootstrapKey.slice(12), 'tok-1', 'pw-1', 'ck-1', 'ck-2']) {
      expect(text).not.toContain(secret);
    }
  });

  it('comes in pages that miss nothing', async () => {
    const all = (await audit('limit=500')).map(({ sequence }: { sequence: number }) => sequence);
    const inPages: number[] = [];
    for (let cursor = ''; ; ) {
      const page = await first.ask('GET', `/api/system/audit/?limit=3${cursor}`, { key: bootstrapKey });
      inPages.push(...page.body.results.map(({ sequence }: { sequence: number }) => sequence));
      if (page.body.next_cursor === null) break;
      cursor = `&cursor=${page.body.next_cursor}`;
    }
    expect(inPages).toEqual(all);
    expect(all.length).toBeGreaterThan(6);
  });
});

describe('answers', () => {
  it('forbid framing and guessing of types, and let only pages of the set origins in', async () => {
    const from = async (origin: string) =>
      (await fetch(`${first.url}/health/live`, { headers: { origin } })).headers;
    const headers = await from('https://mes.example');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('access-control-allow-origin')).toBe('https://mes.example');
    expect((await from('https://elsewhere.example')).get('access-control-allow-origin')).toBeNull();
  });
});

describe('too many requests', () => {
  it('of wrong keys, or of one key, are answered with 429 and when to come back', async () => {
    const database = await apiDatabase();
    const api = await startApiInProcess({
      nats: nats.url,
      database,
      env: { API_REFUSED_PER_MINUTE: '5', API_REQUESTS_PER_MINUTE: '20' },
    });
    await api.ready();
    const statuses = async (key: string, count: number) => {
      const answers: Answer[] = [];
      for (let index = 0; index < count; index += 1) {
        answers.push(await api.ask('GET', `${sessionsPath}/`, { key }));
      }
      return answers;
    };
    const wrong = await statuses(`hf_00000000_${'z'.repeat(43)}`, 7);
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(wrong.at(-1)?.body.code).toBe('too_many_requests');
    expect(Number(wrong.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    const right = await statuses(keyOf.get('viewer') ?? '', 22);
    expect(right.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429, 429]);
    // Other callers are not affected.
    expect((await statuses(keyOf.get('engineer') ?? '', 1))[0]?.status).toBe(200);
  });
});

describe('before there is a key', () => {
  it('only this machine is served, and the first key made shuts the door', async () => {
    const own = await natsForTest();
    const api = await startApiInProcess({
      nats: own.url,
      database: await apiDatabase(),
      env: { API_HOST: '0.0.0.0' },
    });
    await api.ready();
    expect((await api.get(`${sessionsPath}/`)).status).toBe(200);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
    const noKeysYet = { status: 403, body: { code: 'no_keys_yet' } };
    if (outside !== undefined) {
      const response = await fetch(`http://${outside}:${new URL(api.url).port}${sessionsPath}/`);
      expect({ status: response.status, body: await response.json() }).toMatchObject(noKeysYet);
    }
    const passedOn = { 'x-forwarded-for': '203.0.113.7' };
    expect(await api.ask('GET', `${sessionsPath}/`, { headers: passedOn })).toMatchObject(noKeysYet);
    const byPage = { origin: 'https://elsewhere.example' };
    const refused = { status: 403, body: { code: 'origin_refused' } };
    expect(await api.ask('GET', `${sessionsPath}/`, { headers: byPage })).toMatchObject(refused);
    // Once there are people, one of them may log in.
    expect((await api.post('/api/system/users/', { login: 'anna', role: 'viewer' })).status).toBe(201);
    expect(await api.ask('GET', `${sessionsPath}/`, { headers: passedOn })).toMatchObject({
      status: 401,
      body: { code: 'login_needed', detail: expect.stringContaining('/login') },
    });
    const firstKey = { name: 'the first', role: 'viewer' };
    expect((await api.post(keysPath, firstKey)).body.code).toBe('first_key_must_be_administrator');
    const creation = await api.post(keysPath, { ...firstKey, role: 'administrator' });
    expect(creation.status).toBe(201);
    expect((await api.get(`${sessionsPath}/`)).body.code).toBe('key_needed');
    expect((await api.ask('GET', `${sessionsPath}/`, { key: creation.body.key })).status).toBe(200);
    await own.stop();
    // Known keys can be judged without the broker.
    expect((await api.ask('GET', `${sessionsPath}/`, { key: creation.body.key })).status).toBe(200);
    const answer = await api.ask('POST', '/api/config/sites/', {
      key: creation.body.key,
      body: { code: 'dark' },
    });
    expect(answer.status).toBe(201);
    await own.restart();
    await api.ready();
    await eventually(
      async () => {
        const { body } = await api.ask('GET', '/api/system/audit/?target=dark', { key: creation.body.key });
        return body.results?.length === 1;
      },
      { what: 'the entry of the time without the broker' },
    );
  });
});

it('no key is in what the API logs', () => {
  const logText = [...first.process.lastLines(10_000), ...second.process.lastLines(10_000)].join('\n');
  expect(logText).toContain('a key was made');
  for (const key of [bootstrapKey, ...keyOf.values()]) expect(logText).not.toContain(key.slice(12));
});

/** All texts in the bucket of the keys. */
async function bucketTexts(): Promise<string[]> {
  const { nc } = await sessionLogForTest(nats.url);
  const info = (await askBroker(nc, '$JS.API.STREAM.INFO.KV_API_KEYS')).json<{
    state: { last_seq: number };
  }>();
  const texts: string[] = [];
  for (let seq = 1; seq <= info.state.last_seq; seq += 1) {
    const answer = await askBroker(nc, '$JS.API.STREAM.MSG.GET.KV_API_KEYS', JSON.stringify({ seq }));
    const { message } = answer.json<{ message?: { data: string } }>();
    if (message) texts.push(Buffer.from(message.data, 'base64').toString());
  }
  return texts;
}
