import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { untilHolds } from '../support/eventually.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { type FleetPlant, startFleetPlant } from './fleet-plant.ts';
import { waitUntilSettled } from './page-faults.ts';

let plant: FleetPlant;
let writer: RunningProcess;
let second: RunningProcess;

beforeAll(async () => {
  await buildConsole();
  plant = await startFleetPlant();
  writer = await plant.startWriter();
  second = await plant.startCollector('c2');
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the overview', () => {
  it('is the start, and calm with what that is proven by', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/`);
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    await untilHolds(() => expect(new URL(page.url()).pathname).toBe('/console/'));
    await page.getByText('1 of 1 session is read.').waitFor();
    await page.getByText(/^Checked [\d.]+ s ago$/).waitFor();
    await page.getByText('What should run and what does agree.').waitFor();
    await page.getByText('Nothing in quarantine').waitFor();
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('link', { name: 'mixing' }).waitFor();
    await page.getByRole('link', { name: 'Holdfast' }).click();
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('does not blame NATS where only the database of the samples does not answer', async () => {
    const { page } = await openPage('about:blank');
    const silentStore = { what: 'store', detail: 'the database of the samples does not answer' };
    await page.route('**/system/overview/', async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        json: { ...(await response.json()), ticks: null, not_asked: [silentStore] },
      });
    });
    await page.goto(`${plant.rest.url}/console/`);
    await page.getByText('The database of the samples does not answer now').waitFor();
    await page.locator('#verdict').waitFor();
    expect(await page.getByText('NATS does not answer').count()).toBe(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('shows a message in quarantine, and it is sent again with its result', async () => {
    await plant.quarantine({ reason: 'the database refused it' });
    const { page, complaints } = await openPage(`${plant.rest.url}/console/`);
    await page.getByText('1 message lies in quarantine').waitFor();
    await page.getByRole('listitem').getByRole('link', { name: 'Open the stores' }).click();
    const row = page.getByRole('row').filter({ hasText: 'the database refused it' });
    await row.getByRole('button', { name: /^Look into/ }).click();
    await page.getByRole('dialog').getByText('"pressure": 4711').waitFor();
    await page.keyboard.press('Escape');
    // Held up on its way, so that there is time to see that nothing is said too early.
    const gate = Promise.withResolvers<void>();
    await page.route('**/send-again/', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await row.getByRole('button', { name: /^Send again/ }).click();
    await page.getByText('Sending …').waitFor();
    expect(await page.getByText(/^Processed/).count()).toBe(0);
    gate.resolve();
    await page.getByText('Processed: 1 message was sent again, and did not come back.').waitFor();
    await page.getByText('Nothing is in quarantine.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('has many sent again by their reason, and tells which come back', async () => {
    await plant.quarantine({ reason: 'repaired by now' });
    await plant.quarantine({ reason: 'Repaired, but broken', body: 'not a sample' });
    await plant.quarantine({ reason: 'another' });
    const { page } = await openPage(`${plant.rest.url}/console/stores`);
    await page.getByText('another', { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('REPAIRED');
    await page.getByText('another', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send all of these again …' }).click();
    await page.getByRole('button', { name: 'Send them again' }).click();
    await page.getByText('1 message has come into quarantine since then: not JSON').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('cell', { name: /^not JSON/ }).waitFor();
    await page.goto(`${plant.rest.url}/console/`);
    await page.getByRole('button', { name: 'Send again not JSON' }).click();
    await page.getByText('1 message has come into quarantine since then: not JSON').waitFor();
    await page.getByRole('link', { name: '2 messages in quarantine' }).click();
    await page.getByRole('cell', { name: /^not JSON/ }).waitFor();
    await page.getByText('another', { exact: true }).waitFor();
  });

  it('shows a store without a writer, and is at ease again when it is back', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/`);
    await page.getByText(/needs? attention$/).waitFor();
    await writer.stop();
    const trouble = page
      .getByRole('listitem')
      .filter({ hasText: 'No writer is alive: samples are not stored' });
    await trouble.getByText('Start the writer.', { exact: false }).waitFor();
    await trouble.getByRole('img', { name: /^Priority 1/ }).waitFor();
    await trouble.getByText(/^since \d\d:\d\d:\d\d$/).waitFor();
    await trouble.getByRole('link', { name: 'Open the stores' }).click();
    await page.getByText('No writer is alive. Samples wait in the stream', { exact: false }).waitFor();
    await plant.startWriter();
    await page.getByText('Samples are written.', { exact: true }).waitFor();
  });

  it('shows a collector that was killed, until it is back', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/`);
    await page.getByText(/needs? attention$/).waitFor();
    await second.kill();
    const trouble = page.getByRole('listitem').filter({ hasText: 'c2 gives no sign of life' });
    await trouble.getByRole('img', { name: /^Priority 2/ }).waitFor();
    await plant.startCollector('c2');
    await trouble.waitFor({ state: 'detached' });
  });

  it.each(looks)(
    'has no fault, nor have the stores, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      await plant.quarantine({ reason: 'not JSON', body: 'not a sample' });
      const { page, complaints } = await openPage(`${plant.rest.url}/console/`, { locale, colorScheme });
      await page.locator('.trouble').first().waitFor();
      await page.locator('.beats').waitFor();
      await expectFaultless(page);
      await page.goto(`${plant.rest.url}/console/stores`);
      await page.getByText('not JSON').first().waitFor();
      await expectFaultless(page);
      await page.getByRole('row').filter({ hasText: 'not JSON' }).getByRole('button').first().click();
      await page.getByRole('dialog').getByText('not a sample').waitFor();
      await waitUntilSettled(page);
      await expectFaultless(page, [320, 1280]);
      expect(complaints).toEqual([]);
    },
    300_000,
  );
});
