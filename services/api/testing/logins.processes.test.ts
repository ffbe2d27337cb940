import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import type { LoginView } from '@holdfast/shared/contracts/http/login-http.ts';
import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';
import { changeLogin, notFresh } from './change-login.ts';
import { makePeople, password } from './people.ts';
import { TestBrowser } from './test-browser.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const everywhere = ['*'];

let nats: string;
let one: ApiUnderTest;
let other: ApiClient;
/** An API behind a proxy that ends TLS, so its headers have addresses and scheme. */
let proxied: ApiClient;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const env = { API_BOOTSTRAP_KEY: bootstrapKey, API_REFUSED_PER_MINUTE: '0', API_LOGINS_PER_MINUTE: '0' };
  const settings = { nats, database: await apiDatabase() };
  const behind = { ...env, API_TRUSTED_PROXIES: '127.0.0.1', API_LOGINS_PER_MINUTE: '10' };
  [one, other, proxied] = await Promise.all([
    startApi({ ...settings, env }),
    startApiInProcess({ ...settings, env }),
    startApiInProcess({ ...settings, env: { ...behind, PUBLIC_URL: 'https://holdfast.example/plant-1/' } }),
  ]);
  await Promise.all([one.ready(), other.ready(), proxied.ready()]);
  await makePeople(nats, {
    anna: [{ role: 'administrator', sites: everywhere }],
    Boris: [{ role: 'viewer', sites: everywhere }],
    chen: [{ role: 'engineer', sites: everywhere }],
    nobody: [],
  });
  const browsers = [new TestBrowser(one), new TestBrowser(other), from('192.0.2.200')];
  for (const browser of browsers) {
    await eventually(async () => (await browser.logIn('nobody', password)).status === 200, {
      what: 'the people to be known',
    });
  }
});

const from = (address: string) =>
  new TestBrowser(proxied, {
    ...{ 'x-forwarded-proto': 'https', 'x-forwarded-for': address, origin: 'https://holdfast.example' },
  });

async function loggedIn(login: string, api: ApiClient = one): Promise<TestBrowser> {
  const browser = new TestBrowser(api);
  const answer = await browser.logIn(login, password);
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200, body: { kind: 'user' } });
  return browser;
}

async function audited(query: string, atLeast = 1) {
  return eventually(
    async () => {
      const { body } = await one.raw(`/api/system/audit/?${query}`, {
        headers: { authorization: `Bearer ${bootstrapKey}` },
      });
      return body.results.length >= atLeast ? body.results : undefined;
    },
    { what: `audit entries: ${query}` },
  );
}

describe('a login', () => {
  it('is a cookie that opens every process, in whatever case its name was typed', async () => {
    const browser = new TestBrowser(one);
    const answer = await browser.logIn('bORIS', password);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^hf-http=hfl_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const me = {
      ...{ kind: 'user', login: 'Boris', name: 'The Boris', has_password: true },
      grants: [{ role: 'viewer', sites: ['*'] }],
      current_login: { how: 'password', address: '127.0.0.1', idle_minutes: 30, over_https: false },
    };
    expect(answer.body).toMatchObject(me);
    expect((await browser.get('/api/me/')).body).toMatchObject(me);
    // The other process may not have heard of the login through its watch yet.
    expect((await browser.at(other).get(`${sessionsPath}/`)).status).toBe(200);
    expect((await browser.ask('POST', '/api/config/sites/', { code: 'x' })).body).toMatchObject({
      ...{ status: 403, code: 'role_too_low', role: 'viewer', needed: 'engineer' },
    });
  });

  it('over HTTPS is a cookie that browsers keep for this host alone, and opens nothing over plain HTTP', async () => {
    const browser = from('192.0.2.1');
    const answer = await browser.logIn('Boris', password);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-hf=hfl_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
    ]);
    expect(answer.body.current_login).toMatchObject({ address: '192.0.2.1', over_https: true });
    expect((await browser.get('/api/me/')).status).toBe(200);
    const plain = new TestBrowser(one);
    plain.cookie = browser.cookie?.replace('__Host-hf', 'hf-http');
    expect((await plain.get('/api/me/')).body).toMatchObject({ status: 401, code: 'login_over' });
    plain.cookie = browser.cookie;
    expect((await plain.get('/api/me/')).body).toMatchObject({ status: 401, code: 'key_needed' });
  });

  it('over plain HTTP from another machine is refused, and so is its cookie', async () => {
    const far = new TestBrowser(proxied, { 'x-forwarded-for': '192.0.2.9', origin: proxied.url });
    expect((await far.logIn('Boris', password)).body).toMatchObject({
      status: 403,
      code: 'login_over_http_refused',
    });
    far.cookie = (await loggedIn('Boris')).cookie;
    expect((await far.get('/api/me/')).body).toMatchObject({ status: 403, code: 'login_over_http_refused' });
  });

  it('is the same answer for a wrong password and for an unknown login, and stands so in the audit log', async () => {
    const browser = new TestBrowser(one);
    const wrong = await browser.logIn('chen', 'not it at all');
    const unknown = await browser.logIn('chenn', 'not it at all');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    expect({ ...unknown.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    expect(browser.cookie).toBeUndefined();
    const failed = async (target: string) =>
      (await audited(`action=login.open&outcome=refused&target=${encodeURIComponent(target)}`))[0];
    const entries = [await failed('login [redacted]'), await failed('login chen')];
    expect(entries).toMatchObject([
      { target: 'login [redacted]', detail: 'login_failed', from: '127.0.0.1' },
      { target: 'login chen', detail: 'login_failed' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('not it at all');
  });

  it('keeps what was typed into the wrong field out of the audit log, and a code that may still let someone in', async () => {
    const typed = 'Sommer-2026-geheim';
    const page = { 'content-type': 'application/x-www-form-urlencoded', origin: one.url };
    const to = encodeURIComponent('approve?code=BCDF-GHJK');
    await one.post('/api/login/', { login: typed, password: 'x' });
    await one.post('/api/login/', { login: typed.repeat(5), password: 'x' });
    const form = (login: string, typedPassword: string) =>
      one.raw(`/login?to=${to}`, {
        ...{ method: 'POST', headers: page, redirect: 'manual' },
        body: `login=${login}&password=${encodeURIComponent(typedPassword)}&to=${to}`,
      });
    expect((await form(typed, 'x')).status).toBe(401);
    expect((await form('chen', password)).status).toBe(303);
    const browser = await loggedIn('chen');
    const { code } = (await one.post('/api/login/command-line/', { host: 'gateway', person: 'li' })).body;
    await browser.ask('GET', `/api/login/command-line/${code}/`, undefined, { cookie: '' });
    const path = `/api/login/command-line/${code}/approve/`;
    await browser.ask('POST', path, undefined, { origin: 'https://evil.example' });
    await browser.ask('POST', '/api/login/command-line/GHJK-GHJK/deny/');
    const about = (action: string, atLeast: number) => audited(`action=${action}&limit=500`, atLeast);
    const entries = [
      ...(await about('login.open', 8)),
      ...(await audited('action=login.approve&outcome=refused')),
      ...(await audited('action=login.deny&outcome=refused')),
      ...(await audited('action=api.read&limit=500')),
    ];
    const text = JSON.stringify(entries);
    expect(text).not.toContain(typed);
    expect(text).not.toContain(code);
    expect(text).not.toContain('GHJK');
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'login.approve', target: 'login [redacted]' }),
    );
  });

  it('of a person without a grant shows who they are and nothing else', async () => {
    const browser = await loggedIn('nobody');
    expect((await browser.get('/api/me/')).body).toMatchObject({ login: 'nobody', grants: [] });
    expect((await browser.get(`${sessionsPath}/`)).body).toMatchObject({ code: 'role_too_low', role: null });
  });

  it('on the command line stands in Authorization, which no web page sends by itself', async () => {
    const browser = await loggedIn('chen');
    const token = browser.cookie?.split('=')[1] ?? '';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await one.raw('/api/config/sites/', { method: 'POST', headers, body: '{"code": "cli"}' });
    expect(answer.status).toBe(201);
    expect(await audited('action=site.create&target=cli')).toMatchObject([{ who: 'chen', outcome: 'done' }]);
    const both = { ...headers, cookie: browser.cookie ?? '' };
    for (const authorization of [headers.authorization, `Bearer ${bootstrapKey}`]) {
      const refused = await one.raw('/api/me/', { headers: { ...both, authorization } });
      expect(refused.body).toMatchObject({ status: 400, code: 'cookie_and_key' });
    }
  });
});

describe('a web page', () => {
  it.each<[string, string | undefined, number]>([
    ['of this API', 'own', 201],
    ['elsewhere', 'https://evil.example', 403],
    ['of another program on this machine', 'http://127.0.0.1:1', 403],
    ['of this host by another scheme', 'https', 403],
    ['that a sandbox hides', 'null', 403],
    ['or whatever sends the cookie without saying which', undefined, 403],
  ])('%s changes things with the cookie only if it is ours', async (what, origin, status) => {
    const { cookie = '' } = await loggedIn('chen');
    const own = origin === 'own' ? one.url : origin === 'https' ? one.url.replace('http:', 'https:') : origin;
    const answer = await one.raw('/api/config/sites/', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...(own !== undefined && { origin: own }) },
      body: JSON.stringify({ code: `page-${what.length}` }),
    });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.code).toBe('origin_refused');
    const read = await one.raw('/api/me/', {
      headers: { cookie, ...(own !== undefined && { origin: own }) },
    });
    expect(read.status).toBe(200);
    expect(read.headers.get('access-control-allow-credentials')).toBeNull();
    // Such a request cannot log a person in or out either.
    if (own === undefined || status === 201) return;
    const strange = new TestBrowser(one, { origin: own });
    expect((await strange.logIn('Boris', password)).body.code).toBe('origin_refused');
    expect((await strange.ask('POST', '/api/logout/')).body.code).toBe('origin_refused');
  });

  it('is of PUBLIC_URL alone where that is set, and of this machine itself', async () => {
    const browser = from('192.0.2.2');
    await browser.logIn('chen', password);
    const create = (origin: string) => {
      const body = { code: `p-${origin.length}` };
      return browser.ask('POST', '/api/config/sites/', body, { origin });
    };
    expect((await create('https://holdfast.example')).status).toBe(201);
    expect((await create(proxied.url.replace('http:', 'https:'))).status).toBe(201);
    expect((await create('https://holdfast.example.evil')).body.code).toBe('origin_refused');
  });
});

describe('a link', () => {
  it('begins with PUBLIC_URL and its path where that is set, and with the host that was asked elsewhere', async () => {
    const ask = { host: 'gateway', person: 'li' };
    const begun = await from('192.0.2.3').ask('POST', '/api/login/command-line/', ask);
    expect(begun.body.page).toBe('https://holdfast.example/plant-1/approve');
    expect((await one.post('/api/login/command-line/', ask)).body.page).toBe(`${one.url}/approve`);
    const { body } = await proxied.post(
      '/api/system/users/',
      { login: 'zhao', role: 'viewer' },
      { authorization: `Bearer ${bootstrapKey}` },
    );
    const { url, link } = body.password_link;
    expect(url).toBe(`https://holdfast.example/plant-1/password?link=${link}`);
  });
});

describe('the token', () => {
  it('is another one after each login, whatever was there before it', async () => {
    const browser = await loggedIn('Boris');
    const planted = browser.cookie;
    const id = (await browser.get('/api/me/')).body.current_login.id;
    await browser.logIn('chen', password);
    expect(browser.cookie).not.toBe(planted);
    for (const api of [one, other]) {
      const thief = new TestBrowser(api);
      thief.cookie = planted;
      await eventually(async () => (await thief.get('/api/me/')).body.code === 'login_over', {
        what: 'the login of before to be over',
      });
    }
    const boris = await loggedIn('Boris');
    const { body } = await boris.get('/api/me/logins/');
    expect(body.results.map((login: LoginView) => login.id)).not.toContain(id);
    // A made-up cookie is not accepted either.
    const forger = new TestBrowser(one);
    forger.cookie = `hf-http=hfl_${'A'.repeat(43)}`;
    expect((await forger.get('/api/me/')).body).toMatchObject({ status: 401, code: 'login_over' });
    await forger.logIn('Boris', password);
    expect(forger.cookie).not.toContain('AAAA');
  });

  it('is another one after a fresh authentication of the same login, and the former is over in every process', async () => {
    const browser = await loggedIn('anna');
    const before = browser.at(one);
    const first = (await browser.get('/api/me/')).body.current_login;
    expect((await browser.ask('POST', '/api/login/again/', { password: 'wrong one' })).body.code).toBe(
      'login_failed',
    );
    expect(browser.cookie).toBe(before.cookie);
    const answer = await browser.ask('POST', '/api/login/again/', { password });
    expect(answer.body.current_login).toMatchObject({ id: first.id, created_at: first.created_at });
    expect(Date.parse(answer.body.current_login.authenticated_at)).toBeGreaterThan(
      Date.parse(first.authenticated_at),
    );
    expect(browser.cookie).not.toBe(before.cookie);
    expect((await browser.at(other).get('/api/me/')).status).toBe(200);
    expect((await before.get('/api/me/')).body.code).toBe('login_over');
    await eventually(async () => (await before.at(other).get('/api/me/')).body.code === 'login_over', {
      what: 'the former token to be over elsewhere',
    });
    expect((await browser.get('/api/me/logins/')).body.results).toHaveLength(1);
  });

  it('stands nowhere: neither in NATS nor in the log nor in the audit log', async () => {
    const browser = await loggedIn('Boris');
    const token = browser.cookie?.split('=')[1] ?? '';
    await browser.get(`/api/config/sites/?code=${token}`);
    const secret = token.slice(4);
    const nc = await connectionForTest(nats);
    expect(JSON.stringify(await (await LoginBook.open(nc)).readAll())).not.toContain(secret);
    expect(JSON.stringify(await audited('limit=500'))).not.toContain(secret);
    expect(one.process.lastLines(500).join()).not.toContain(secret);
  });
});

describe('what writes to devices, keys or people', () => {
  it('asks a person to show once more who he is when that was 5 minutes ago; keys are not asked', async () => {
    const browser = await loggedIn('anna');
    const newKey = { name: 'by anna', role: 'viewer' };
    const before = { ...newKey, name: 'by anna before' };
    expect((await browser.ask('POST', '/api/system/keys/', before)).status).toBe(201);
    const long = notFresh();
    await changeLogin(nats, (await browser.get('/api/me/')).body.current_login.id, long);
    const refused = await eventually(
      async () => {
        const answer = await browser.ask('POST', '/api/system/keys/', newKey);
        return answer.status === 403 && answer;
      },
      { what: 'the login to be an old one' },
    );
    expect(refused.body).toMatchObject({ code: 'fresh_authentication_needed', ...long });
    for (const [method, path] of [
      ['DELETE', '/api/system/keys/0a1b2c3d/'],
      ['POST', '/api/acquisition/points/1/write/'],
    ] as const) {
      expect((await browser.ask(method, path)).body.code, path).toBe('fresh_authentication_needed');
    }
    // Vouching for an unproven epoch also needs a fresh login, unlike everything else about the quarantine.
    const sendAgain = async (body: object | undefined) =>
      (await browser.ask('POST', '/api/system/quarantine/9/send-again/', body)).body.code;
    expect(await sendAgain({ trust_epoch: true })).toBe('fresh_authentication_needed');
    expect(await sendAgain(undefined)).toBe('quarantined_message_not_found');
    expect((await browser.get('/api/system/keys/')).status).toBe(200);
    await browser.ask('POST', '/api/login/again/', { password });
    expect((await browser.ask('POST', '/api/system/keys/', newKey)).status).toBe(201);
  });
});

/** Follows a live stream; `ended` resolves when it has ended. */
async function followed(browser: TestBrowser, api: ApiClient): Promise<{ readonly ended: Promise<string> }> {
  const response = await fetch(`${api.url}/api/acquisition/live`, { headers: browser.headers() });
  expect(response.status).toBe(200);
  return { ended: response.text() };
}

describe('a login that is ended', () => {
  it('by its person elsewhere is over in every process, with what it followed live', async () => {
    const [stolen, mine] = [await loggedIn('chen'), await loggedIn('chen', other)];
    const streams = [await followed(stolen, one), await followed(stolen, other)];
    const ownStream = await fetch(`${one.url}/api/acquisition/live`, { headers: mine.headers() });
    const { results } = (await mine.get('/api/me/logins/')).body;
    const current = (await stolen.get('/api/me/')).body.current_login.id;
    expect(results.find(({ id }: LoginView) => id === current)).toMatchObject({ is_current: false });
    expect((await mine.ask('DELETE', `/api/me/logins/${current}/`)).status).toBe(204);
    // The streams end by themselves; otherwise this test would hang here.
    await Promise.all(streams.map(({ ended }) => ended));
    for (const api of [one, other]) {
      expect((await stolen.at(api).get('/api/me/')).body).toMatchObject({ status: 401, code: 'login_over' });
    }
    expect((await mine.get('/api/me/')).status).toBe(200);
    expect(ownStream.body?.locked).toBe(false);
    await ownStream.body?.cancel();
    expect(await audited(`action=login.revoke&target=${current}`)).toMatchObject([
      { who: 'chen', outcome: 'done' },
    ]);
  });

  it('is none of another person', async () => {
    const [chen, boris] = [await loggedIn('chen'), await loggedIn('Boris')];
    const { id } = (await chen.get('/api/me/')).body.current_login;
    expect((await boris.ask('DELETE', `/api/me/logins/${id}/`)).body.code).toBe('login_not_found');
    await boris.ask('DELETE', '/api/me/logins/');
    expect((await boris.get('/api/me/logins/')).body.results).toHaveLength(1);
    expect((await chen.get('/api/me/')).status).toBe(200);
  });

  it('by logging out loses its cookie, also when it was over already', async () => {
    const browser = await loggedIn('chen');
    const copy = browser.at(one);
    const stream = await followed(browser, one);
    const answer = await browser.ask('POST', '/api/logout/');
    expect(answer.status).toBe(204);
    expect(browser.cookie).toBeUndefined();
    await stream.ended;
    expect((await copy.get('/api/me/')).body.code).toBe('login_over');
    const again = await copy.ask('POST', '/api/logout/');
    expect(again.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect(await audited('action=login.close&who=chen')).not.toEqual([]);
  });

  it('by a new password is over everywhere but here', async () => {
    await makePeople(nats, { dora: [{ role: 'viewer', sites: everywhere }] });
    for (const api of [one, other]) {
      await eventually(async () => (await new TestBrowser(api).logIn('dora', password)).status === 200, {
        what: 'dora',
      });
    }
    const [here, there] = [await loggedIn('dora'), await loggedIn('dora', other)];
    const change = (body: object) => here.ask('POST', '/api/me/password/', body);
    expect((await change({ password, new_password: 'short' })).body.code).toBe('validation_failed');
    expect((await change({ password: 'wrong', new_password: 'long enough, surely' })).body.code).toBe(
      'login_failed',
    );
    expect((await change({ password, new_password: 'long enough, surely' })).status).toBe(200);
    expect((await here.get('/api/me/')).status).toBe(200);
    await eventually(async () => (await there.get('/api/me/')).body.code === 'login_over', {
      what: 'the other login to be over',
    });
    const browser = new TestBrowser(one);
    expect((await browser.logIn('dora', password)).body.code).toBe('login_failed');
    expect((await browser.logIn('dora', 'long enough, surely')).status).toBe(200);
  });
});

describe('failures', () => {
  it('delay the next try with this login from this address, and no other', async () => {
    const attacker = from('203.0.113.7');
    for (let failure = 0; failure < 5; failure += 1) {
      expect((await attacker.logIn('anna', 'guess')).body.code).toBe('login_failed');
    }
    const delayed = await attacker.logIn('ANNA', password);
    expect(delayed).toMatchObject({ status: 429, body: { code: 'login_delayed' } });
    expect(Number(delayed.headers.get('retry-after'))).toBeGreaterThan(0);
    // Anna elsewhere, another person here, and people already logged in are still served.
    expect((await from('203.0.113.8').logIn('anna', password)).status).toBe(200);
    expect((await attacker.logIn('chen', password)).status).toBe(200);
    expect(await audited('action=login.open&target=login%20anna&outcome=refused&limit=500', 6)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ detail: 'login_delayed', from: '203.0.113.7' }),
        expect.objectContaining({ detail: 'login_failed', from: '203.0.113.7' }),
      ]),
    );
  });

  it('count by address where the proxy adds ports, and by login wherever they come from', async () => {
    const codes: string[] = [];
    for (let guess = 0; guess < 40; guess += 1) {
      const chain =
        guess % 2 === 0 ? `203.0.113.40:${41_000 + guess}` : `[2001:db8:0:40::1]:${41_000 + guess}`;
      codes.push((await from(chain).logIn('boris', 'guess')).body.code);
    }
    expect(codes.filter((code) => code === 'login_failed')).toHaveLength(10);
    for (let guess = 0; guess < 15; guess += 1) {
      codes.push((await from(`198.51.100.${guess}:443`).logIn('boris', 'guess')).body.code);
    }
    expect(codes.filter((code) => code === 'login_failed')).toHaveLength(20);
    expect((await from('198.51.100.99').logIn('chen', password)).status).toBe(200);
  });

  it('are ten a minute of one network at most, whomever they name', async () => {
    const answers = await Promise.all(
      // An IPv6 host may use as many addresses as it likes.
      Array.from({ length: 12 }, (_, round) =>
        from(`2001:db8:0:1::${round + 1}`).logIn(`name-${round}`, 'guess'),
      ),
    );
    const codes = answers.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'login_delayed')).toHaveLength(2);
    expect((await from('2001:db8:0:2::1').logIn('anna', password)).status).toBe(200);
  });
});

describe('a wall display', () => {
  it('has a login of a viewer that does not idle out and lasts 90 days', async () => {
    const display = new TestBrowser(one);
    const answer = await display.logIn('Boris', password, { wall_display: true });
    expect(answer.headers.getSetCookie()[0]).toContain(`; Max-Age=${90 * 86_400}`);
    const { idle_minutes, created_at, expires_at } = answer.body.current_login;
    expect(idle_minutes).toBeNull();
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(90 * 86_400_000);
    expect((await display.logIn('chen', password, { wall_display: true })).body).toMatchObject({
      ...{ status: 422, errors: [{ path: 'wall_display' }] },
    });
  });
});

it('/api/me/ tells a key and this machine who they are, and they have no logins', async () => {
  const headers = { authorization: `Bearer ${bootstrapKey}` };
  expect((await one.raw('/api/me/', { headers })).body).toMatchObject({
    ...{ kind: 'key', id: '0a1b2c3d', login: null, current_login: null },
    grants: [{ role: 'administrator', sites: ['*'] }],
  });
  expect((await one.raw('/api/me/logins/', { headers })).body.results).toEqual([]);
  expect((await one.raw('/api/me/logins/', { headers, method: 'DELETE' })).body.code).toBe('login_needed');
  expect((await one.get('/api/me/')).body).toMatchObject({ status: 401, code: 'key_needed' });
  const anonymous = { API_ANONYMOUS_LOOPBACK: 'true' };
  const local = await startApiInProcess({ nats, database: await apiDatabase(), env: anonymous });
  await local.ready();
  expect((await local.get('/api/me/')).body).toMatchObject({
    ...{ kind: 'local', id: null, grants: [{ role: 'administrator', sites: ['*'] }] },
  });
  // A person who has logged in here is that person, and no administrator.
  const browser = await loggedIn('Boris', local);
  expect((await browser.ask('POST', '/api/config/sites/', { code: 'x' })).body.code).toBe('role_too_low');
});
