import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { freeze } from '../support/freeze.ts';
import { zoneOfNoon } from '../support/zone-of-noon.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { expectFaultless } from './expect-faultless.ts';
import { type LivePlant, startLivePlant } from './live-plant.ts';

const { chromium } = inject('installedServers');
let plant: LivePlant;

beforeAll(async () => {
  await buildConsole();
  plant = await startLivePlant();
}, 240_000);

const count = (page: Page) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: 'Trend of count of press-1', exact: true }) });
const isGood = (page: Page) => count(page).and(page.locator('[data-state="good"]')).waitFor();
const numberIn = async (page: Page) =>
  Number((await count(page).locator('.is-value').textContent())?.replace(/\D/g, ''));
const drawnOn = (page: Page, selector: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).backgroundImage`);

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zoneOfNoon.name, timeStyle: 'medium' });
/** Seconds since midnight. */
const secondsOf = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** Waits for the banner, and expects that it names a moment at which the page was open already. */
async function expectSince(page: Page, words: string, openedAt: number): Promise<void> {
  let bannerText = '';
  await untilHolds(async () => {
    bannerText = (await page.locator('.content > .stale').allTextContents()).join('');
    expect(bannerText).toMatch(new RegExp(`^${words} [\\d:]{8}`));
  });
  const [since = ''] = /[\d:]{8}/.exec(bannerText) ?? [];
  const agoS = secondsOf(clock.format(Date.now())) - secondsOf(since);
  expect(agoS).toBeGreaterThanOrEqual(0);
  expect(agoS).toBeLessThanOrEqual((Date.now() - openedAt) / 1_000 + 1);
}

describe.skipIf(chromium === null)('the stream of changes', () => {
  it('is one for all tabs, also when one of them is closed, and ends with the last', async () => {
    const proxy = await startCountingProxy(plant.port);
    const url = `${proxy.url}/console/live`;
    const { page: first } = await openPage(url);
    await isGood(first);
    const secondPage = await first.context().newPage();
    await secondPage.goto(url);
    await isGood(secondPage);
    await eventually(() => proxy.open() === 1, { what: 'the stream to be open' });
    // The list of devices is read again only when the stream reports a change, never by itself.
    const lists = (page: Page, code: string) =>
      page.getByRole('option', { name: code }).waitFor({ state: 'attached' });
    const add = (code: string, unit_id: number) =>
      plant.rest.create('/api/config/devices/', { code, host: '127.0.0.1', port: 1, unit_id });
    await add('told-to-both', 1);
    await lists(first, 'told-to-both');
    await lists(secondPage, 'told-to-both');
    expect([proxy.open(), proxy.requestCount()]).toEqual([1, 1]);
    await first.close();
    await add('told-to-one', 2);
    await lists(secondPage, 'told-to-one');
    expect([proxy.open(), proxy.requestCount()]).toEqual([1, 1]);
    await secondPage.close();
    await eventually(() => proxy.open() === 0, { what: 'the stream to be closed' });
    expect(proxy.requestCount()).toBe(1);
  });
});

describe.skipIf(chromium === null)('what is on the screen', () => {
  const outages = {
    'NATS is frozen': {
      words: 'NATS has not answered since',
      begin: async () => ({ end: await freeze(plant.nats.pid) }),
    },
    'NATS is killed': {
      words: 'NATS has not answered since',
      begin: async () => {
        await plant.nats.kill();
        return { end: () => plant.nats.restart() };
      },
    },
    'the API is killed': {
      words: 'No news from the server since',
      begin: async () => {
        await plant.api().kill();
        return { end: () => plant.restartApi() };
      },
    },
    'the API hangs': {
      words: 'No news from the server since',
      begin: async () => ({ end: await freeze(plant.api().pid) }),
    },
  };

  it.each(Object.entries(outages))(
    'is hatched while %s, with a banner that says since when, and fresh afterwards',
    async (_name, { words, begin }) => {
      const openedAt = Date.now();
      const { page: sessions } = await openPage(`${plant.rest.url}/console/sessions`);
      const { page: live } = await openPage(`${plant.rest.url}/console/live`);
      await sessions.getByRole('row').filter({ hasText: 'presses' }).getByText('Running').waitFor();
      await isGood(live);
      await untilHolds(async () => expect(await drawnOn(sessions, '.session-body')).toBe('none'));
      // Until the server has reported the plant's clock, times follow the browser's.
      for (const page of [sessions, live]) {
        await page.locator('.clock').getByText(zoneOfNoon.shown, { exact: true }).waitFor();
        // A page that has never heard of NATS cannot say since when.
        await page.locator('.content > .stale').waitFor({ state: 'detached' });
      }
      const before = await numberIn(live);
      const { end } = await begin();
      try {
        for (const page of [sessions, live]) await expectSince(page, words, openedAt);
        await untilHolds(async () => expect(await drawnOn(sessions, '.session-body')).toContain('gradient'));
        await untilHolds(async () => expect(await drawnOn(sessions, '.strip dd')).toContain('gradient'));
        await untilHolds(async () =>
          expect(await drawnOn(live, '.values-body .is-value')).toContain('gradient'),
        );
      } finally {
        await end();
      }
      for (const page of [sessions, live])
        await page.locator('.content > .stale').waitFor({ state: 'detached' });
      await untilHolds(async () => expect(await drawnOn(sessions, '.session-body')).toBe('none'));
      await isGood(live);
      await eventually(async () => (await numberIn(live)) !== before, { what: 'values of afterwards' });
      const row = sessions.getByRole('row').filter({ hasText: 'presses' });
      await plant.rest.post(`/api/acquisition/sessions/${plant.session}/pause/`);
      await row.getByText('Paused').waitFor();
      await plant.rest.post(`/api/acquisition/sessions/${plant.session}/resume/`);
      await row.getByText('Running').waitFor();
    },
    300_000,
  );

  it('is hatched in the detail of a session and of a device, in the timeline and in the report, too', async () => {
    const places = {
      [`sessions?session=${plant.session}`]: '.detail > .why',
      'devices/press-1': '.device-detail > section',
      [`sessions/${plant.session}/timeline`]: '.tl-plot',
      'report?from=-1h': '.sheet-result',
    };
    // Each is offline by itself, and waits for as long as the others.
    await Promise.all(
      Object.entries(places).map(async ([path, place]) => {
        const { page } = await openPage(`${plant.rest.url}/console/${path}`);
        await page.locator(place).first().waitFor();
        await page.locator('.content > .stale').waitFor({ state: 'detached' });
        await untilHolds(async () => expect([path, await drawnOn(page, place)]).toEqual([path, 'none']));
        await page.context().setOffline(true);
        await page.locator('.content > .stale').waitFor();
        await untilHolds(async () =>
          expect([path, await drawnOn(page, place)]).toEqual([path, expect.stringContaining('gradient')]),
        );
        await page.context().setOffline(false);
        await untilHolds(async () => expect([path, await drawnOn(page, place)]).toEqual([path, 'none']));
      }),
    );
  }, 300_000);

  it('says that NATS was unavailable before, where the page is opened meanwhile', async () => {
    const thaw = await freeze(plant.nats.pid);
    try {
      // A page that is opened before the API has noticed knows until when NATS answered.
      await untilHolds(async () => {
        const { not_asked } = (await plant.rest.get('/api/system/overview/')).body;
        expect(not_asked).toContainEqual(expect.objectContaining({ what: 'broker' }));
      });
      const { page } = await openPage(`${plant.rest.url}/console/sessions`);
      await page.getByText('NATS does not answer, and did not before this page was opened').waitFor();
      await untilHolds(async () => expect(await drawnOn(page, '.strip dd')).toContain('gradient'));
      await expectFaultless(page, [320, 1280]);
    } finally {
      thaw();
    }
  }, 300_000);

  it('names a session that its killed collector has left as waiting, until that is back', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/sessions`);
    const row = page.getByRole('row').filter({ hasText: 'presses' });
    await row.getByText('Running').waitFor();
    await plant.collector().kill();
    try {
      await row.getByText('Waiting').waitFor();
      await row.getByRole('img', { name: /^Priority 1/ }).waitFor();
      await page.getByText(', 1 missing').waitFor();
    } finally {
      await plant.restartCollector();
    }
    await row.getByText('Running').waitFor();
    await row.getByRole('img', { name: /^Priority/ }).waitFor({ state: 'detached' });
  });
});
