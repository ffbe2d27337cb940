import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { type FleetPlant, startFleetPlant } from './fleet-plant.ts';
import { waitUntilSettled } from './page-faults.ts';

let plant: FleetPlant;
let second: RunningProcess;

beforeAll(async () => {
  await buildConsole();
  plant = await startFleetPlant();
  await plant.startWriter();
  const isHeld = async () => (await plant.rest.get('/api/system/collectors/')).body.results[0].sessions === 1;
  await eventually(isHeld, { what: 'c1 to have the session' });
  second = await plant.startCollector('c2');
}, 240_000);

const rowOf = (page: Page, id: string) =>
  page
    .getByRole('table', { name: 'Collectors' })
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: id }) });

describe.skipIf(inject('installedServers').chromium === null)('the collectors', () => {
  it('are drained once it was said what moves, and seen to be empty when they are', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/collectors`);
    const first = rowOf(page, 'c1');
    await first.getByText('Active').waitFor();
    await first.getByRole('button', { name: /^Drain/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 session moves to others, after its last tick here:').waitFor();
    await dialog.getByText(`mixing ${plant.session}`).waitFor();
    await dialog.getByText(/^Who can take them: c2 \(room for [\d,]+ more\)\.$/).waitFor();
    expect(await first.getByText(/Drain(ing|ed)/).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Drain it' }).click();
    await first.getByText('Drained').waitFor();
    await page.getByText('c1 let go: 1 session went to another').waitFor();
    await page.getByRole('row').filter({ hasText: 'c1 let go' }).getByText('c2 (1)').waitFor();
    await rowOf(page, 'c2').getByRole('link', { name: 'c2' }).click();
    await page.getByRole('region', { name: 'What c2 holds' }).getByRole('link', { name: 'mixing' }).waitFor();

    await first.getByRole('button', { name: /^Undrain/ }).click();
    await dialog.getByText('It takes what is started from then on.', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Undrain it' }).click();
    await first.getByText('Active').waitFor();
    expect(complaints).toEqual([]);
  });

  it('that are killed are seen as lost, with what moved for it', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/collectors`);
    await rowOf(page, 'c2').getByText('Active').waitFor();
    await second.kill();
    await rowOf(page, 'c2').getByText('Lost').waitFor();
    await rowOf(page, 'c2')
      .getByRole('img', { name: /^Priority 2/ })
      .waitFor();
    await untilHolds(async () => expect(await rowOf(page, 'c2').getByRole('button').count()).toBe(0));
    await page.getByText('c2 was lost: 1 session went to another').waitFor();
    const lostText = page.getByText(/^c2 was declared lost, heard last \d\d:\d\d:\d\d$/).first();
    await lostText.waitFor();

    // The next life of c2 does not take the end of this one out of the history.
    second = await plant.startCollector('c2');
    await rowOf(page, 'c2').getByText('Active').waitFor();
    await lostText.waitFor();
    await second.stop({ graceMs: 120_000 });
    await page.getByText('c2 ended in order').waitFor();
  });

  it('is the last one that is up: it is drained only by force, and says so', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/collectors`);
    await rowOf(page, 'c1')
      .getByRole('button', { name: /^Drain/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No other collector is up', { exact: false }).waitFor();
    await untilHolds(async () =>
      expect(await dialog.getByRole('button', { name: 'Drain it' }).isDisabled()).toBe(true),
    );
    await dialog.getByRole('checkbox').check();
    // The API's answer when the last other collector goes while the user reads the dialog.
    const { status, body } = await plant.rest.post('/api/system/collectors/c1/drain/', {});
    expect([status, body.code]).toEqual([409, 'last_collector']);
    const refusal = { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
    await page.route('**/c1/drain/', (route) => route.fulfill(refusal), { times: 1 });
    await dialog.getByRole('button', { name: 'Drain it' }).click();
    await dialog.getByRole('link', { name: 'What to do about last_collector' }).waitFor();
    await dialog.getByRole('button', { name: 'Drain it' }).click();
    await rowOf(page, 'c1').getByText('Draining').waitFor();
    await rowOf(page, 'c1')
      .getByRole('button', { name: /^Undrain/ })
      .click();
    await dialog.getByRole('button', { name: 'Undrain it' }).click();
    await rowOf(page, 'c1').getByText('Active').waitFor();
  });

  it('of another release is marked', async () => {
    const leases = await KvLeaseStore.open(plant.log.nc, bucketNames.collectors);
    const lease = {
      ...{ v: 1, instance: 'old', state: 'active', renewals: 1, host: 'far', version: '0.0.9' },
      ...{ started_at: new Date().toISOString(), capacity: 10, labels: {} },
    };
    let revision = await leases.write('c9', JSON.stringify(lease), 0, 5_000);
    // It is not taken for dead as long as it beats.
    const beat = regularly({ everyMs: 500, outage: { worked: () => {}, failed: () => {} } }, async () => {
      // A beat without an answer may have been written.
      revision = (await leases.read('c9'))?.revision ?? revision;
      revision = await leases.write('c9', JSON.stringify({ ...lease, renewals: revision }), revision, 60_000);
    });
    onTestFinished(beat);
    const { page } = await openPage(`${plant.rest.url}/console/collectors`);
    await rowOf(page, 'c9').getByText('0.0.9').waitFor();
    await rowOf(page, 'c9')
      .getByRole('img', { name: /^Priority 3/ })
      .waitFor();
    await page.getByText(/^differs from this API/).waitFor();
  });

  it.each(looks)(
    'have no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const holder = await eventually(
        async () => {
          const { results } = (await plant.rest.get('/api/system/collectors/')).body;
          return results.find(({ sessions }: { sessions: number }) => sessions > 0)?.id;
        },
        { what: 'a collector to hold the session' },
      );
      const address = `${plant.rest.url}/console/collectors?collector=${holder}`;
      const { page, complaints } = await openPage(address, {
        locale,
        colorScheme,
      });
      await page.locator('.held').waitFor();
      await page.getByRole('table').nth(1).waitFor();
      await expectFaultless(page);
      await page.getByRole('table').first().getByRole('button').first().click();
      await page.getByRole('dialog').waitFor();
      await waitUntilSettled(page);
      await expectFaultless(page, [320, 1280]);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('are not drained by whoever may only look, and that is said', async () => {
    // Once there is a key, access needs one, so this is the last test.
    const first = await plant.rest.create('/api/system/keys/', { name: 'rules', role: 'administrator' });
    const created = await restClient(plant.rest.url, first.key).create('/api/system/keys/', {
      ...{ name: 'looks', role: 'viewer' },
    });
    const { page } = await openPage(`${plant.rest.url}/console/collectors`, {
      extraHTTPHeaders: { authorization: `Bearer ${created.key}` },
    });
    await page.getByText('This needs the role engineer; you are viewer.').waitFor();
    await untilHolds(async () => expect(await rowOf(page, 'c1').getByRole('button').isDisabled()).toBe(true));
  });
});
