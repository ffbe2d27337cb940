import { freePort } from '@holdfast/dev/free-port.ts';
import { openPage } from '@holdfast/test/support/browser-for-test.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { describe, expect, inject, it } from 'vitest';
import { companyCallbackPath } from '../../src/access/company/company-routes.ts';
import { startApi } from '../api-under-test.ts';
import { clientId, clientSecret, companyForTest } from './company-for-test.ts';

describe.skipIf(inject('installedServers').chromium === null)('a company login in a real browser', () => {
  it('is there on the page that the way back leads to, although it came from another site', async () => {
    const port = await freePort();
    const own = `http://127.0.0.1:${port}`;
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

    const { page, complaints } = await openPage(`${own}/api/login/company/?to=/api/me/`);
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
});
