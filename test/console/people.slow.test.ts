import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import { becomeAdministrator, fillIn, firstLink, person } from '../browser/people-for-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import { untilHolds } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const password = 'another horse, another battery';
let url: string;
let byKey: RestClient;

beforeAll(async () => {
  await buildConsole();
  const env = {
    ...{ API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'false', API_BOOTSTRAP_KEY: bootstrapKey },
    API_REFUSED_PER_MINUTE: '0',
  };
  const nats = (await natsForTest()).url;
  const api = await startApi({ nats, database: await freshDatabase(), env });
  await api.ready();
  url = api.url.replace('127.0.0.1', 'localhost');
  byKey = restClient(url, bootstrapKey);
  for (const [unit_id, code, name] of [
    [1, 'hall-1', 'Press hall'],
    [2, 'hall-2', 'Furnace hall'],
  ]) {
    const { id: site_id } = await byKey.create('/api/config/sites/', { code, name });
    await byKey.create('/api/config/devices/', {
      ...{ code: `press-${code}`, host: '127.0.0.1', unit_id, site_id },
    });
  }
  if (inject('installedServers').chromium === null) return;
  const link = await firstLink(url, { authorization: `Bearer ${bootstrapKey}` });
  const { page } = await openPage(link);
  await page.getByText('“People”').waitFor();
  await becomeAdministrator(page);
}, 240_000);

/** The screen as the administrator has it, or another user. */
async function opened(path = '/people', options = {}, who: { login: string; password: string } = person) {
  const { page, complaints } = await openPage(`${url}/console${path}`, options);
  await fillIn(page, { login: who.login, password: who.password });
  await page.getByRole('banner').waitFor();
  return { page, complaints };
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

/** Sets a password by the link of an administrator, in a browser of its own. */
async function joined(link: string, newPassword = password): Promise<Page> {
  const { page } = await openPage(link);
  await fillIn(page, { password: newPassword, password_repeat: newPassword });
  await page.waitForURL(/\/console\//);
  return page;
}

const addViewer = async (login: string, more: object = { role: 'viewer' }) =>
  (await byKey.create('/api/system/users/', { login, ...more })).password_link.url as string;

const codesSeenBy = (page: Page) =>
  page.evaluate<string[]>(
    `fetch('/api/config/devices/').then((answer) => answer.json()).then(({ results }) => results.map(({ code }) => code))`,
  );

describe.skipIf(inject('installedServers').chromium === null)('the people', () => {
  it('get a user who sees one site, by a link that sets the password', async () => {
    const { page, complaints } = await opened('/');
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('button', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog');
    await page.keyboard.type('zhang.min');
    await page.keyboard.press('Tab');
    await page.keyboard.type('张敏');
    expect(await dialog.getByRole('button', { name: 'Add' }).isDisabled()).toBe(true);
    await dialog.getByRole('combobox', { name: 'hall-1' }).selectOption('viewer');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('heading', { name: 'zhang.min was added' }).waitFor();
    await dialog.getByText(/works once, and expires/).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('Enter');
    await dialog.getByText('Copied.').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    await page.keyboard.press('Escape');
    await page.mouse.click(2, 2);
    expect(await dialog.getByLabel('Link').inputValue()).toBe(link);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await row(page, 'zhang.min')
      .getByText(/^invited, link works until/)
      .waitFor();

    const other = await joined(link);
    await other.getByRole('button', { name: '张敏' }).click();
    await other.getByText('viewer at hall-1').waitFor();
    expect(await codesSeenBy(other)).toEqual(['press-hall-1']);
    await row(page, 'zhang.min').getByText('active').waitFor();
    await row(page, 'zhang.min').getByText('viewer at hall-1').waitFor();

    await row(page, 'zhang.min').getByRole('link').click();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByRole('combobox', { name: 'hall-2' }).selectOption('operator');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row(page, 'zhang.min').getByText('operator at hall-2').waitFor();
    expect((await codesSeenBy(other)).sort()).toEqual(['press-hall-1', 'press-hall-2']);
    expect(complaints).toEqual([]);
  });

  it('are found by name, login and role, and the search comes back from the address', async () => {
    await addViewer('search.me', { role: 'engineer', sites: ['hall-2'], name: 'Found Easily' });
    const { page } = await opened();
    await page.getByRole('searchbox').fill('engineer at HALL-2');
    await row(page, person.login).waitFor({ state: 'detached' });
    await row(page, 'Found Easily').waitFor();
    await untilHolds(() => expect(page.url()).toContain('find='));
    await page.reload();
    await row(page, 'Found Easily').waitFor();
    await page.getByRole('searchbox').fill('nobody like this');
    await page.getByText('No user matches.').waitFor();
  });

  it('get a new password, and are logged out where they were', async () => {
    const first = await joined(await addViewer('reset.me'));
    const { page } = await opened('/people?user=reset.me');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Reset password' }).click();
    await dialog.getByRole('button', { name: 'Create link' }).click();
    const link = await dialog.getByLabel('Link').inputValue();
    await joined(link, `${password} again`);
    await first.waitForURL(/\/login/);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('complementary').getByText(/ ago$/).first().waitFor();
  });

  it('have logins that end, one and all, after the administrator has shown who they are', async () => {
    const first = await joined(await addViewer('out.go'));
    const { page } = await opened('/people?user=out.go');
    const second = await opened('/', {}, { login: 'out.go', password });
    const panel = page.getByRole('complementary');
    const ends = panel.getByRole('button', { name: /^End the login/ });
    await untilHolds(async () => expect(await ends.count()).toBe(2));
    // As after five minutes: the API refuses once.
    await page.route(
      '**/logins/l-*/',
      (route) =>
        route.fulfill({
          status: 403,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'fresh_authentication_needed', status: 403, title: '', detail: '' }),
        }),
      { times: 1 },
    );
    await ends.last().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'End', exact: true }).click();
    await dialog.getByLabel('Your password').fill(person.password);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await untilHolds(async () => expect(await ends.count()).toBe(1));
    await first.waitForURL(/\/login/);
    expect(second.page.url()).not.toContain('/login');
    await panel.getByRole('button', { name: 'End all' }).click();
    await dialog.getByRole('button', { name: 'End all' }).click();
    await panel.getByText('Not logged in anywhere.').waitFor();
    await second.page.waitForURL(/\/login/);
  });

  it('are disabled and enabled, but for the last administrator', async () => {
    const other = await joined(await addViewer('on.off'));
    const { page } = await opened('/people?user=on.off');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByText('Users are never deleted').waitFor();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await row(page, 'on.off').getByText('disabled').waitFor();
    await other.waitForURL(/\/login/);
    await page.getByRole('button', { name: 'Enable' }).click();
    await dialog.getByRole('button', { name: 'Enable' }).click();
    await row(page, 'on.off').getByText('active').waitFor();

    await row(page, person.login).getByRole('link').click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByText('This is your own account').waitFor();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByRole('alert').getByText('is the last person who can log in').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row(page, person.login).getByText('active').waitFor();
  });

  it('changed by somebody else meanwhile are shown as they are now, and nothing is lost', async () => {
    await addViewer('two.hands', { role: 'viewer', name: 'Before' });
    const { page } = await opened('/people?user=two.hands');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'hall-1' }).selectOption('operator');
    await byKey.change('/api/system/users/two.hands/', { name: 'After' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    const note = dialog.getByRole('alert');
    await note.getByText('in the meantime').waitFor();
    await note.getByText(/Before.*After/).waitFor();
    expect(await dialog.getByRole('textbox').inputValue()).toBe('After');
    await dialog.getByRole('button', { name: 'Save anyway' }).click();
    await row(page, 'two.hands').getByText('operator at hall-1').waitFor();
    await row(page, 'two.hands').getByRole('link', { name: 'After' }).waitFor();
  });

  it('have keys for programs, which work until they are revoked', async () => {
    const { page, complaints } = await opened('/people?part=keys');
    const parts = page.getByRole('navigation', { name: 'Shown' });
    expect(await parts.locator('[aria-current]').allTextContents()).toEqual(['API keys']);
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('historian');
    await dialog.getByRole('combobox', { name: 'hall-2' }).selectOption('viewer');
    await dialog.getByRole('combobox', { name: 'Expires' }).selectOption('in 30 days');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const key = await dialog.getByLabel('Key').inputValue();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const program = restClient(url, key);
    const devices = (await program.get('/api/config/devices/')).body.results;
    expect(devices.map(({ code }: { code: string }) => code)).toEqual(['press-hall-2']);
    await row(page, 'historian').getByText('viewer at hall-2').waitFor();
    expect(await page.content()).not.toContain(key);
    await page.getByRole('button', { name: 'Revoke the key historian' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'historian').waitFor({ state: 'detached' });
    expect((await program.get('/api/config/devices/')).status).toBe(401);
    await page.getByRole('link', { name: 'Show 1 revoked or expired key' }).click();
    await row(page, 'historian').getByText(`by ${person.login}`).last().waitFor();
    expect(complaints).toEqual([]);
  });

  it('have a first key that can be copied before the console asks for a login', async () => {
    const env = { API_LOGINS_PER_MINUTE: '0', API_REFUSED_PER_MINUTE: '0' };
    const api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase(), env });
    await api.ready();
    const { page } = await openPage(`${api.url}/console/people?part=keys`);
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('first');
    await dialog.getByRole('combobox', { name: 'All sites' }).selectOption('administrator');
    // The first key must not end.
    await dialog.getByRole('combobox', { name: 'Expires' }).selectOption('never');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('If this is the first key').waitFor();
    // Any refused call asks who the user is, as the lists do on their next round.
    await page.waitForResponse((answer) => answer.url().endsWith('/api/me/') && answer.status() === 401);
    await page.keyboard.press('Escape');
    const key = await dialog.getByLabel('Key').inputValue();
    expect((await restClient(api.url, key).get('/api/system/keys/')).status).toBe(200);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.waitForURL(/\/login/);
  });

  it('lead to what they did, and the audit trail leads back', async () => {
    await addViewer('traced');
    const { page } = await opened('/people?user=traced');
    await page.getByRole('link', { name: 'What was done to this user' }).click();
    await page.getByRole('link', { name: 'Person traced' }).first().click();
    await page.getByRole('complementary', { name: 'User traced' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it('log in with passwords alone where no company sign-on is set up', async () => {
    const { page } = await opened('/people?part=company');
    await page.getByText('There is no company sign-on.').waitFor();
    const company = {
      ...{ name: 'Plant ID', issuer: 'https://id.example.com/realms/plant', client_id: 'holdfast' },
      ...{ has_client_secret: true, scopes: 'openid profile', grants_claim: 'groups' },
      redirect_uri: `${url}/api/login/company/callback/`,
      grants: { 'hall-1-shift': [{ role: 'operator', sites: ['hall-1'] }] },
    };
    await page.route('**/api/system/company-login/', (route) => route.fulfill({ json: { company } }));
    await page.reload();
    await row(page, 'operator at hall-1').getByText('OIDC_GRANTS').waitFor();
    await expectFaultless(page);
  });

  it.each(looks)(
    'have a screen without fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await opened('/people', { locale, colorScheme });
      if (locale === 'zh-CN') await page.getByText('中文', { exact: true }).click();
      await row(page, person.login).waitFor();
      await expectFaultless(page);
      const main = page.locator('.people-bar .button');
      await main.click();
      await page.getByRole('dialog').getByRole('combobox').first().waitFor();
      await expectFaultless(page, [320, 1280]);
      await page.keyboard.press('Escape');
      await row(page, person.login).getByRole('link').click();
      await page.getByRole('complementary').getByRole('button').nth(2).waitFor();
      await expectFaultless(page, [320, 1280, 1920]);
      await page.goto(`${url}/console/people?part=keys`);
      await row(page, 'admin').first().waitFor();
      await expectFaultless(page);
      await main.click();
      await page.getByRole('dialog').getByRole('combobox').first().waitFor();
      await expectFaultless(page, [320, 1280]);
      expect(complaints).toEqual([]);
    },
    600_000,
  );

  it('are no screen for those who are no administrators, and the API is asked for nothing', async () => {
    const page = await joined(await addViewer('only.looks'));
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    await page.getByRole('button', { name: /only\.looks viewer$/ }).waitFor();
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0);
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.url()));
    await page.goto(`${url}/console/people`);
    await page.getByText('Users and keys are for administrators of all sites').waitFor();
    expect(calls.filter((each) => /system\/(users|keys|company)/.test(each))).toEqual([]);
  });
});
