import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { fillIn, person } from '../browser/people-for-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { proxyBelowPath } from '../support/proxy-below-path.ts';
import { expectFaultless } from './expect-faultless.ts';

const { login, name, password } = person;
let url: string;

beforeAll(async () => {
  await buildConsole();
  const nats = await natsForTest();
  const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'false' };
  const api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
  await api.ready();
  url = api.url.replace('127.0.0.1', 'localhost');
  const link = new URL(await linkInLog(api));
  const { page } = await openPage(`${url}${link.pathname}${link.search}`);
  await fillIn(page, { login, name, password, password_repeat: password });
  // The account is made, and the console is there: nothing has to be pressed in between.
  await page.getByRole('button', { name }).waitFor();
}, 240_000);

/** Address of the page for the first administrator. */
async function linkInLog(api: ApiUnderTest): Promise<string> {
  const lineWithLink = () =>
    api.process.lastLines(1_000).find((each) => each.includes('/first-administrator?token='));
  const line = await eventually(lineWithLink, { what: 'the link in the log' });
  return /http:\S+token=[\w-]+/.exec(line)?.[0] ?? '';
}

describe.skipIf(inject('installedServers').chromium === null)('a user at the console', () => {
  async function loggedIn(path = '/', options = {}): Promise<Page> {
    const { page } = await openPage(`${url}${path}`, options);
    await page.waitForURL(/\/login/);
    await fillIn(page, { login, password });
    await page.getByRole('button', { name }).waitFor();
    return page;
  }

  it('logs in, and is where he wanted to go', async () => {
    const page = await loggedIn('/console/sessions?show=paused&from=-8h');
    await untilHolds(() => {
      const { pathname, searchParams } = new URL(page.url());
      expect([pathname, searchParams.get('show'), searchParams.get('from')]).toEqual([
        '/console/sessions',
        'paused',
        '-8h',
      ]);
    });
  });

  it('whose login is over is led to the login, and back', async () => {
    const page = await loggedIn('/console/sessions?show=paused');
    const other = await loggedIn();
    await other.getByRole('button', { name }).click();
    await other.getByText('this one').waitFor();
    const others = other.getByRole('button', { name: /^End the login/ });
    const isOver = other.getByText('The login is over.');
    await others.first().waitFor();
    // The list is read afterwards, and held up: until it is there nothing says that the other logins are over.
    const gate = Promise.withResolvers<void>();
    let isAsked = false;
    await other.route('**/api/me/logins/', async (route) => {
      if (route.request().method() === 'GET') {
        isAsked = true;
        await gate.promise;
      }
      await route.continue();
    });
    await other.getByRole('button', { name: 'End all others' }).click();
    await eventually(() => isAsked, { what: 'the list to be read again' });
    expect(await isOver.count()).toBe(0);
    gate.resolve();
    await isOver.waitFor();
    await untilHolds(async () => expect(await others.count()).toBe(0));
    await page.waitForURL(/\/login\?/);
    await fillIn(page, { login, password });
    await page.getByRole('button', { name }).waitFor();
    await untilHolds(() => expect(new URL(page.url()).searchParams.get('show')).toBe('paused'));
  });

  it.each([
    ['en-GB', 'light', 'Log out', 'Change the password'],
    ['zh-CN', 'dark', '退出登录', '修改密码'],
  ] as const)('sees his logins and logs out (%s, %s)', async (locale, colorScheme, leave, change) => {
    const page = await loggedIn('/', { locale, colorScheme });
    // The account was made on an English page, and the console speaks as the account says.
    if (locale === 'zh-CN') await page.getByText('中文', { exact: true }).click();
    await page.getByRole('button', { name }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(change).click();
    await expectFaultless(page, [320, 1_280]);
    await dialog.getByRole('button', { name: leave }).click();
    await page.waitForURL(/\/login/);
    await untilHolds(async () => expect(await page.context().cookies()).toEqual([]));
  });

  it('changes his password, with the former one alone', async () => {
    const page = await loggedIn();
    await page.getByRole('button', { name }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Change the password').click();
    const next = 'another horse, another battery';
    const change = async (oldPassword: string, newPassword: string, repetition: string) => {
      await dialog.getByLabel('Password', { exact: true }).fill(oldPassword);
      await dialog.getByLabel('New password', { exact: true }).fill(newPassword);
      await dialog.getByLabel('Repeat new password').fill(repetition);
      await dialog.getByRole('button', { name: 'Save' }).click();
    };
    await change(password, 'short', 'short');
    await dialog.getByText('It has to have 12 characters at least.').waitFor();
    await change(password, next, `${next}!`);
    await dialog.getByText('The two are not the same.').waitFor();
    await change('not the former one', next, next);
    await dialog.getByText('The password is not right.').waitFor();
    await change(password, next, next);
    await page.getByText('The password is changed.').waitFor();
    await dialog.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/login/);
    await fillIn(page, { login, password });
    await page.getByRole('alert').waitFor();
    await fillIn(page, { login, password: next });
    await page.getByRole('button', { name }).waitFor();
  });
});

describe.skipIf(inject('installedServers').chromium === null)('behind a proxy, below a path', () => {
  let api: ApiUnderTest;
  let root: string;

  beforeAll(async () => {
    const [port, proxyPort] = [await freePort(), await freePort()];
    await proxyBelowPath('/plant-1', { own: proxyPort, to: port });
    root = `http://localhost:${proxyPort}/plant-1`;
    const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'false', PUBLIC_URL: root };
    const nats = (await natsForTest()).url;
    api = await startApi({ nats, database: await freshDatabase(), env, port });
    await api.ready();
  });

  it('the first administrator comes in by the link, logs out, and is where he wanted to go after the next login', async () => {
    const link = await linkInLog(api);
    expect(link).toMatch(`${root}/first-administrator?token=`);
    const { page, complaints } = await openPage(link);
    await page.getByRole('link', { name: '中文' }).click();
    await page.getByRole('heading', { name: '创建第一位管理员' }).waitFor();
    expect(await loadedFonts(page)).toContain('IBM Plex Sans');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Set up the first administrator' }).waitFor();
    await fillIn(page, { login, name, password, password_repeat: password });
    await page.getByRole('button', { name }).click();
    expect(page.url()).toMatch(`${root}/console/`);
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${root}/login?done=logout`);

    await page.goto(`${root}/console/sessions?show=paused&from=-8h`);
    await page.waitForURL(`${root}/login?to=*`);
    await fillIn(page, { login, password: 'wrong horse battery' });
    await page.getByRole('alert').waitFor();
    await fillIn(page, { password });
    await page.getByRole('button', { name }).waitFor();
    await untilHolds(() => {
      const { href, searchParams } = new URL(page.url());
      expect([href.split('?')[0], searchParams.get('show'), searchParams.get('from')]).toEqual([
        `${root}/console/sessions`,
        'paused',
        '-8h',
      ]);
    });

    await page.goto(`${root}/login`);
    await page.getByRole('link', { name: 'Open the console' }).click();
    await page.waitForURL(`${root}/console/**`);
    await page.goBack();
    await page.getByRole('link', { name: 'All calls of the API' }).click();
    await page.getByRole('heading', { name: 'Access' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('approves one command line and refuses another', async () => {
    const { page, complaints } = await openPage(`${root}/`);
    await fillIn(page, { login, password });
    await page.getByRole('button', { name }).waitFor();
    for (const [button, outcome] of [
      ['Approve', 'The command line is in'],
      ['Deny', 'The command line stays out'],
    ] as const) {
      const deviceLogin = (await api.post('/api/login/command-line/', { host: 'gateway', person: 'li' }))
        .body;
      await page.goto(deviceLogin.page);
      expect(page.url()).toBe(`${root}/approve`);
      await fillIn(page, { code: deviceLogin.code });
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('heading', { name: outcome }).waitFor();
      // This page lies deeper than the others.
      await page.getByRole('link', { name: '中文' }).click();
      await page.getByText('没有使用此代码等待的命令行').waitFor();
    }
    expect(complaints).toEqual([]);
  });
});

async function loadedFonts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `document.fonts.ready.then((fonts) => [...fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family.replaceAll('"', '')))`,
  );
}
