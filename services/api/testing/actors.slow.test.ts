import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi } from './api-under-test.ts';
import { changeLogin } from './change-login.ts';
import { addPerson, password, TestBrowser } from './test-browser.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });

let nats: Awaited<ReturnType<typeof natsForTest>>;
let database: string;
let api: ApiUnderTest;
let anna: { readonly id: string; readonly browser: TestBrowser };

const start = () =>
  startApi({
    nats: nats.url,
    database,
    env: { API_BOOTSTRAP_KEY: bootstrapKey, API_REFUSED_PER_MINUTE: '0' },
  });

const byKey = (
  method: string,
  path: string,
  { at = api, ...request }: { body?: unknown; headers?: Record<string, string>; at?: ApiUnderTest } = {},
) => at.ask(method, path, { key: bootstrapKey, ...request });

const audit = async (query: string) =>
  (await byKey('GET', `/api/system/audit/?${query}`)).body.results as Record<string, unknown>[];

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await start();
  await api.ready();
  anna = await addPerson(api, bootstrapKey, { login: 'anna', grants: [{ role: 'operator' }] });
});

describe('who did something', () => {
  it('stands in events and in the audit log by an id and the login, next to what he says of himself', async () => {
    const task_id = await configureTask(
      { ...api, post: (path, body) => byKey('POST', path, { body }) },
      'acted',
    );
    const started = await anna.browser.ask(
      'POST',
      `${sessionsPath}/start-task/`,
      { task_id },
      { 'x-operator': 'Shift 2' },
    );
    expect(started.status).toBe(201);
    const { session_id } = started.body;
    for (const command of ['pause', 'resume']) {
      const path = `${sessionsPath}/${session_id}/${command}/`;
      const answer = await anna.browser.ask('POST', path, undefined, { 'x-operator': 'Shift 2' });
      expect(answer.status).toBe(200);
    }
    await byKey('POST', `${sessionsPath}/${session_id}/stop/`, { headers: { 'x-operator': 'Li Wei' } });
    const { body } = await byKey('GET', `${sessionsPath}/${session_id}/events/`);
    const login = (await anna.browser.get('/api/me/')).body.current_login.id;
    const byAnna = {
      ...{ kind: 'user', id: anna.id, name: 'anna', login },
      ...{ address: '127.0.0.1', claimed: 'Shift 2' },
    };
    const byAKey = {
      ...{ kind: 'key', id: '0a1b2c3d', name: 'admin' },
      ...{ address: '127.0.0.1', claimed: 'Li Wei' },
    };
    expect(
      body.results.map(({ data }: { data: { by: string; actor: unknown } }) => [data.by, data.actor]),
    ).toEqual([
      ['anna', byAnna],
      ['anna', byAnna],
      ['anna', byAnna],
      ['admin/Li Wei', byAKey],
    ]);
    const log = await sessionLogForTest(nats.url);
    expect(JSON.stringify(await log.events())).toContain(anna.id);
    // Audit entries are written after the answers.
    const stops = () => audit('action=session.stop');
    await expect.poll(stops).toMatchObject([{ who: 'admin/Li Wei', actor: byAKey }]);
    // The trace of an event leads to its command, and to no other.
    const { trace_id } = body.results.at(-1).data;
    await expect
      .poll(() => audit(`trace=${trace_id}`))
      .toMatchObject([{ action: 'session.stop', actor: byAKey }]);
    expect((await byKey('GET', '/api/system/audit/?trace=7')).status).toBe(422);
    const starts = () => audit('action=session.start');
    await expect.poll(starts).toMatchObject([{ who: 'anna', actor: byAnna }]);
    await expect.poll(() => audit(`action=session&who=${anna.id}`)).toHaveLength(3);
  });

  it('says of himself no name that is another one’s', async () => {
    const say = async (claimed: string, method = 'POST') =>
      (
        await byKey(method, '/api/config/sites/', {
          ...(method === 'POST' && { body: { code: 'x' } }),
          headers: { 'x-operator': Buffer.from(claimed).toString('latin1') },
        })
      ).body?.code;
    for (const claimed of ['anna', ' ANNA', 'Ａｎｎａ', anna.id]) {
      expect(await say(claimed), claimed).toBe('operator_known');
    }
    // Nothing is recorded about those who read.
    expect(await say('anna', 'GET')).toBeUndefined();
    expect(await say('admin')).not.toBe('operator_known');
    const own = await anna.browser.ask('POST', `${sessionsPath}/9-9/stop/`, undefined, {
      'x-operator': 'Anna',
    });
    expect(own.body.code).toBe('session_not_found');
  });
});

describe('a refused read', () => {
  it('is in the audit log: the first at once, and how many more there were of it', async () => {
    const other = await start();
    await other.ready();
    const guest = new TestBrowser(other);
    guest.cookie = anna.browser.cookie;
    const read = (path: string) => guest.get(path);
    for (let time = 0; time < 4; time += 1) expect((await read('/api/system/keys/')).status).toBe(403);
    for (let time = 0; time < 3; time += 1) {
      expect(
        (await other.raw('/api/config/sites/', { headers: { authorization: 'Bearer wrong' } })).status,
      ).toBe(401);
    }
    expect((await read('/api/config/sites/')).status).toBe(200);
    await eventually(async () => (await audit('action=api.read')).length === 2, {
      what: 'the first of each',
    });
    await other.process.stop({ graceMs: 10_000 });
    const laterEntries = await eventually(
      async () => {
        const entries = await audit('action=api.read');
        return entries.length === 4 ? entries : undefined;
      },
      { what: 'the others of each' },
    );
    const inShort = laterEntries.map(({ actor, target, outcome, detail, data }) => [
      (actor as { kind: string }).kind,
      target,
      outcome,
      detail,
      (data as { count?: number }).count,
    ]);
    const byAnna = ['user', '/api/system/keys', 'refused', 'role_too_low'];
    const byNobody = ['nobody', '/api/config/sites', 'refused', 'key_not_valid'];
    expect(inShort.slice(2)).toEqual([
      [...byNobody, undefined],
      [...byAnna, undefined],
    ]);
    expect(new Set(inShort.slice(0, 2).map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify([...byAnna, 3]), JSON.stringify([...byNobody, 2])]),
    );
  });
});

describe('a change of one’s own', () => {
  it('of the language is named by the person, the login and the address', async () => {
    expect((await anna.browser.ask('PATCH', '/api/me/', { language: 'zh' })).status).toBe(200);
    const login = (await anna.browser.get('/api/me/')).body.current_login.id;
    await expect
      .poll(() => audit('action=user.update'))
      .toMatchObject([
        {
          ...{ who: 'anna', from: '127.0.0.1', target: `user ${anna.id}`, outcome: 'done' },
          actor: { kind: 'user', id: anna.id, name: 'anna', login, address: '127.0.0.1' },
          data: { body: { language: 'zh' } },
        },
      ]);
  });
});

describe('a login that ended by itself', () => {
  it('is in the audit log once, by its person, with what it was', async () => {
    const other = await start();
    await other.ready();
    const browser = new TestBrowser(api);
    await browser.logIn('anna', password);
    const { id } = (await browser.get('/api/me/')).body.current_login;
    const expires_at = new Date(Date.now() - 1_000).toISOString();
    await changeLogin(nats.url, id, { expires_at });
    await expect
      .poll(() => audit('action=login.expire'))
      .toMatchObject([
        {
          ...{ who: 'anna', from: '127.0.0.1', target: `login ${id}`, outcome: 'done' },
          actor: { kind: 'user', id: anna.id, name: 'anna', login: id },
          data: { user_id: anna.id, expires_at },
        },
      ]);
    expect((await browser.get('/api/me/')).body.code).toBe('login_over');
    await other.process.stop({ graceMs: 10_000 });
  });
});
