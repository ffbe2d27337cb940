import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { type LivePlant, startLivePlant } from './live-plant.ts';

const chromium = inject('installedServers').chromium;

let plant: LivePlant;
const url = (search = '') => `${plant.rest.url}/console/live${search}`;

beforeAll(async () => {
  if (chromium === null) return;
  await buildConsole();
  plant = await startLivePlant();
}, 240_000);

/** Cells of the row of a point, as they are now. */
function row(page: Page, device: string, point: string) {
  return page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: `Trend of ${point} of ${device}` }) });
}

function numberIn(page: Page, device: string, point: string): Promise<number> {
  return row(page, device, point)
    .locator('.is-value')
    .textContent()
    .then((text) => Number(text?.replaceAll(',', '')));
}

describe.skipIf(chromium === null)('the live values', () => {
  it('change as they are read, with unit, quality and age, over one stream', async () => {
    const { page, complaints } = await openPage(url());
    const streams: string[] = [];
    page.on('request', (request) => void streams.push(request.url()));
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
    await untilHolds(async () =>
      expect(await row(page, 'press-1', 'count').textContent()).toContain('Parts made'),
    );
    const before = await numberIn(page, 'press-1', 'count');
    await eventually(async () => (await numberIn(page, 'press-1', 'count')) > before, {
      what: 'a new value',
    });
    const uncertainRow = row(page, 'press-2', 'constant');
    await untilHolds(async () =>
      expect(await uncertainRow.locator('.cell').allTextContents()).toEqual([
        ...['', 'press-2', 'constant ', '', '12,250,955.5', '°C', 'uncertain'],
        expect.stringMatching(/^\d\.\d s$/),
      ]),
    );
    await page.getByRole('link', { name: /^Uncertain 2$/ }).click();
    await eventually(async () => (await page.locator('[data-place]').count()) === 2, { what: 'only those' });
    expect(complaints).toEqual([]);
  });

  it('are found, chosen, held and led to their trend, and the address says it all', async () => {
    const { page } = await openPage(url());
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused. Values and ages are those of').waitFor();
    const countBefore = await numberIn(page, 'press-1', 'count');
    // The device is still read meanwhile.
    const values = '/api/acquisition/points/values/?point=press-1/count';
    const before = (await plant.rest.get(values)).body.results[0].value;
    await eventually(async () => (await plant.rest.get(values)).body.results[0].value > before + 10, {
      what: 'the device to be read on',
    });
    expect(await numberIn(page, 'press-1', 'count')).toBe(countBefore);
    await page.getByRole('button', { name: 'Go on' }).click();
    await eventually(async () => (await numberIn(page, 'press-1', 'count')) > countBefore, {
      what: 'the newest value',
    });

    await page.getByLabel('Find a point').fill('press-2 count');
    await eventually(async () => (await page.locator('[data-place]').count()) === 1, { what: 'one row' });
    await page.getByRole('checkbox', { name: 'Choose count of press-2' }).check();
    await page.getByLabel('Find a point').fill('');
    await page.getByRole('checkbox', { name: 'Choose count of press-1' }).check();
    await page.getByRole('link', { name: /^Chosen 2$/ }).click();
    await eventually(async () => (await page.locator('[data-place]').count()) === 2, {
      what: 'the chosen ones',
    });
    const address = page.url();
    await page.getByRole('link', { name: 'Trend of 2 points' }).click();
    await page.getByRole('img', { name: /press-2\/count, press-1\/count/ }).waitFor();
    await page.goto(address);
    await eventually(async () => (await page.locator('[data-place]').count()) === 2, {
      what: 'what the address says',
    });
  });

  it('are shown whole on a phone', async () => {
    const { page } = await openPage(url('?q=constant'));
    await page.setViewportSize({ width: 360, height: 740 });
    const value = row(page, 'press-1', 'constant').locator('.is-value');
    await untilHolds(async () => expect(await value.textContent()).toBe('12,250,955.5'));
    await page.locator('.values-table.is-narrow').waitFor();
    expect(await value.evaluate((cell) => cell.scrollWidth - cell.clientWidth)).toBe(0);
  });

  it('of one device or one session are shown alone', async () => {
    const { page } = await openPage(url());
    await page.getByLabel('Points of').selectOption('press-2');
    await eventually(async () => (await page.locator('[data-place]').count()) === 2, { what: 'one device' });
    await untilHolds(() => expect(new URL(page.url()).searchParams.get('device')).toBe('press-2'));
    await page.getByLabel('Points of').selectOption(`session ${plant.session}`);
    await eventually(async () => (await page.locator('[data-place]').count()) === 4, { what: 'one session' });
  });

  it('of a device that falls silent are missing, hatched, with the cause, while the others go on', async () => {
    const { page } = await openPage(url());
    await row(page, 'press-2', 'count').and(page.locator('[data-state="good"]')).waitFor();
    plant.plant.setFault('press-2', { kind: 'silence' });
    try {
      await row(page, 'press-2', 'count').and(page.locator('[data-state="missing"]')).waitFor();
      // On a busy machine an overrun tick may be missing first.
      await untilHolds(async () =>
        expect(await row(page, 'press-2', 'count').locator('.is-state').textContent()).toMatch(
          /^missing: no answer/,
        ),
      );
      const hatch = `getComputedStyle(document.querySelector('[data-state=missing] .is-value')).backgroundImage`;
      await untilHolds(async () => expect(await page.evaluate(hatch)).toContain('gradient'));
      await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
      await page.getByRole('link', { name: /^Not current 2$/ }).waitFor();
    } finally {
      plant.plant.clearFault('press-2');
    }
    await row(page, 'press-2', 'count').and(page.locator('[data-state="good"]')).waitFor();
  });

  it('of a collector that is killed are not current until it is back', async () => {
    const { page } = await openPage(url());
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
    await plant.collector().kill();
    try {
      await row(page, 'press-1', 'count').and(page.locator('[data-state="stale"]')).waitFor();
      await page.getByText(/No value has come since \d\d:\d\d:\d\d/).waitFor();
      const [ageText] = await row(page, 'press-1', 'count').locator('.is-age').allTextContents();
      expect(ageText).toMatch(/ (s|min)$/);
    } finally {
      await plant.restartCollector();
    }
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
    await eventually(async () => (await page.getByText('No value has come').count()) === 0, {
      what: 'the notice to go',
    });
  });

  it('are hatched while NATS is stopped, say since when, and go on by themselves', async () => {
    const { page } = await openPage(url());
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
    await plant.nats.stop();
    try {
      await row(page, 'press-1', 'count').and(page.locator('[data-state="stale"]')).waitFor();
      await page.getByText(/(No value has come|No connection to the stream of values) since/).waitFor();
    } finally {
      await plant.nats.restart();
    }
    await row(page, 'press-1', 'count').and(page.locator('[data-state="good"]')).waitFor();
  });
});

it.skipIf(chromium === null).each(looks)(
  'the live values have no fault from 320 to 1920 px, in %s, opened %s',
  async (locale, colorScheme) => {
    const { page, complaints } = await openPage(
      url(`?points=${encodeURIComponent(JSON.stringify(['press-1/count']))}`),
      { locale, colorScheme },
    );
    await page.locator('[data-state="good"]').first().waitFor();
    await expectFaultless(page);
    expect(complaints).toEqual([]);
  },
  300_000,
);
