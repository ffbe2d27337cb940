import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { expect, it } from 'vitest';
import { sessionsPath, startApi } from './api-under-test.ts';
import { makePeople, password } from './people.ts';
import { TestBrowser } from './test-browser.ts';

const env = { API_BOOTSTRAP_KEY: formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) }) };

// Each of them waits for the same minute.
it.concurrent.each(['is unavailable', 'hangs'])(
  'while the broker %s known logins read for a minute, then get 503, never 401; all is well when it is back',
  async (how) => {
    const nats = await natsForTest();
    const api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
    await api.ready();
    await makePeople(nats.url, { anna: [{ role: 'engineer', sites: ['*'] }] });
    const browser = new TestBrowser(api);
    await eventually(async () => (await browser.logIn('anna', password)).status === 200, { what: 'anna' });
    const live = await fetch(`${api.url}/api/acquisition/live`, { headers: browser.headers() });
    expect(live.status).toBe(200);
    const liveEnds = live.text();

    const thaw = how === 'hangs' ? await freeze(nats.pid) : undefined;
    try {
      if (!thaw) await nats.stop();
      expect((await browser.get(`${sessionsPath}/`)).status).toBe(200);
      const changed = await eventually(
        async () => {
          const answer = await browser.ask('POST', '/api/config/sites/', { code: 'hall-9' });
          return answer.status === 503 && answer;
        },
        { what: 'a change to be refused' },
      );
      expect(changed.body.code).toBe('logins_unavailable');
      expect(Number(changed.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await browser.get(`${sessionsPath}/`)).status).toBe(200);
      expect((await new TestBrowser(api).logIn('anna', password)).body.code).toBe('logins_unavailable');
      const statuses = new Set<number>();
      await eventually(
        async () => {
          const { status } = await browser.get(`${sessionsPath}/`);
          statuses.add(status);
          return status === 503;
        },
        { what: 'reading to be refused', intervalMs: 500 },
      );
      expect([...statuses]).toEqual([200, 503]);
      expect((await browser.get('/api/me/')).body.code).toBe('logins_unavailable');
      const strange = new TestBrowser(api);
      strange.cookie = `hf-http=hfl_${'A'.repeat(43)}`;
      expect((await strange.get('/api/me/')).body.code).toBe('logins_unavailable');
      await liveEnds;
    } finally {
      if (thaw) thaw();
      else await nats.restart();
    }
    await eventually(async () => (await browser.get('/api/me/')).status === 200, { what: 'the login again' });
    await eventually(
      async () => (await browser.ask('POST', '/api/config/sites/', { code: 'hall-10' })).status === 201,
      { what: 'a change to be taken' },
    );
  },
);
