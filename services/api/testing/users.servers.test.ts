import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath } from './api-under-test.ts';
import { addPerson, password, TestBrowser } from './test-browser.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const usersPath = '/api/system/users';

let nats: string;
let api: ApiClient;

const byKey = (method: string, path: string, body?: unknown): Promise<Answer> =>
  api.ask(method, path, { key: bootstrapKey, body });

const join = (login: string, grants: object[]) => addPerson(api, bootstrapKey, { login, grants });

beforeAll(async () => {
  nats = (await natsForTest()).url;
  api = await startApiInProcess({
    nats,
    database: await apiDatabase(),
    env: { API_BOOTSTRAP_KEY: bootstrapKey, API_REFUSED_PER_MINUTE: '0', API_LOGINS_PER_MINUTE: '0' },
  });
  await api.ready();
  for (const code of ['hall-1', 'hall-2']) await byKey('POST', '/api/config/sites/', { code });
});

describe('a person', () => {
  it('is added by an administrator, sets the password by the link once, and may do what was granted', async () => {
    const creation = await byKey('POST', usersPath, {
      ...{ login: 'Anna', name: 'Anna\u0308 Li', language: 'zh', role: 'viewer', sites: ['hall-1'] },
    });
    expect(creation).toMatchObject({ status: 201, body: { login: 'Anna', name: 'Annä Li', language: 'zh' } });
    expect(creation.body).toMatchObject({ has_password: false, disabled: false, created_by: 'admin' });
    const { link, url } = creation.body.password_link;
    expect(url).toBe(`${api.url}/password?link=${link}`);
    const browser = new TestBrowser(api);
    const use = (typed: string, used = link) =>
      browser.ask('POST', '/api/login/link/', { link: used, password: typed });
    expect((await use('short')).body.code).toBe('validation_failed');
    expect((await use(password, `${link}x`)).body).toMatchObject({ status: 401, code: 'link_not_valid' });
    expect((await use(password)).body).toMatchObject({
      login: 'Anna',
      grants: [{ role: 'viewer', sites: ['hall-1'] }],
    });
    expect((await browser.get(`${sessionsPath}/`)).status).toBe(200);
    expect((await browser.ask('POST', '/api/config/sites/', { code: 'x' })).body.code).toBe('role_too_low');
    expect((await browser.get('/api/system/sinks/')).body.code).toBe('site_not_granted');
    expect((await new TestBrowser(api).ask('POST', '/api/login/link/', { link, password })).body.code).toBe(
      'link_not_valid',
    );
    const again = new TestBrowser(api);
    expect((await again.logIn('anna', password)).status).toBe(200);
    expect((await byKey('GET', `${usersPath}/ANNA`)).body).toMatchObject({ has_password: true });
    // Neither the password nor the link is recorded anywhere.
    const audit = JSON.stringify((await byKey('GET', '/api/system/audit/?limit=1000')).body);
    expect(audit).not.toContain(link);
    expect(audit).not.toContain(password);
  });

  it('keeps the login for good, in whatever case', async () => {
    await byKey('POST', usersPath, { login: 'Bo', role: 'viewer' });
    const other = await byKey('POST', usersPath, { login: 'bO', role: 'administrator' });
    expect(other.body).toMatchObject({ status: 409, code: 'login_taken' });
    for (const login of ['', 'ä', 'a b', 'u-abcdefgh23456723']) {
      const { body } = await byKey('POST', usersPath, { login, role: 'viewer' });
      expect(body, login).toMatchObject({ status: 422, errors: [{ path: 'login' }] });
    }
    const lost = await byKey('POST', usersPath, { login: 'c', role: 'viewer', sites: ['hall-9'] });
    expect(lost.body).toMatchObject({ status: 422, errors: [{ path: 'sites.0' }] });
    expect((await byKey('GET', `${usersPath}/nobody`)).body).toMatchObject({ code: 'user_not_found' });
  });

  it('may do something else from the next request on, and what was followed live ends', async () => {
    const { id, browser } = await join('dora', [{ role: 'engineer' }]);
    expect((await browser.ask('POST', '/api/config/sites/', { code: 'dora-1' })).status).toBe(201);
    const live = await fetch(`${api.url}/api/acquisition/live/`, { headers: browser.headers() });
    expect(live.status).toBe(200);
    const changed = await byKey('PATCH', `${usersPath}/${id}`, {
      grants: [{ role: 'viewer' }, { role: 'operator', sites: ['hall-2'] }],
    });
    expect(changed.body.grants).toEqual([
      { role: 'viewer', sites: ['*'] },
      { role: 'operator', sites: ['hall-2'] },
    ]);
    expect((await browser.ask('POST', '/api/config/sites/', { code: 'dora-2' })).body).toMatchObject({
      ...{ code: 'role_too_low', role: 'operator', needed: 'engineer' },
    });
    await live.text();
  });

  it('is changed only as the administrator has seen the person, and by a login not at all', async () => {
    await byKey('POST', usersPath, { login: 'cleo', role: 'viewer' });
    const path = `${usersPath}/cleo`;
    const read = () => api.ask('GET', path, { key: bootstrapKey });
    const change = (body: object, etag: string) =>
      api.ask('PATCH', path, { key: bootstrapKey, body, headers: { 'if-match': etag } });
    const before = await read();
    expect(before.body.last_login_at).toBeNull();
    const { link } = (await byKey('POST', `${path}/password-link`)).body;
    await new TestBrowser(api).ask('POST', '/api/login/link/', { link, password });
    const isRecorded = async () => {
      const answer = await read();
      return answer.body.last_login_at !== null && answer;
    };
    const loggedIn = await eventually(isRecorded, { what: 'the time of the login' });
    expect(Date.parse(loggedIn.body.last_login_at)).toBeGreaterThan(Date.parse(before.body.created_at));
    const tag = String(before.headers.get('etag'));
    expect(loggedIn.headers.get('etag')).toBe(tag);
    const renamed = await change({ name: 'Cleo' }, tag);
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Cleo' } });
    expect(await change({ role: 'engineer' }, tag)).toMatchObject({
      ...{ status: 412, body: { code: 'precondition_failed', etag: renamed.headers.get('etag') } },
    });
    expect((await read()).body.grants).toEqual([{ role: 'viewer', sites: ['*'] }]);
    expect((await change({ role: 'engineer' }, String(renamed.headers.get('etag')))).status).toBe(200);
  });

  it('who is kept out is out everywhere, and gets in again with the same password', async () => {
    const { id, browser } = await join('emil', [{ role: 'viewer' }]);
    const { link } = (await byKey('POST', `${usersPath}/${id}/password-link`)).body;
    expect((await byKey('PATCH', `${usersPath}/emil`, { disabled: true })).body.disabled).toBe(true);
    expect((await browser.get('/api/me/')).body.code).toBe('login_over');
    expect((await browser.logIn('emil', password)).body.code).toBe('login_failed');
    expect((await browser.ask('POST', '/api/login/link/', { link, password })).body.code).toBe(
      'link_not_valid',
    );
    expect((await byKey('POST', `${usersPath}/${id}/password-link`)).body.code).toBe('user_disabled');
    expect((await byKey('PATCH', `${usersPath}/emil`, { disabled: false })).status).toBe(200);
    expect((await browser.logIn('emil', password)).status).toBe(200);
  });

  it('who is kept out is out, also where a process ended before it could end the logins', async () => {
    const { id, browser } = await join('eve', [{ role: 'viewer' }]);
    const nc = await connectionForTest(nats);
    const book = await UserBook.open(nc);
    const entry = (await book.readAll()).find(({ record }) => record.id === id);
    if (!entry) throw new Error('there is no eve');
    await book.replace({ ...entry, record: { ...entry.record, disabled: true } });
    await eventually(async () => (await browser.get('/api/me/')).body.code === 'login_over', {
      what: 'the login to be over',
    });
    expect((await byKey('GET', `${usersPath}/${id}/logins`)).body.results).toHaveLength(1);
  });

  it('has logins that an administrator sees and ends', async () => {
    const { id, browser } = await join('fay', [{ role: 'viewer' }]);
    const other = new TestBrowser(api);
    await other.logIn('fay', password);
    const listed = (await byKey('GET', `${usersPath}/${id}/logins`)).body.results;
    expect(listed.map(({ how }: { how: string }) => how).sort()).toEqual(['link', 'password']);
    const one = listed.find(({ how }: { how: string }) => how === 'password').id;
    expect((await byKey('DELETE', `${usersPath}/anna/logins/${one}`)).body.code).toBe('login_not_found');
    expect((await byKey('DELETE', `${usersPath}/${id}/logins/${one}`)).status).toBe(204);
    expect((await other.get('/api/me/')).body.code).toBe('login_over');
    expect((await browser.get('/api/me/')).status).toBe(200);
    expect((await byKey('DELETE', `${usersPath}/${id}/logins`)).body.results).toHaveLength(1);
    expect((await browser.get('/api/me/')).body.code).toBe('login_over');
  });

  it('is kept in as the last one who manages people', async () => {
    const { id, browser } = await join('gil', [{ role: 'administrator' }]);
    const refused = { status: 409, code: 'last_administrator' };
    // An administrator without a password, or at one site only, cannot manage people.
    await byKey('POST', usersPath, { login: 'hu', role: 'administrator' });
    await join('ida', [{ role: 'administrator', sites: ['hall-1'] }]);
    for (const body of [
      { disabled: true },
      { role: 'engineer' },
      { role: 'administrator', sites: ['hall-1'] },
    ]) {
      expect((await browser.ask('PATCH', `${usersPath}/${id}`, body)).body).toMatchObject(refused);
    }
    expect((await browser.ask('PATCH', `${usersPath}/${id}`, { name: 'Gil' })).status).toBe(200);
    await join('jo', [{ role: 'administrator' }]);
    expect((await browser.ask('PATCH', `${usersPath}/${id}`, { role: 'viewer' })).status).toBe(200);
    expect((await browser.get(usersPath)).body.code).toBe('role_too_low');
  });
});
