import { beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { becomeAdministrator, fillIn, firstLink, person } from './people-for-test.ts';

describe.skipIf(inject('installedServers').chromium === null)(
  'a person with a browser without scripts',
  () => {
    let url: string;

    beforeAll(async () => {
      const nats = await natsForTest();
      const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'true' };
      const api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
      await api.ready();
      // Not the host name that the link has by default.
      url = api.url.replace('127.0.0.1', 'localhost');
    });

    it('becomes the first administrator, logs out, mistypes, and logs in', async () => {
      const { page, complaints } = await openPage(await firstLink(url), { javaScriptEnabled: false });
      const { login, name, password } = person;
      await page.getByLabel('New password').fill('correct horse');
      await page.getByRole('link', { name: '中文' }).click();
      await page.getByRole('heading', { name: '创建第一位管理员' }).waitFor();
      await page.getByRole('link', { name: 'English' }).click();
      await becomeAdministrator(page);
      // Goes through the page for browsers without scripts.
      await page.goto(`${url}/login`);
      await page.getByRole('heading', { name }).waitFor();
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ name: 'hf-http', httpOnly: true, sameSite: 'Strict', path: '/' });

      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('You are logged out.').waitFor();
      expect(await page.context().cookies()).toEqual([]);
      await fillIn(page, { login, password: 'wrong horse battery' });
      expect(await page.getByRole('alert').textContent()).toContain('Login name or password is not right');
      expect(await page.getByLabel('Login name').inputValue()).toBe(login);
      await fillIn(page, { password });
      await page.waitForURL(/\/console\//);
      expect(complaints).toEqual([]);
    });
  },
);
