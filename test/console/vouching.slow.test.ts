import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaultless } from './expect-faultless.ts';
import { type FleetPlant, startFleetPlant } from './fleet-plant.ts';

let plant: FleetPlant;
/** An epoch that is not in the log. No writer runs: samples that are sent again stay in their stream. */
const lostEpoch = 900_000;

beforeAll(async () => {
  await buildConsole();
  plant = await startFleetPlant();
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)(
  'samples of epochs that the log has lost',
  () => {
    it('are sent again once a user vouches for them, and only those of the collector vouched for', async () => {
      for (const collector of ['c1', 'c1', 'c1', 'c2']) {
        await plant.quarantine({ reason: `nothing of epoch ${lostEpoch}`, lostEpoch, collector });
      }
      const { page, complaints } = await openPage(`${plant.rest.url}/console/stores`);
      await page.getByText('3 samples of c1 are of epochs that the log has lost.').waitFor();
      const dialog = page.getByRole('dialog');
      await page
        .getByRole('button', { name: /^Vouch for it/ })
        .first()
        .click();
      await dialog
        .getByText(`The log knows nothing of epoch ${lostEpoch}, by which c1 says it read`)
        .waitFor();
      await dialog.getByText('the audit log names you', { exact: false }).waitFor();
      await expectFaultless(page);
      await dialog.getByRole('button', { name: 'Vouch for it and send it again' }).click();
      await page.getByText('1 message is back in the stream.', { exact: false }).waitFor();

      await page.getByRole('button', { name: /^Vouch for those of c1/ }).click();
      await dialog.getByRole('heading', { name: 'Vouch for 2 samples?' }).waitFor();
      await dialog.getByRole('button', { name: 'Vouch for it and send it again' }).click();
      await page.getByText('2 messages are back in the stream.', { exact: false }).waitFor();
      await page.getByText('1 sample of c2 is of an epoch that the log has lost.').waitFor();
      const left = async () => (await plant.rest.get('/api/system/quarantine/')).body.results.length;
      await eventually(async () => (await left()) === 1, { what: 'only that of c2 to be left' });
      expect(complaints).toEqual([]);
    });

    it('are explained in Chinese', async () => {
      await plant.quarantine({ reason: 'lost', lostEpoch, collector: 'c1' });
      const { page } = await openPage(`${plant.rest.url}/console/stores`, { locale: 'zh-CN' });
      await page
        .getByRole('button', { name: /^担保并重发/ })
        .first()
        .click();
      await page.getByRole('dialog').getByText('审计日志会记录您的姓名', { exact: false }).waitFor();
    });
  },
);
