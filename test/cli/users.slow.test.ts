import { hostname, userInfo } from 'node:os';
import { beforeAll, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { password, TestBrowser } from '../../services/api/testing/test-browser.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let api: ApiUnderTest;
let cli: CliForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApi({ nats: nats.url, database: await freshDatabase() });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
  for (const code of ['hall-1', 'hall-2']) await api.post('/api/config/sites/', { code });
});

it('people are added, changed, kept out and logged out on the command line', async () => {
  const roles = ['--role', 'viewer', '--role', 'operator@hall-1,hall-2'];
  expect((await cli.run('sites', 'list', '--table')).stdout).toMatch(/hall-1[\s\S]*hall-2/);
  const user = JSON.parse((await cli.run('users', 'create', 'anna', ...roles, '--name', 'Anna Li')).stdout);
  expect(user.grants).toEqual([
    { role: 'viewer', sites: ['*'] },
    { role: 'operator', sites: ['hall-1', 'hall-2'] },
  ]);
  const waiting = await cli.run('users', 'list', '--table');
  expect(waiting.stdout).toMatch(/anna +Anna Li +viewer operator@hall-1,hall-2 +link until/);
  const browser = new TestBrowser(api);
  await browser.ask('POST', '/api/login/link/', { link: user.password_link.link, password });

  const logins = JSON.parse((await cli.run('users', 'logins', 'ANNA')).stdout);
  expect(logins).toMatchObject([{ how: 'link' }]);
  expect((await cli.run('users', 'logout', 'anna', logins[0].id)).code).toBe(0);
  expect((await browser.get('/api/me/')).body.code).toBe('login_over');
  await browser.logIn('anna', password);
  expect(JSON.parse((await cli.run('users', 'logout', 'anna')).stdout).ended).toHaveLength(1);

  const changed = await cli.run('users', 'change', 'anna', '--role', 'engineer@hall-2', '--table');
  expect(changed.stdout).toBe('anna (Anna Li) has engineer@hall-2.\n');
  expect((await cli.run('users', 'disable', 'anna', '--table')).stdout).toBe('anna is kept out.\n');
  expect((await browser.logIn('anna', password)).status).toBe(401);
  expect((await cli.run('users', 'enable', 'anna')).code).toBe(0);
  const link = await cli.run('users', 'link', 'anna', '--table');
  expect(link.stdout).toMatch(new RegExp(`^${api.url}/password\\?link=hfp_\\S+\n$`));
  expect(link.stderr).toContain('It is not shown again');
});

it('the user of the machine may have the login of a person, and stands in the audit log as no more than he is', async () => {
  const { username } = userInfo();
  const result = await cli.run('users', 'create', username, '--role', 'viewer');
  expect(result).toMatchObject({ code: 0 });
  const anybody = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_OPERATOR: undefined });
  expect(await anybody.run('users', 'change', username, '--name', 'Of this machine')).toMatchObject({
    code: 0,
    stderr: '',
  });
  const who = `${username}@${hostname()}`;
  await expect
    .poll(async () => JSON.parse((await cli.run('audit', '--action', 'user.update', '--limit', '1')).stdout))
    .toMatchObject([{ who, actor: { kind: 'local', id: '', claimed: who } }]);
  const refusal = await cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_OPERATOR: username }).run(
    ...['users', 'change', username, '--name', 'Another'],
  );
  expect([refusal.code, refusal.stderr]).toEqual([4, expect.stringContaining('HOLDFAST_OPERATOR')]);
});

it('wrong use is reported before anything is asked for', async () => {
  const wrong = async (...args: string[]) => {
    const { code, stderr } = await cli.run('users', ...args);
    return [code, stderr];
  };
  expect(await wrong('create', 'bo')).toEqual([2, expect.stringContaining('--role is missing')]);
  expect(await wrong('create', 'bo', '--role', 'boss')).toEqual([2, expect.stringContaining('not boss')]);
  expect(await wrong('create', 'bo', '--role', 'viewer@')).toEqual([
    2,
    expect.stringContaining('without a code'),
  ]);
  expect(await wrong('change', 'bo')).toEqual([2, expect.stringContaining('Say what to change')]);
  expect(await wrong('link', 'nobody')).toEqual([1, expect.stringContaining('holdfast users list')]);
  expect((await cli.run('users', 'list')).stdout).not.toContain('"bo"');
});
