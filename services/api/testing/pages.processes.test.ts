import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { changeLogin, notFresh } from './change-login.ts';

let nats: string;
let api: ApiUnderTest;
const password = 'correct horse battery';
/** Login name of the person who became the first administrator. */
let administrator = '';

interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function page(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await fetch(`${api.url}${path}`, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function send(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Page> {
  const response = await fetch(`${api.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: api.url, ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The cookie that a browser sends after this page. */
const cookieOf = ({ headers }: Page) => headers.get('set-cookie')?.split(';', 1)[0] ?? '';
const me = async (cookie: string) => (await api.raw('/api/me/', { headers: { cookie } })).body;
const tokenIn = (url: string) => new URL(url).searchParams.get('token') ?? '';

async function firstLink(): Promise<string> {
  const { status, body } = await api.post('/api/system/users/first-link/');
  expect(status).toBe(201);
  return tokenIn(body.url);
}

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'true' };
  api = await startApi({ nats, database: await apiDatabase(), env });
  await api.ready();
});

describe('the link for the first administrator', () => {
  const person = { login: 'li.wei', name: '李伟', password, password_repeat: password };

  it('stands in the log of a start without one, and opens the page', async () => {
    const line = api.process.lastLines(1_000).find((each) => each.includes('/first-administrator?token='));
    const url = /http:\S+token=[\w-]+/.exec(line ?? '')?.[0] ?? '';
    expect(new URL(url).port).toBe(new URL(api.url).port);
    const { status, text, headers } = await page(`/first-administrator?token=${tokenIn(url)}`);
    expect(status).toBe(200);
    expect(text).toContain('Set up the first administrator');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('has the port that a container publishes', async () => {
    const env = { API_PUBLISHED_PORT: '8443' };
    const published = await startApi({ nats, database: await apiDatabase(), env });
    await published.ready();
    await eventually(
      () =>
        published.process
          .lastLines(1_000)
          .some((line) => line.includes('http://localhost:8443/first-administrator?token=')),
      { what: 'the link in the log' },
    );
    await published.process.stop({ graceMs: 10_000 });
  });

  it('says at the field what is wrong, keeps what is right, and is not used up by it', async () => {
    const token = await firstLink();
    const { status, text } = await send('/first-administrator', {
      ...{ token, login: 'li wei', name: ' 李伟 ', password: 'short', password_repeat: 'short' },
    });
    expect(status).toBe(422);
    expect(text).toMatch(
      /<input id="login"[^>]*value="li wei"[^>]*aria-describedby="login-hint login-fault"[^>]*aria-invalid="true"/s,
    );
    expect(text).toContain('no blanks');
    expect(text).toMatch(/<input id="name"[^>]*value="李伟"/s);
    expect(text).toContain('It has 5 characters; make it 12 or more');
    expect(text).not.toContain('value="short"');
    const other = { ...person, token, password_repeat: `${password}!` };
    expect((await send('/first-administrator', other)).text).toContain('The two are not the same');
    const same = {
      ...person,
      token,
      login: 'administrator',
      password: 'Administrator',
      password_repeat: 'Administrator',
    };
    expect((await send('/first-administrator', same)).text).toContain('It is the login name');
    expect((await page(`/first-administrator?token=${token}`)).status).toBe(200);
  });

  it('opens nothing for a page elsewhere, a wrong token or one of another kind', async () => {
    const token = await firstLink();
    for (const origin of ['https://elsewhere.example', 'null', '']) {
      const refused = await send('/first-administrator', { ...person, token }, { origin });
      expect(refused.status, origin).toBe(403);
      expect(refused.headers.get('set-cookie')).toBeNull();
    }
    expect((await page(`/first-administrator?token=${token.slice(0, -1)}x`)).status).toBe(410);
    expect((await page('/first-administrator')).status).toBe(410);
    expect((await page(`/password?link=${token}`)).status).toBe(410);
  });

  it('makes one administrator, logs him in, and ends all others of its kind', async () => {
    const [token, another] = [await firstLink(), await firstLink()];
    // Only one of two people with the same link gets in.
    const answers = await Promise.all([
      send('/first-administrator?lang=zh', { ...person, token }),
      send('/first-administrator?lang=zh', { ...person, login: 'wang.fang', token }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
    const success = answers.find(({ status }) => status === 303) as Page;
    expect(success.headers.get('location')).toBe('./?lang=zh');
    const itself = await me(cookieOf(success));
    administrator = itself.login;
    expect(itself).toMatchObject({
      ...{ kind: 'user', name: '李伟', language: 'zh', has_password: true },
      grants: [{ role: 'administrator', sites: ['*'] }],
      current_login: { how: 'link' },
    });
    for (const each of [token, another]) {
      expect((await page(`/first-administrator?token=${each}`)).status).toBe(410);
      expect((await send('/first-administrator', { ...person, login: 'third', token: each })).status).toBe(
        410,
      );
    }
    const answer = await api.post('/api/system/users/first-link/');
    expect(answer).toMatchObject({ status: 409, body: { code: 'administrator_exists' } });
  });

  it('leaves neither the password nor the token in the audit log, and only that of the start in the log', async () => {
    const audit = async () =>
      JSON.stringify((await api.get('/api/system/audit/?action=user&limit=100')).body);
    await expect.poll(audit).toContain('user.create');
    const text = await audit();
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/hff_[A-Za-z0-9_-]{20}/);
    const linesWithToken = api.process.lastLines(10_000).filter((line) => /hff_[A-Za-z0-9_-]{20}/.test(line));
    expect(linesWithToken).toHaveLength(1);
    expect(api.process.lastLines(10_000).join('\n')).not.toContain(password);
  });
});

describe('the link of an administrator', () => {
  it('lets its person choose a password, once, and ends other logins', async () => {
    const added = await api.post('/api/system/users/', { login: 'zhao', role: 'viewer' });
    expect(added.status).toBe(201);
    const { url, link } = added.body.password_link;
    const path = url.slice(api.url.length);
    expect((await page(path)).text).toContain('For zhao (zhao)');
    const wrong = await send('/password', { link, password: 'short', password_repeat: 'short' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('make it 12 or more');
    const form = { link, password, password_repeat: password };
    expect((await send('/password', form, { origin: 'https://elsewhere.example' })).status).toBe(403);
    const inside = await send('/password', form);
    expect(inside.status).toBe(303);
    const cookie = cookieOf(inside);
    expect(await me(cookie)).toMatchObject({ login: 'zhao', current_login: { how: 'link' } });
    expect((await send('/password', form)).status).toBe(410);
    expect((await page(path)).text).toContain('This link is over');

    const again = await api.post('/api/system/users/zhao/password-link/');
    const other = { link: again.body.link, password: `${password}!`, password_repeat: `${password}!` };
    expect((await send('/password', other)).status).toBe(303);
    expect(await me(cookie)).toMatchObject({ code: 'login_over' });
  });
});

describe('the page to let a command line in', () => {
  const ask = async () =>
    (await api.post('/api/login/command-line/', { host: 'plc-gateway-3', person: 'li' })).body;
  const poll = async (secret: string) =>
    (await api.post('/api/login/command-line/poll/', { secret })).body as { status: string; token: string };
  const loggedIn = async () => cookieOf(await send('/login', { login: administrator, password }));

  it('asks for a login first, shows what asks and what it will be able to do, and lets it in', async () => {
    const { code, secret, page: address } = await ask();
    expect(address).toContain('/approve');
    const path = `/approve?code=${code}`;
    const sent = await page(path);
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toContain(`./login?to=${encodeURIComponent(path.slice(1))}`);
    const cookie = await loggedIn();
    expect((await page('/approve', { cookie })).text).toContain('Type the code');
    const { text } = await page(`/approve?code=${code.toLowerCase()}`, { cookie });
    for (const expectedText of [
      code,
      'plc-gateway-3',
      '127.0.0.1',
      administrator,
      'Everything: users and keys',
    ]) {
      expect(text).toContain(expectedText);
    }
    expect((await send('/approve', { code }, { cookie, origin: 'null' })).status).toBe(403);
    expect(await poll(secret)).toMatchObject({ status: 'waiting' });
    const approved = await send('/approve', { code }, { cookie });
    expect(approved.text).toContain('The command line is in');
    const { status, token } = await poll(secret);
    expect(status).toBe('approved');
    const { body } = await api.raw('/api/me/', { headers: { authorization: `Bearer ${token}` } });
    expect(body).toMatchObject({ login: administrator, current_login: { how: 'approved' } });
    expect((await page(path, { cookie })).text).toContain('No command line waits with this code');
  });

  it('asks whoever logged in more than five minutes ago for the password, and lets nothing in without it', async () => {
    const { code, secret } = await ask();
    const cookie = await loggedIn();
    await changeLogin(nats, (await me(cookie)).current_login.id, notFresh());
    const path = `/approve?code=${code}`;
    const pageText = await eventually(
      async () => {
        const { text } = await page(path, { cookie });
        return text.includes('name="password"') && text;
      },
      { what: 'the page to ask for the password' },
    );
    expect(pageText).toContain(code);
    const approve = (fields: Record<string, string>) => send('/approve', { code, ...fields }, { cookie });
    expect(await approve({})).toMatchObject({
      status: 403,
      text: expect.stringContaining('name="password"'),
    });
    const wrong = await approve({ password: 'something else' });
    expect(wrong).toMatchObject({ status: 401, text: expect.stringContaining('name="password"') });
    expect(wrong.headers.get('set-cookie')).toBeNull();
    expect(await poll(secret)).toMatchObject({ status: 'waiting' });
    const approved = await approve({ password });
    expect(approved.text).toContain('The command line is in');
    expect(await poll(secret)).toMatchObject({ status: 'approved' });
    // From now on the login is fresh, under another token.
    expect(await me(cookieOf(approved))).toMatchObject({ login: administrator });
    expect(await me(cookie)).toMatchObject({ code: 'login_over' });
  });

  it('denies also by a login of long ago', async () => {
    const { code, secret } = await ask();
    const cookie = await loggedIn();
    await changeLogin(nats, (await me(cookie)).current_login.id, notFresh());
    await send('/approve/deny', { code }, { cookie });
    expect(await poll(secret)).toMatchObject({ status: 'denied' });
  });

  it('keeps out what is denied, and knows no code that was made up', async () => {
    const { code, secret } = await ask();
    const cookie = await loggedIn();
    const denied = await send('/approve/deny', { code }, { cookie });
    expect(denied.text).toContain('The command line stays out');
    expect(await poll(secret)).toMatchObject({ status: 'denied' });
    // The audit log has the decision.
    await eventually(
      async () => {
        const { results } = (await api.get('/api/system/audit/?action=login.deny')).body;
        return results.some(({ outcome }: { outcome: string }) => outcome === 'done');
      },
      { what: 'the entry of the denial' },
    );
    const unknown = await page('/approve?code=BBBB-BBBB', { cookie });
    expect(unknown.status).toBe(404);
    expect(unknown.text).toMatch(/<input id="code"[^>]*value="BBBB-BBBB"/s);
  });

  it('makes a person who types wrong codes wait', async () => {
    const cookie = await loggedIn();
    const answers: number[] = [];
    for (const code of ['BCDF-GHJK', 'BCDF-GHJL', 'BCDF-GHJM', 'BCDF-GHJN', 'BCDF-GHJP', 'BCDF-GHJQ']) {
      answers.push((await page(`/approve?code=${code}`, { cookie })).status);
    }
    expect([answers[0], answers[5]]).toEqual([404, 429]);
  });
});

describe('the page to log in', () => {
  it('is in the language that the browser prefers, or the one chosen on it', async () => {
    const zh = 'zh-CN,zh;q=0.9,en;q=0.8';
    expect((await page('/login', { 'accept-language': zh })).text).toContain('<html lang="zh-CN">');
    expect((await page('/login', { 'accept-language': 'de, en;q=0.5, zh;q=0.1' })).text).toContain(
      '<html lang="en">',
    );
    const inEnglish = await page('/login?lang=en', { 'accept-language': zh });
    expect(inEnglish.text).toContain('<html lang="en">');
    expect(inEnglish.text).toContain('href="login?lang=zh"');
  });

  it('lets in who knows the password, and goes on to where they were going, if that is here', async () => {
    const credentials = { login: administrator.toUpperCase(), password };
    const inside = await send('/login?lang=en', credentials);
    expect(inside.status).toBe(303);
    expect(inside.headers.get('location')).toBe('./?lang=en');
    const cookie = cookieOf(inside);
    expect((await page('/login?lang=en', { cookie })).text).toMatch(
      /<h1>李伟<\/h1>[\s\S]*Administrator[\s\S]*at all sites/,
    );
    const to = 'approve?code=BCDF-GHJK';
    const sentTo = async (path: string, target: string) =>
      (await send(path, { ...credentials, to: target })).headers.get('location');
    expect(await sentTo('/login', to)).toBe(`./${to}`);
    expect(await sentTo('/login/', `/${to}`)).toBe(`../${to}`);
    for (const elsewhere of [
      'https://elsewhere.example/',
      '//elsewhere.example',
      '/\\elsewhere.example',
      'javascript:1',
    ]) {
      expect(await sentTo('/login', elsewhere), elsewhere).toBe('./?lang=en');
    }
    const out = await send('/logout', {}, { cookie });
    expect(out.status).toBe(303);
    expect((await page('/login', { cookie })).text).toContain('<h1>Log in</h1>');
    expect(await me(cookie)).toMatchObject({ code: 'login_over' });
  });

  it('does not say whether the login or the password is wrong, and shows markup as what it is', async () => {
    const wrong = await send('/login', { login: administrator, password: 'wrong horse battery' });
    const unknown = await send('/login', { login: '"><script>', password });
    for (const answer of [wrong, unknown]) {
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('Login name or password is not right');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    expect(unknown.text).toContain('value="&#34;&#62;&#60;script&#62;"');
    expect(unknown.text).not.toContain('<script');
  });

  it('takes forms alone, and the calls of the API take none', async () => {
    const json = await fetch(`${api.url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: api.url },
      body: JSON.stringify({ login: 'li.wei', password }),
    });
    expect(json.status).toBe(415);
    const form = await fetch(`${api.url}/api/login/`, {
      method: 'POST',
      headers: { origin: api.url },
      body: new URLSearchParams({ login: 'li.wei', password }),
    });
    expect(form.status).toBe(415);
  });

  it('asks once more for itself when a link elsewhere led to it, so that the browser sends its cookie', async () => {
    for (const [path, itself] of [
      ['/login?to=approve', './login?to=approve'],
      ['/approve/?code=a%2Fb', '../approve/?code=a%2Fb'],
    ] as const) {
      const { text, status } = await page(path, { 'sec-fetch-site': 'cross-site' });
      expect(status).toBe(200);
      expect(text).toContain(`content="0;url=${itself}"`);
    }
  });
});
