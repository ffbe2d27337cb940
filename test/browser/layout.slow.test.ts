import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { faultsOfPage } from './faults-of-page.mjs';
import { becomeAdministrator, fillIn, firstLink } from './people-for-test.ts';

const widths = [320, 375, 768, 1440, 1920];

describe.skipIf(inject('installedServers').chromium === null)('each page', () => {
  let url: string;

  beforeAll(async () => {
    const nats = await natsForTest();
    const env = { API_LOGINS_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'true' };
    const api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
    await api.ready();
    url = api.url;
  });

  async function atEveryWidth(page: Page, what: string): Promise<void> {
    for (const language of ['en', 'zh']) {
      const address = new URL(page.url());
      address.searchParams.set('lang', language);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of widths) {
          await page.setViewportSize({ width, height: 720 });
          expect(await page.evaluate(faultsOfPage), `${what}, ${language}, ${colorScheme}, ${width}`).toEqual(
            [],
          );
        }
      }
    }
  }

  it.each(['en', 'zh'])(
    'can be read and reached from 320 to 1920 px, in light and dark (%s)',
    async (lang) => {
      const { page, complaints } = await openPage(`${url}/login?lang=${lang}`);
      await atEveryWidth(page, 'nobody is there yet');
      await fillIn(page, { login: 'nobody', password: 'wrong' });
      await page.getByRole('alert').waitFor();
      await atEveryWidth(page, 'a wrong password');
      if (lang === 'en') {
        await page.goto(`${await firstLink(url)}&lang=${lang}`);
        await atEveryWidth(page, 'the first administrator');
        const long = randomBytes(24).toString('hex');
        await page.locator('form').evaluate((form) => form.setAttribute('novalidate', ''));
        await fillIn(page, { login: `${long} `, name: '', password: 'short', password_repeat: '' });
        await page.locator('#name-fault').waitFor();
        await atEveryWidth(page, 'faults at every field');
        await becomeAdministrator(page);
        await page.goto(`${url}/login`);
        await atEveryWidth(page, 'somebody who is logged in');
      }
      await page.goto(`${url}/first-administrator?token=over&lang=${lang}`);
      await atEveryWidth(page, 'a link that is over');
      await page.goto(`${url}/password?link=over&lang=${lang}`);
      await atEveryWidth(page, 'another link that is over');
      expect(complaints).toEqual([]);
    },
  );
});
