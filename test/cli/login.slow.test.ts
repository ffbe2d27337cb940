import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BegunLoginBook } from '@holdfast/shared/jetstream/boards/begun-logins.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { makePeople, password } from '../../services/api/testing/people.ts';
import { TestBrowser } from '../../services/api/testing/test-browser.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest, type Running } from './cli-for-test.ts';

const codePattern = /type the code {2}([BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4})/;

let nats: string;
let api: ApiUnderTest;
let browser: TestBrowser;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'false' };
  api = await startApi({ nats, database: await freshDatabase(), env });
  await api.ready();
  await makePeople(nats, { anna: [{ role: 'operator', sites: ['hall-1'] }] });
  browser = new TestBrowser(api);
  await eventually(async () => (await browser.logIn('anna', password)).status === 200, { what: 'anna' });
});

async function newCli(
  settings: Record<string, string | undefined> = {},
): Promise<{ cli: CliForTest; folder: string }> {
  const folder = await temporaryFolder('logins');
  return { cli: cliForTest({ XDG_CONFIG_HOME: folder, ...settings }), folder };
}

/** The code, as a person reads it. */
const shownBy = (running: Running): Promise<string> =>
  eventually(() => codePattern.exec(running.output())?.[1], { what: 'a code to be shown' });

async function loggedIn(cli: CliForTest): Promise<void> {
  const running = cli.start('login', '--url', api.url);
  const code = await shownBy(running);
  expect((await browser.ask('POST', `/api/login/command-line/${code}/approve/`, {})).status).toBe(200);
  expect((await running.ended).code).toBe(0);
}

describe('holdfast login', () => {
  it('shows a code, and is let in as whoever approves it, until the logout', async () => {
    const { cli, folder } = await newCli({ HOLDFAST_OPERATOR: 'shift leader' });
    const running = cli.start('login', '--url', `${api.url}/`);
    const code = await shownBy(running);
    expect(running.output()).toContain(`${api.url}/approve`);
    const asking = await browser.get(`/api/login/command-line/${code.toLowerCase().replace('-', ' ')}/`);
    expect(asking).toMatchObject({
      status: 200,
      body: { code, person: 'shift leader', address: '127.0.0.1', host: expect.stringMatching(/./) },
    });
    expect((await browser.ask('POST', `/api/login/command-line/${code}/approve/`)).status).toBe(200);
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ url: api.url, login: 'anna' });

    const file = join(folder, 'holdfast', 'logins.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const token = JSON.parse(await readFile(file, 'utf8')).logins[api.url].token;
    expect(token).toMatch(/^hfl_/);
    for (const output of [ended.stdout, ended.stderr]) expect(output).not.toContain(token);

    // The address is that of the newest login.
    const who = await cli.run('whoami');
    expect(JSON.parse(who.stdout)).toMatchObject({ kind: 'user', login: 'anna', url: api.url });
    expect((await cli.run('whoami', '--table')).stdout).toContain('operator at hall-1');
    expect((await cli.run('sessions', 'list')).code).toBe(0);

    const list = await cli.run('logins', 'list');
    const own = JSON.parse(list.stdout).find(({ is_current }: { is_current: boolean }) => is_current);
    expect(own).toMatchObject({ how: 'approved' });
    expect(JSON.parse(list.stdout)).toHaveLength(2);

    expect(await cli.run('logout')).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).not.toContain('hfl_');
    const after = await cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_API_KEY: token }).run(
      'sessions',
      'list',
    );
    expect(after.code).toBe(4);
    const without = await cliForTest({ HOLDFAST_URL: api.url }).run('sessions', 'list');
    expect(without.code).toBe(4);
    expect(await cli.run('logout', '--json')).toMatchObject({ code: 0 });
  });

  it('says of itself no more than who has logged in', async () => {
    const { cli } = await newCli({ HOLDFAST_OPERATOR: undefined });
    await loggedIn(cli);
    expect((await cli.run('sessions', 'stop', '9-9')).code).toBe(1);
    await makePeople(nats, { auditor: [{ role: 'administrator', sites: ['*'] }] });
    const auditor = new TestBrowser(api);
    await eventually(async () => (await auditor.logIn('auditor', password)).status === 200, {
      what: 'the auditor',
    });
    const [entry] = await eventually(
      async () => {
        const { body } = await auditor.get('/api/system/audit/?action=session.stop');
        return body.results.length > 0 && body.results;
      },
      { what: 'the entry' },
    );
    expect(entry).toMatchObject({ who: 'anna', actor: { kind: 'user', name: 'anna' } });
    expect(entry.actor).not.toHaveProperty('claimed');
  });

  it('ends with 4 where it is denied, and keeps nothing', async () => {
    const { cli, folder } = await newCli();
    const running = cli.start('login', '--url', api.url);
    const code = await shownBy(running);
    expect((await browser.ask('POST', `/api/login/command-line/${code}/deny/`)).status).toBe(200);
    expect(await running.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('denied') });
    await expect(stat(join(folder, 'holdfast', 'logins.json'))).rejects.toThrow('ENOENT');
    const again = await browser.ask('POST', `/api/login/command-line/${code}/approve/`);
    expect(again).toMatchObject({ status: 404, body: { code: 'login_code_unknown' } });
  });

  it('ends when its ten minutes are over, and its code is of no use then', async () => {
    const { cli } = await newCli();
    const running = cli.start('login', '--url', api.url);
    const code = await shownBy(running);
    const { nc, close } = await connectNats({ url: nats, name: 'test', log: createLogger('test', 'silent') });
    try {
      const book = await BegunLoginBook.open(nc);
      for (const { record, revision } of await book.readAll()) {
        await book.replace({ revision, record: { ...record, expires_at: new Date().toISOString() } });
      }
    } finally {
      await close();
    }
    expect(await running.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('ten minutes') });
    expect((await browser.ask('POST', `/api/login/command-line/${code}/approve/`)).status).toBe(404);
  });

  it('that was revoked opens nothing any more, and says what to do', async () => {
    const { cli } = await newCli();
    await loggedIn(cli);
    const [current] = JSON.parse((await cli.run('logins', 'list')).stdout).filter(
      ({ is_current }: { is_current: boolean }) => is_current,
    );
    const { cli: other } = await newCli();
    await loggedIn(other);
    expect(await other.run('logins', 'revoke', current.id)).toMatchObject({ code: 0 });
    expect(await other.run('logins', 'revoke', current.id)).toMatchObject({ code: 1 });
    const refused = await cli.run('sessions', 'list');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('holdfast login')]);
    expect((await cli.run('logout')).code).toBe(0);
  });

  it('goes behind a key, whose address is that of the settings', async () => {
    const { cli, folder } = await newCli();
    await loggedIn(cli);
    await makePeople(nats, { chief: [{ role: 'administrator', sites: ['*'] }] });
    const chief = new TestBrowser(api);
    await eventually(async () => (await chief.logIn('chief', password)).status === 200, { what: 'chief' });
    const answer = await chief.ask('POST', '/api/system/keys/', { name: 'admin', role: 'administrator' });
    expect(answer.status).toBe(201);
    const withKey = cliForTest({
      ...{ XDG_CONFIG_HOME: folder, HOLDFAST_URL: api.url, HOLDFAST_API_KEY: answer.body.key },
    });
    expect(JSON.parse((await withKey.run('whoami')).stdout)).toMatchObject({ kind: 'key', name: 'admin' });
    // The key is never sent to an address that is known only from a login.
    const elsewhere = cliForTest({ XDG_CONFIG_HOME: folder, HOLDFAST_API_KEY: answer.body.key });
    expect((await elsewhere.run('whoami')).stderr).toContain('http://127.0.0.1:8000');
    // Nor is a login of one address sent to another.
    const other = cliForTest({
      XDG_CONFIG_HOME: folder,
      HOLDFAST_URL: api.url.replace('127.0.0.1', 'localhost'),
    });
    expect((await other.run('sessions', 'list')).code).toBe(4);
  });

  it('uses no file that others can read', async () => {
    const { cli, folder } = await newCli();
    await loggedIn(cli);
    const file = join(folder, 'holdfast', 'logins.json');
    await chmod(file, 0o644);
    const refused = await cli.run('sessions', 'list');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`chmod 600 ${file}`)]);
    expect((await cli.run('check-recovery')).code).toBe(3);
    await chmod(file, 0o600);
    expect((await cli.run('sessions', 'list')).code).toBe(0);
  });

  it('says at once where there is no API, and takes no address that is none', async () => {
    const { cli } = await newCli();
    expect((await cli.run('login', '--url', 'http://127.0.0.1:9')).code).toBe(3);
    expect((await cli.run('login', '--url', 'plant')).code).toBe(2);
  });
});

describe('a code of a command line', () => {
  const ask = async () => {
    const { status, body } = await api.post('/api/login/command-line/', { host: 'panel-3' });
    expect(status).toBe(201);
    return body as { secret: string; code: string };
  };
  const poll = async (secret: string) => (await api.post('/api/login/command-line/poll/', { secret })).body;

  it('is given to the holder of its secret, once, also where many ask at once', async () => {
    const { secret, code } = await ask();
    expect(await poll(secret)).toMatchObject({ status: 'waiting', token: null });
    expect(await poll(`${secret.slice(0, -1)}_`)).toMatchObject({ status: 'over' });
    expect(await poll(code)).toMatchObject({ status: 'over' });
    await browser.ask('POST', `/api/login/command-line/${code}/approve/`);
    const answers = await Promise.all(Array.from({ length: 5 }, () => poll(secret)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['approved', 'over', 'over', 'over', 'over']);
  });

  it('is decided by a person who has just shown who they are, and by no page elsewhere', async () => {
    const { code } = await ask();
    const path = `/api/login/command-line/${code}/approve/`;
    expect((await new TestBrowser(api).ask('POST', path)).status).toBe(401);
    const foreign = await browser.ask('POST', path, undefined, { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'origin_refused' } });
    expect((await browser.ask('POST', path)).status).toBe(200);
    expect((await browser.ask('POST', path)).status).toBe(404);
  });

  it('cannot be guessed: after five wrong ones a person waits', async () => {
    await makePeople(nats, { guesser: [{ role: 'viewer', sites: ['*'] }] });
    const guesser = new TestBrowser(api);
    await eventually(async () => (await guesser.logIn('guesser', password)).status === 200, {
      what: 'the guesser',
    });
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      statuses.push((await guesser.get('/api/login/command-line/BBBB-BBBB/')).status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429]);
    const { code } = await ask();
    expect((await browser.get(`/api/login/command-line/${code}/`)).status).toBe(200);
  });
});
