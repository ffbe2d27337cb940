import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Download, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { zoneOfNoon } from '../support/zone-of-noon.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { type LivePlant, startLivePlant } from './live-plant.ts';

const { chromium, pythonWithOpenpyxl: python } = inject('installedServers');

let plant: LivePlant;
const trends = () =>
  `${plant.rest.url}/console/trends?${new URLSearchParams({ points: JSON.stringify(['press-1/count', 'press-2/constant']), from: '-5m' })}`;

beforeAll(async () => {
  if (chromium === null) return;
  await buildConsole();
  plant = await startLivePlant();
  const shifts = [
    { name: 'early', start: '06:00' },
    { name: 'late', start: '18:00' },
  ];
  await plant.rest.post('/api/config/sites/', { code: 'hall-1', name: 'Hall 1', shifts });
  const history = '/api/acquisition/points/history/?point=press-1/count';
  await eventually(async () => (await plant.rest.get(history)).body.results[0]?.times.length > 20, {
    what: 'values to be stored',
  });
}, 240_000);

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Export values' });

async function downloadBy(page: Page, act: () => Promise<void>): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return download;
}

describe.skipIf(chromium === null)('an export', () => {
  it('of the shown points and time takes two clicks, and is a workbook with a column for each', async () => {
    const { page, complaints } = await openPage(trends());
    await page.locator('.clock').getByText(zoneOfNoon.shown, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Export …' }).click();
    await dialogOf(page).getByText('2 points chosen').waitFor();
    const download = await downloadBy(page, () =>
      dialogOf(page).getByRole('button', { name: 'Export', exact: true }).click(),
    );
    expect(download.suggestedFilename()).toMatch(/^holdfast-values-\d{4}-\d\d-\d\d\.xlsx$/);
    await dialogOf(page).getByText('The file is whole.').waitFor();
    await dialogOf(page)
      .getByText(/^100 %: \d+ rows, /)
      .waitFor();
    expect(complaints).toEqual([]);
    if (python === null) return;
    const file = join(await temporaryFolder('export'), 'values.xlsx');
    await download.saveAs(file);
    const read = `
import json, sys
from openpyxl import load_workbook
sheet = load_workbook(sys.argv[1])['values 1']
rows = [list(row) for row in sheet.iter_rows(values_only=True)]
# The newest tick of one device is stored before that of the other.
print(json.dumps([rows[:3], [row for row in rows[3:] if row[2] and row[3]][-1]], default=str))`;
    const { stdout } = await promisify(execFile)(python, ['-c', read, file]);
    const [heads, last] = JSON.parse(stdout);
    expect(heads).toEqual([
      [expect.stringMatching(/^time \(/), 'UTC offset', 'Parts made (pcs)', 'constant (°C)', 'uncertain'],
      ['device', null, 'press-1', 'press-2', null],
      ['code', null, 'press-1/count', 'press-2/constant', null],
    ]);
    expect(last).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/),
      ...[zoneOfNoon.offset, expect.any(Number), 12_250_955.5, 'press-2/constant'],
    ]);
  });

  it('of a device, by a shift, as CSV with a decimal comma, is made by keys alone', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/devices/press-2`);
    await page.getByRole('button', { name: 'Export …' }).focus();
    await page.keyboard.press('Enter');
    const dialog = dialogOf(page);
    await dialog.getByText('2 points chosen').waitFor();
    await dialog.getByLabel('Find a point').fill('press-1 count');
    await page.keyboard.press('Enter');
    await dialog.getByRole('checkbox', { name: 'press-1 · count' }).press('Space');
    await dialog.getByText('3 points chosen').waitFor();
    const shifts = dialog.locator('optgroup', { hasText: 'early' }).locator('option');
    const shift = await shifts.first().getAttribute('value');
    expect(await shifts.count()).toBe(6);
    await dialog.getByLabel('Time').selectOption(shift);
    await dialog.getByLabel('Values').selectOption({ label: 'Mean of each 1 h' });
    await dialog.getByLabel('File').selectOption('comma');
    const download = await downloadBy(page, async () => {
      await dialog.getByRole('button', { name: 'Export', exact: true }).focus();
      await page.keyboard.press('Enter');
    });
    await dialog.getByText('The file is whole.').waitFor();
    const [named, , codes, ...lines] = (await readFile(await download.path(), 'utf8'))
      .trimEnd()
      .split('\r\n');
    expect(named).toContain(';Parts made (pcs);');
    expect(codes).toBe('code;;press-1/count;press-2/count;press-2/constant;');
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:00:00;[+-]\d\d:\d\d;[\d,]+;[\d,]+;12250955,5;press-2\/constant$/,
    );
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Close' }).last().press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('says why a wrong time or too many points cannot be exported', async () => {
    const { page } = await openPage(
      `${plant.rest.url}/console/report?from=2020-01-01T00:00Z&to=2020-01-02T00:00Z`,
    );
    await page.getByRole('button', { name: 'Export …' }).click();
    const dialog = dialogOf(page);
    const send = dialog.getByRole('button', { name: 'Export', exact: true });
    await dialog.getByText('0 points chosen').waitFor();
    expect(await send.isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Choose all that match' }).click();
    await dialog.getByText('4 points chosen').waitFor();
    expect(await send.isDisabled()).toBe(false);
    await dialog.getByLabel('Time').selectOption('other');
    // Before the beginning by the clock of any zone: that of the console depends on the hour.
    await dialog.getByRole('textbox', { name: 'To' }).fill('2019-12-30 00:00');
    await dialog.getByRole('textbox', { name: 'From' }).focus();
    await dialog.getByText('It has to begin in the past').waitFor();
    expect(await send.isDisabled()).toBe(true);
  });

  it('begins in the report with its points, which has their figures and the completeness of their devices', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/report?from=-5m`);
    const row = page
      .getByRole('table', { name: 'Values by point' })
      .getByRole('row', { name: /press-2 · constant/ });
    const value = '12,250,955.5';
    await eventually(
      async () => (await row.locator('td').allTextContents()).slice(0, 3).every((text) => text === value),
      { what: 'minimum, mean and maximum' },
    );
    expect(Number(await row.locator('td').nth(3).textContent())).toBeGreaterThan(5);
    expect(await row.locator('td').nth(4).textContent()).toMatch(/^[\d.]+ %$/);
    await page.getByRole('button', { name: 'Export …' }).click();
    await dialogOf(page).getByText('4 points chosen').waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(looks)(
    'has no fault from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(trends(), { locale, colorScheme });
      await page.getByRole('button', { name: /^(Export|导出)…* ?…*$/ }).click();
      await page.locator('form.export .option').first().waitFor();
      await expectFaultless(page);
      await downloadBy(page, () => page.locator('form.export button[type=submit]').click());
      await page.locator('progress').waitFor();
      await expectFaultless(page, [320, 1920]);
      expect(complaints).toEqual([]);
    },
    300_000,
  );
});
