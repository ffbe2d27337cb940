import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { untilHolds } from '../support/eventually.ts';
import { type EvidencePlant, startEvidencePlant } from './evidence-plant.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

let plant: EvidencePlant;

beforeAll(async () => {
  await buildConsole();
  plant = await startEvidencePlant();
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the completeness of yesterday', () => {
  it('is shown at once, with the minutes that are missing and why', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/completeness`);
    const panel = page.getByRole('complementary', { name: 'What is missing' });
    await panel.getByRole('heading', { name: /yesterday/ }).waitFor();
    await panel.getByText('99.86 %').waitFor();
    await panel.getByText('00:42:00 – 00:42:30').first().waitFor();
    await panel.getByText('14:24:00 – 14:31:00').waitFor();
    const silentGap = panel.getByRole('listitem').filter({ hasText: '14:24:00' });
    await untilHolds(async () => expect(await silentGap.textContent()).toContain('7 min'));
    await untilHolds(async () =>
      expect(await silentGap.textContent()).toContain('no answer in time · 42 ticks'),
    );
    await untilHolds(async () => expect(await silentGap.textContent()).toContain('press-line 1-1 · press-4'));
    expect(complaints).toEqual([]);
  });

  it('has a field for each hour where a single day is shown', async () => {
    const { page, complaints } = await openPage(
      `${plant.rest.url}/console/completeness?from=yesterday&to=today`,
    );
    const map = page.getByRole('grid', { name: 'Completeness' });
    await map.getByText(/00:00 – 01:00.*All together/).waitFor({ state: 'attached' });
    await map.getByText(/23:00 – 00:00.*All together/).waitFor({ state: 'attached' });
    expect(complaints).toEqual([]);
  });

  it.each([
    ['en-GB', 'of 360 values came', 'the device refused', /1 point gave no value/],
    ['zh-CN', '应有 360 个数值', '设备拒绝', /有 1 个点位始终没有数值/],
  ])(
    '%s: names the points of a session that gave no value though their devices answered',
    async (locale, figure, cause, words) => {
      const from = plant.at(60);
      const { page, complaints } = await openPage(
        `${plant.rest.url}/console/completeness?by=hours&session=2-1&cell=${encodeURIComponent(from)}`,
        { locale },
      );
      const panel = page.getByRole('complementary');
      await panel.getByText(words).waitFor();
      const point = panel.getByRole('listitem').filter({ hasText: 'wrapper-1 · count' });
      await untilHolds(async () => expect(await point.textContent()).toContain(cause));
      await panel.getByText(figure).waitFor();
      expect(complaints).toEqual([]);
    },
  );

  it('is gone through by keys, and leads from a day to its hours and to the report', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/completeness`);
    const panel = page.getByRole('complementary', { name: 'What is missing' });
    const map = page.getByRole('grid', { name: 'Completeness' });
    await map.waitFor();
    await map.focus();
    const active = () =>
      page.evaluate(
        `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent`,
      );
    await untilHolds(async () => expect(await active()).toContain('All together: 99.86 % complete'));
    await page.keyboard.press('ArrowDown');
    await panel.getByText('furnace').first().waitFor();
    await panel.getByText('Due until 12:00: after, nothing was to be read.').waitFor();
    await page.keyboard.press('ArrowDown');
    await panel.getByText('packaging').first().waitFor();
    for (let day = 0; day < 7; day += 1) await page.keyboard.press('ArrowLeft');
    await panel.getByText('the device refused').first().waitFor();
    await untilHolds(async () =>
      expect(await active()).toContain('packaging: 72.22 % complete, 2,400 ticks missing'),
    );

    await panel.getByRole('link', { name: 'Hour by hour' }).click();
    await page.getByRole('link', { name: 'Hours' }).waitFor();
    await untilHolds(async () => expect(await map.getByRole('row').count()).toBeGreaterThan(10));
    await panel.getByRole('link', { name: 'Report of this time' }).click();
    await page.getByRole('heading', { name: 'Completeness report', level: 1 }).waitFor();
  });

  it('is counted by device as well', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/completeness?by=device&sort=missing`);
    const rows = page.getByRole('grid').getByRole('row');
    await rows.filter({ hasText: 'wrapper-1' }).waitFor();
    await untilHolds(async () => expect(await rows.nth(2).textContent()).toContain('wrapper-1'));
  });
});

describe.skipIf(inject('installedServers').chromium === null)('the report', () => {
  it('accounts for yesterday on a sheet of paper: what was due, what is missing, and who held it', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/report`);
    await page.getByText('99.86 % complete').waitFor();
    await page.getByRole('table', { name: 'What is missing, one by one' }).waitFor();
    const gaps = page.getByRole('table', { name: 'What is missing, one by one' });
    await untilHolds(async () => expect(await gaps.getByRole('row').count()).toBe(1 + 3));
    const holders = page.getByRole('table', { name: 'Who held it' });
    await holders.getByRole('row').filter({ hasText: 'collector-2' }).first().waitFor();

    await page.getByLabel('Parts').selectOption('shift');
    await page.getByText('Choose a site').waitFor();
    await page.getByLabel('Parts').selectOption('day');
    await page.getByLabel('Title').fill('Batch 17');
    await page.getByRole('heading', { name: 'Batch 17' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    const text = await (await download.createReadStream()).setEncoding('utf8').toArray();
    expect(text.join('')).toContain('Batch 17,');
    expect(text.join('')).toContain('press-line');

    await page.emulateMedia({ media: 'print' });
    await untilHolds(async () => expect(await page.getByRole('navigation').first().isVisible()).toBe(false));
    await untilHolds(async () =>
      expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false),
    );
    await untilHolds(async () => expect(await page.getByText('Checked by').isVisible()).toBe(true));
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(inject('installedServers').chromium === null)('both screens', () => {
  it.each(looks)(
    'have no fault from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(`${plant.rest.url}/console/completeness`, {
        locale,
        colorScheme,
      });
      for (const [path, expectedText] of [
        ['completeness', '.panel-gaps li'],
        ['completeness?by=hours&session=2-1', '.map-row.is-chosen'],
        ['report?split=day', '.sheet-result'],
      ] as const) {
        await page.goto(`${plant.rest.url}/console/${path}`);
        await page.locator(expectedText).first().waitFor();
        await expectFaultless(page);
      }
      expect(complaints).toEqual([]);
    },
    300_000,
  );
});
