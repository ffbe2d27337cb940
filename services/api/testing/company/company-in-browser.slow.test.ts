import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import { openPage } from '@holdfast/test/support/browser-for-test.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { proxyBelowPath } from '@holdfast/test/support/proxy-below-path.ts';
import { restClient } from '@holdfast/test/support/rest-client.ts';
import { describe, expect, inject, it } from 'vitest';
import { companyCallbackPath } from '../../src/access/company/company-routes.ts';
import { startApi } from '../api-under-test.ts';
import { clientId, clientSecret, companyForTest } from './company-for-test.ts';

describe.skipIf(inject('installedServers').chromium === null)('a company login in a real browser', () => {
  it('is there on the page that the way back leads to, from another site to a path behind a proxy', async () => {
    const [port, proxyPort] = [await freePort(), await freePort()];
    await proxyBelowPath('/plant-1', { own: proxyPort, to: port });
    const own = `http://127.0.0.1:${proxyPort}/plant-1`;
    const company = await companyForTest({
      ...{ redirect: `${own}${companyCallbackPath}`, logout: `${own}/login`, host: 'localhost' },
    });
    await company.tell({
      subject: 'anna',
      claims: { anna: { preferred_username: 'anna', groups: ['shift'] } },
    });
    const env = {
      ...{ PUBLIC_URL: own, API_ANONYMOUS_LOOPBACK: 'false', OIDC_SCOPES: 'openid profile groups' },
      ...{ OIDC_ISSUER: company.issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
      OIDC_GRANTS: '{"shift": {"role": "viewer"}}',
    };
    const api = await startApi({
      nats: (await natsForTest()).url,
      database: await freshDatabase(),
      env,
      port,
    });
    await api.ready();

    const { page, complaints } = await openPage(`${own}/login?to=api/me/`);
    await page.getByRole('link', { name: 'Log in with Company sign-on' }).click();
    await page.waitForURL(`${own}/api/me/`);
    expect(JSON.parse(String(await page.locator('body').textContent()))).toMatchObject({
      kind: 'user',
      login: 'anna',
    });
    const cookies = await page.context().cookies(own);
    const rules = cookies.map(({ name, sameSite, httpOnly }) => `${name} ${sameSite} ${httpOnly}`);
    expect(rules.sort()).toEqual(['hf-http Strict true', 'hf-http-company Lax true']);
    expect(complaints).toEqual([]);
  });

  it('is asked again before a machine is acted on, and leads back to it', async () => {
    await buildConsole();
    const port = await freePort();
    const own = `http://127.0.0.1:${port}`;
    const company = await companyForTest({
      ...{ redirect: `${own}${companyCallbackPath}`, logout: `${own}/login`, host: 'localhost' },
    });
    const claims = { anna: { preferred_username: 'anna', groups: ['shift'] } };
    await company.tell({ subject: 'anna', claims });
    const key = `hf_0badcafe_${'k'.repeat(43)}`;
    const nats = (await natsForTest()).url;
    const env = {
      ...{ PUBLIC_URL: own, API_ANONYMOUS_LOOPBACK: 'false', OIDC_SCOPES: 'openid profile groups' },
      ...{ OIDC_ISSUER: company.issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
      ...{ OIDC_GRANTS: '{"shift": {"role": "engineer"}}', API_BOOTSTRAP_KEY: key },
    };
    const api = await startApi({ nats, database: await freshDatabase(), env, port });
    await api.ready();
    const rest = restClient(own, key);
    const { id } = await rest.create('/api/config/devices/', { code: 'press-1', host: '127.0.0.1' });
    await rest.create('/api/config/points/', {
      ...{ device_id: id, code: 'setpoint', table: 'holding_register', address: 4, data_type: 'uint16' },
      writable: true,
    });

    const { page, complaints } = await openPage(`${own}/api/login/company/?to=console/devices/press-1`);
    const write = page.getByRole('button', { name: 'Write … setpoint' });
    await write.waitFor();
    const authenticatedAt = async () => {
      const me = await page.evaluate<{ current_login: { authenticated_at: string } }>(
        `fetch('/api/me/').then((answer) => answer.json())`,
      );
      return me.current_login.authenticated_at;
    };
    const longAgo = new Date(Date.now() - 301_000).toISOString();
    const nc = await connectionForTest(nats);
    const book = await LoginBook.open(nc);
    for (const entry of await book.readAll()) {
      await book.replace({ ...entry, record: { ...entry.record, authenticated_at: longAgo } });
    }
    await eventually(async () => (await authenticatedAt()) === longAgo, {
      what: 'the login to be an old one',
    });

    await write.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New value').fill('42');
    await dialog.getByRole('button', { name: 'Write 42' }).click();
    await dialog.getByRole('link', { name: 'Log in again' }).click();
    await write.waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/devices/press-1');
    expect(Date.parse(await authenticatedAt())).toBeGreaterThan(Date.parse(longAgo));
    // The write is allowed now, but fails because there is no collector.
    await write.click();
    await dialog.getByLabel('New value').fill('42');
    await dialog.getByRole('button', { name: 'Write 42' }).click();
    await dialog.getByText('Nothing was written.').waitFor();
    expect(complaints).toEqual([]);
  });
});
