import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaultless, expectFaultlessAsIs, looks } from './expect-faultless.ts';
import { type LivePlant, startLivePlant } from './live-plant.ts';

const chromium = inject('installedServers').chromium;

let plant: LivePlant;
const points = ['press-1/count', 'press-2/constant'];
const url = (search: Record<string, string> = {}, names: readonly string[] = points) =>
  `${plant.rest.url}/console/trends?${new URLSearchParams({ points: JSON.stringify(names), from: '-5m', ...search })}`;

beforeAll(async () => {
  if (chromium === null) return;
  await buildConsole();
  plant = await startLivePlant();
  const history = '/api/acquisition/points/history/?point=press-1/count';
  await eventually(async () => (await plant.rest.get(history)).body.results[0]?.times.length > 20, {
    what: 'values to be stored',
  });
}, 240_000);

const chart = (page: Page, name: string) => page.getByRole('img', { name });

/** A span of the address, in seconds. */
function spanIn(page: Page): number {
  const { searchParams } = new URL(page.url());
  const time = (name: string) => Date.parse(JSON.parse(JSON.stringify(searchParams.get(name))) ?? '');
  return (time('to') - time('from')) / 1_000;
}

describe.skipIf(chromium === null)('trends', () => {
  it('draw points by unit, follow what comes, and are held', async () => {
    const { page, complaints } = await openPage(url());
    await chart(page, 'Chart of press-1/count').waitFor();
    await chart(page, 'Chart of press-2/constant').waitFor();
    const last = () =>
      page
        .getByRole('row', { name: /press-1 count/ })
        .locator('td')
        .nth(1)
        .textContent();
    const before = await last();
    await eventually(async () => (await last()) !== before, { what: 'the curve to go on' });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused at').waitFor();
    // Exactly one: a locator that finds two of them throws.
    await page.getByText(/◆ \d+ uncertain/).waitFor();
    expect(complaints).toEqual([]);
  });

  it('show the same moment in every chart, and are zoomed by drag and by keys', async () => {
    const { page } = await openPage(url());
    const one = chart(page, 'Chart of press-1/count');
    await one.waitFor();
    const box = await one.boundingBox();
    if (box === null) throw new Error('the chart is not seen');
    await page.mouse.move(box.x + box.width - 40, box.y + 60);
    const atCursor = () => page.locator('[data-cursor]').allTextContents();
    await eventually(async () => (await atCursor()).every((text) => /\d/.test(text)), {
      what: 'both values at the cursor',
    });
    await page.mouse.move(box.x + 400, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 600, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/to=/);
    const spanAfterZoom = spanIn(page);
    expect(spanAfterZoom).toBeGreaterThan(10);
    expect(spanAfterZoom).toBeLessThan(150);
    await one.focus();
    await page.keyboard.press('+');
    await eventually(() => Math.abs(spanIn(page) - spanAfterZoom / 2) < 0.1, { what: 'half of it' });
    await page.keyboard.press('-');
    await eventually(() => Math.abs(spanIn(page) - spanAfterZoom) < 0.1, { what: 'all of it again' });
    await page.keyboard.press('0');
    await eventually(() => new URL(page.url()).searchParams.get('from') === '-1h', { what: 'the last hour' });
  });

  it('have a table with every value', async () => {
    const { page } = await openPage(url({}, ['press-1/count', 'press-2/constant']));
    await chart(page, 'Chart of press-1/count').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    const table = page.getByRole('table', { name: 'Values' });
    await table.getByText('12,250,955.5 °C').first().waitFor();
    await table.getByText('uncertain').first().waitFor();
  });

  it('have a hole where the collector was killed, with its ticks counted, and no line across it', async () => {
    await plant.collector().kill();
    const gaps = async () =>
      (await plant.rest.get('/api/acquisition/points/history/?point=press-1/count&start_time=-5m')).body
        .devices[0].gaps;
    // A collector that is started again at once may miss no tick at all.
    await eventually(async () => (await gaps())?.length > 0, { what: 'the gap to be on record' });
    await plant.restartCollector();
    const { page } = await openPage(url({}, ['press-1/count']));
    const missing = () =>
      page
        .getByRole('row', { name: /press-1 count/ })
        .locator('td')
        .nth(5)
        .textContent();
    await eventually(async () => Number(await missing()) > 0, { what: 'missing ticks' });
    // Pixels of the lane above the curve: what is missing is drawn.
    await eventually(
      async () =>
        ((await page.evaluate(`(() => {
          const canvas = document.querySelector('.chart canvas');
          const [r, g, b] = ${JSON.stringify([114, 126, 137])};
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, 40);
          let found = 0;
          for (let at = 0; at < data.length; at += 4)
            if (data[at] === r && data[at + 1] === g && data[at + 2] === b && data[at + 3] === 255) found += 1;
          return found;
        })()`)) as number) > 0,
      { what: 'the hole to be drawn' },
    );
  });

  it('begin with a choice of points, and lose those that are removed', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/trends`);
    await page.getByText('Choose points to see how they went.').waitFor();
    await page.getByRole('button', { name: 'Points …' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Find a point').fill('press-2');
    await dialog.getByText('press-2 · count').click();
    await expectFaultlessAsIs(page);
    await dialog.getByRole('button', { name: 'Show' }).click();
    await chart(page, 'Chart of press-2/count').waitFor();
    await page.getByRole('button', { name: 'Remove press-2/count' }).click();
    await page.getByText('Choose points to see how they went.').waitFor();
    await page.goto(url({}, ['press-1/count', 'press-9/gone']));
    await page.getByText('Nobody knows press-9/gone').waitFor();
    expect(complaints).toEqual([]);
  });
});

it.skipIf(chromium === null).each(looks)(
  'trends have no fault from 320 to 1920 px, in %s, opened %s',
  async (locale, colorScheme) => {
    const { page, complaints } = await openPage(url(), { locale, colorScheme });
    await page.locator('.chart canvas').first().waitFor();
    await page.locator('.toolbar-actions button').nth(2).click();
    await page.locator('.trend-table').waitFor();
    await expectFaultless(page);
    expect(complaints).toEqual([]);
  },
  300_000,
);
