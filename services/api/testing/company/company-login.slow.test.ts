import { freePort } from '@holdfast/dev/free-port.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { companyCallbackPath } from '../../src/access/company/company-routes.ts';
import { type ApiUnderTest, startApi } from '../api-under-test.ts';
import { makePeople, password } from '../people.ts';
import { TestBrowser, type Visited } from '../test-browser.ts';
import { type CompanyForTest, clientId, clientSecret, companyForTest } from './company-for-test.ts';

const beginPath = '/api/login/company/';
const claims = {
  anna: { name: '王安娜', preferred_username: 'anna', groups: ['canteen', 'hall-1-shift'] },
  namesake: { name: 'Anna B.', preferred_username: 'anna', groups: ['hall-1-shift'] },
  guest: { name: 'Guest', preferred_username: 'guest', groups: ['canteen'] },
};
const grants = {
  'hall-1-shift': { role: 'operator', sites: ['hall-1'] },
  engineers: [{ role: 'engineer' }],
};

let nats: string;
let company: CompanyForTest;
/** Two processes behind one address, that of the first. */
let api: ApiUnderTest;
let other: ApiUnderTest;
let callback: string;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  callback = `${own}${companyCallbackPath}`;
  company = await companyForTest({ redirect: callback, logout: `${own}/login` });
  const env = {
    ...{ PUBLIC_URL: own, LOG_LEVEL: 'debug', API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'false' },
    ...{ OIDC_ISSUER: company.issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
    ...{ OIDC_SCOPES: 'openid profile groups', OIDC_NAME: 'Plant ID', OIDC_GRANTS: JSON.stringify(grants) },
  };
  const settings = { nats, database: await freshDatabase(), env };
  [api, other] = await Promise.all([startApi({ ...settings, port }), startApi(settings)]);
  await Promise.all([api.ready(), other.ready()]);
});
beforeEach(() => company.tell({ subject: 'anna', claims, in_id_token: true, ahead_s: 0 }));

/** Logs in up to the way back, which is not taken. @param tamper changes where the browser is sent, as an attacker would */
async function begun(
  browser: TestBrowser,
  query = '',
  tamper: (sent: URL) => void = () => {},
): Promise<string> {
  const { status, headers, text } = await browser.visit(`${api.url}${beginPath}${query}`);
  const sent = headers.get('location');
  if (status !== 303 || sent === null) throw new Error(`${status} ${text}`);
  const url = new URL(sent);
  tamper(url);
  return browser.followUntil(url.href, callback);
}

async function loggedIn(browser: TestBrowser, query = ''): Promise<Visited> {
  const page = await browser.visit(await begun(browser, query));
  if (page.status !== 200) throw new Error(`${page.status} ${page.text}`);
  return page;
}

/** The address to which a page forwards by itself, as browsers understand it. */
function nextOf({ url, text }: Visited): string {
  const [, base = ''] = /<base href="([^"]*)">/.exec(text) ?? [];
  const [, next = ''] = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(text) ?? [];
  return new URL(next, new URL(base, url)).href;
}

async function me(browser: TestBrowser) {
  const { status, text } = await browser.visit(`${api.url}/api/me/`, {
    headers: { accept: 'application/json' },
  });
  return { status, ...JSON.parse(text) };
}

async function users<T>(ask: (book: UserBook) => Promise<T>): Promise<T> {
  const { nc, close } = await connectNats({ url: nats, name: 'test', log: createLogger('test', 'silent') });
  try {
    return await ask(await UserBook.open(nc));
  } finally {
    await close();
  }
}
const storedUsers = async (): Promise<User[]> =>
  (await users((book) => book.readAll())).map(({ record }) => record);

describe('a company login', () => {
  it('is shown to administrators as it is set, without its secret', async () => {
    await makePeople(nats, { boss: [{ role: 'administrator', sites: ['*'] }] });
    const boss = new TestBrowser(api);
    await eventually(async () => (await boss.logIn('boss', password)).status === 200, { what: 'the boss' });
    const answer = await boss.get('/api/system/company-login/');
    expect(answer.body.company).toEqual({
      ...{ name: 'Plant ID', issuer: company.issuer, client_id: clientId, has_client_secret: true },
      ...{ scopes: 'openid profile groups', grants_claim: 'groups', redirect_uri: callback },
      grants: expect.objectContaining({}),
    });
    expect(JSON.stringify(answer.body)).not.toContain(clientSecret);
  });

  it('lets a person in with the rights of the groups, by cookies that fit the way', async () => {
    const browser = new TestBrowser();
    const start = await browser.visit(`${api.url}${beginPath}?to=sessions%3Fstatus%3Drunning`);
    const sent = new URL(start.headers.get('location') ?? '');
    expect(Object.fromEntries(sent.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: callback,
      scope: 'openid profile groups',
    });
    // This cookie is sent when the browser comes back from another site; the login's own cookie is not.
    expect(start.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^hf-http-company=.*HttpOnly; SameSite=Lax/),
    ]);
    const page = await browser.visit(await browser.followUntil(sent.href, callback));
    expect(page.status).toBe(200);
    expect(page.headers.getSetCookie()).toEqual([expect.stringMatching(/^hf-http=hfl_.*SameSite=Strict/)]);
    expect(page.headers.get('cache-control')).toBe('no-store');
    // With a redirect, the next request would still count as coming from the other site.
    expect(nextOf(page)).toBe(`${api.url}/sessions?status=running`);
    expect(await me(browser)).toMatchObject({
      ...{ status: 200, kind: 'user', login: 'anna', name: '王安娜', has_password: false },
      grants: [{ role: 'operator', sites: ['hall-1'] }],
      current_login: { how: 'oidc' },
    });
  });

  it('knows a person by issuer and subject, and by no name', async () => {
    const browser = new TestBrowser();
    await loggedIn(browser);
    const before = await me(browser);
    await company.tell({
      claims: { ...claims, anna: { ...claims.anna, name: 'Anna W.', preferred_username: 'anna.w' } },
    });
    const again = new TestBrowser();
    await loggedIn(again);
    expect((await me(again)).id).toBe(before.id);

    await company.tell({ subject: 'namesake', claims });
    const namesake = new TestBrowser();
    await loggedIn(namesake);
    const theirs = await me(namesake);
    expect(theirs.id).not.toBe(before.id);
    expect(theirs.login).toMatch(/^sso-[0-9a-f]{12}$/);
    const byIdentity = (await storedUsers()).filter(({ identity }) => identity?.issuer === company.issuer);
    expect(byIdentity.map(({ identity }) => identity?.subject).sort()).toEqual(['anna', 'namesake']);
  });

  it('never becomes the person of the same login who has a password here', async () => {
    const [local] = await makePeople(nats, { carl: [{ role: 'administrator', sites: ['*'] }] });
    await company.tell({
      subject: 'carl-there',
      claims: { 'carl-there': { preferred_username: 'Carl', groups: ['hall-1-shift'] } },
    });
    const browser = new TestBrowser();
    await loggedIn(browser);
    expect(await me(browser)).toMatchObject({ grants: [{ role: 'operator', sites: ['hall-1'] }] });
    expect((await me(browser)).id).not.toBe(local?.id);
  });

  it('gives the rights of today, to logins that are open elsewhere as well', async () => {
    const before = new TestBrowser();
    await loggedIn(before);
    await company.tell({ claims: { ...claims, anna: { ...claims.anna, groups: ['engineers'] } } });
    await loggedIn(new TestBrowser());
    expect((await me(before)).grants).toEqual([{ role: 'engineer', sites: ['*'] }]);

    await company.tell({ claims: { ...claims, anna: { ...claims.anna, groups: [] } } });
    const browser = new TestBrowser();
    const page = await browser.visit(await begun(browser));
    expect(page.status).toBe(403);
    expect((await me(before)).grants).toEqual([]);
  });

  it('refuses who has no group that is mapped, and says what to ask for', async () => {
    await company.tell({ subject: 'guest' });
    const browser = new TestBrowser();
    const page = await browser.visit(await begun(browser));
    expect(page.status).toBe(403);
    expect(page.headers.getSetCookie()).toEqual([]);
    for (const text of [
      'Plant ID knows you as guest',
      'hall-1-shift (operator at hall-1)',
      'engineers (engineer)',
    ]) {
      expect(page.text).toContain(text);
    }
    expect((await storedUsers()).filter(({ identity }) => identity?.subject === 'guest')).toEqual([]);

    await company.tell({
      claims: { guest: { preferred_username: 'guest', _claim_names: { groups: 'src1' } } },
    });
    const many = await browser.visit(await begun(browser));
    expect(many.text).toContain('too many groups');
    const chinese = await browser.visit(await begun(browser), { headers: { 'accept-language': 'zh-CN' } });
    expect(chinese.text).toContain('所在的组太多');
    await company.tell({ claims: { guest: { preferred_username: 'guest' } } });
    const none = await browser.visit(await begun(browser));
    expect(none.text).toContain('does not tell groups');
    expect(none.text).toContain('hall-1-shift');
  });

  it('refuses who is disabled here', async () => {
    await loggedIn(new TestBrowser());
    const anna = (await users((book) => book.readAll())).find(
      ({ record }) => record.identity?.subject === 'anna',
    );
    if (!anna) throw new Error('anna is not there');
    await users((book) => book.replace({ ...anna, record: { ...anna.record, disabled: true } }));
    const refused = async () => {
      const browser = new TestBrowser();
      return (await browser.visit(await begun(browser))).text;
    };
    await expect.poll(refused).toContain('disabled');
    const now = (await users((book) => book.readAll())).find(({ record }) => record.id === anna.record.id);
    if (now) await users((book) => book.replace({ ...now, record: { ...now.record, disabled: false } }));
    await expect.poll(async () => (await begunAndBack()).status).toBe(200);
  });
});

async function begunAndBack(): Promise<Visited> {
  const browser = new TestBrowser();
  return browser.visit(await begun(browser));
}

describe('the way back', () => {
  const isOver = { status: 403, text: expect.stringContaining('Begin again') };

  it('is gone once, by the browser that was sent', async () => {
    const browser = new TestBrowser();
    const back = await begun(browser);
    expect(await new TestBrowser().visit(back)).toMatchObject(isOver);
    const thief = new TestBrowser();
    await begun(thief);
    expect(await thief.visit(back)).toMatchObject(isOver);
    expect((await browser.visit(back)).status).toBe(200);
    expect(await browser.visit(back)).toMatchObject(isOver);
  });

  it('is refused with a state that no login began, or none', async () => {
    const browser = new TestBrowser();
    const back = new URL(await begun(browser));
    for (const state of ['', 'x', 'x'.repeat(43)]) {
      const other = new URL(back);
      other.searchParams.set('state', state);
      expect(await browser.visit(other.href), state).toMatchObject(isOver);
    }
    expect((await browser.visit(callback)).status).toBe(403);
    expect((await browser.visit(back.href)).status).toBe(200);
  });

  it('may lead to another process than the one where it began, and several may be under way', async () => {
    const browser = new TestBrowser();
    const first = await begun(browser, '?to=first');
    const second = await begun(browser, '?to=/second');
    expect(nextOf(await browser.visit(second))).toBe(`${api.url}/second`);
    const elsewhere = new TestBrowser();
    elsewhere.setCookies(other.url, browser.cookies(api.url));
    const there = await elsewhere.visit(first.replace(api.url, other.url));
    expect(nextOf(there)).toBe(`${other.url}/first`);
  });

  it.each([
    ['nonce', (sent: URL) => sent.searchParams.set('nonce', 'another')],
    [
      'PKCE',
      (sent: URL) => {
        sent.searchParams.delete('code_challenge');
        sent.searchParams.delete('code_challenge_method');
      },
    ],
  ])('opens nothing with a code that was made without our %s', async (_what, tamper) => {
    const browser = new TestBrowser();
    const page = await browser.visit(await begun(browser, '', tamper));
    expect(page.status).toBe(403);
    expect(page.text).toContain('does not belong to this login');
    expect([...browser.cookies(api.url).keys()]).toEqual(['hf-http-company']);
  });

  it('leads to pages of this installation only', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
      '\t//evil.example',
    ]) {
      const page = await loggedIn(new TestBrowser(), `?to=${encodeURIComponent(to)}`);
      expect(nextOf(page), to).toBe(`${api.url}/`);
    }
  });

  it('leaves neither codes nor states in the log or the audit log', async () => {
    const browser = new TestBrowser();
    const back = await begun(browser);
    await browser.visit(back);
    const { code, state } = Object.fromEntries(new URL(back).searchParams);
    await makePeople(nats, { auditor: [{ role: 'administrator', sites: ['*'] }] });
    const auditor = new TestBrowser(api);
    await eventually(async () => (await auditor.logIn('auditor', password)).status === 200, {
      what: 'the auditor',
    });
    const audit = async () =>
      JSON.stringify((await auditor.get('/api/system/audit/?action=login.open')).body);
    await expect.poll(audit).toContain('company/callback');
    const entries = await audit();
    const log = api.process.lastLines(200).join('\n');
    expect(log).toContain('company/callback');
    for (const secret of [code, state]) {
      expect(entries).not.toContain(secret);
      expect(log).not.toContain(secret);
    }
  });
});

describe('a person who has logged in at the company', () => {
  it('shows there again who they are, and goes on with the same login under another token', async () => {
    const browser = new TestBrowser();
    await company.tell({ ahead_s: -3_000 });
    await loggedIn(browser);
    const before = await me(browser);
    expect(Date.parse(before.current_login.authenticated_at)).toBeLessThan(Date.now() - 2_000_000);
    const token = browser.cookies(api.url).get('hf-http');
    await company.tell({ ahead_s: 0 });
    await loggedIn(browser, '?again=true');
    const after = await me(browser);
    expect(after.current_login.id).toBe(before.current_login.id);
    expect(Date.parse(after.current_login.authenticated_at)).toBeGreaterThan(Date.now() - 600_000);
    expect(browser.cookies(api.url).get('hf-http')).not.toBe(token);
    const thief = new TestBrowser();
    thief.setCookies(api.url, new Map([['hf-http', token ?? '']]));
    expect((await me(thief)).status).toBe(401);
  });

  it('cannot make the login of another person fresh, nor one that is not there', async () => {
    const browser = new TestBrowser();
    await loggedIn(browser);
    const back = await begun(browser, '?again=true', (sent) => sent.searchParams.set('prompt', 'login'));
    expect((await browser.visit(back)).status).toBe(200);
    const { status, text } = await new TestBrowser().visit(`${api.url}${beginPath}?again=true`);
    expect([status, text]).toEqual([401, expect.stringContaining('Log in first')]);

    const others = new TestBrowser();
    const cookie = browser.cookies(api.url);
    others.setCookies(api.url, cookie);
    await company.tell({ subject: 'namesake' });
    const theirs = await others.visit(await begun(others, '?again=true'));
    expect([theirs.status, theirs.text]).toEqual([
      403,
      expect.stringContaining('Another person logged in there'),
    ]);
  });

  it('is led to where the login there is ended', async () => {
    const browser = new TestBrowser();
    const { status, headers } = await browser.visit(`${api.url}/api/logout/company/`);
    const url = new URL(headers.get('location') ?? '');
    expect([status, url.origin]).toEqual([303, company.issuer]);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${api.url}/login`);
  });
});

describe('a company sign-on that is unavailable', () => {
  it('learns it, in the form that is asked for, while passwords let people in', async () => {
    await makePeople(nats, { local: [{ role: 'viewer', sites: ['*'] }] });
    const browser = new TestBrowser();
    const back = await begun(browser);
    await company.stop();
    try {
      // The issuer's description of itself is kept for ten seconds.
      const started = () => browser.visit(`${api.url}${beginPath}`);
      await expect.poll(async () => (await started()).status).toBe(503);
      const page = await started();
      expect([page.status, page.headers.get('content-type')]).toEqual([
        503,
        expect.stringContaining('text/html'),
      ]);
      expect(page.text).toContain('Plant ID does not answer');
      expect((await browser.visit(back)).status).toBe(503);
      const json = await api.raw(beginPath, { redirect: 'manual', headers: { accept: 'application/json' } });
      expect(json).toMatchObject({ status: 503, body: { code: 'company_login_unavailable' } });
      expect((await new TestBrowser(api).logIn('local', password)).status).toBe(200);
      expect((await api.get('/health/ready')).status).toBe(200);
    } finally {
      await company.start();
    }
    await company.tell({ claims });
    await loggedIn(new TestBrowser());
  });
});

it('without a company sign-on there is none, and it says how to set it up', async () => {
  const bare = await startApi({ nats, database: await freshDatabase() });
  await bare.ready();
  expect(await bare.get(beginPath)).toMatchObject({
    status: 404,
    body: { code: 'company_login_not_set_up' },
  });
});
