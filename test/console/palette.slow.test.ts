import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { zoneOfNoon } from '../support/zone-of-noon.ts';
import { expectFaultlessAsIs } from './expect-faultless.ts';

let plant: PressPlant;

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  const startedTask = await plant.rest.create('/api/acquisition/sessions/start-task/', {
    task_id: plant.taskId,
  });
  expect(startedTask.session_id).toBe('1-1');
}, 240_000);

const statusOf = async () => (await plant.rest.get('/api/acquisition/sessions/1-1/')).body.status;

describe.skipIf(inject('installedServers').chromium === null)('the palette', () => {
  async function openPalette(options = {}): Promise<{ page: Page; complaints: string[] }> {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions`, options);
    await page.locator('[data-session]').first().waitFor();
    return { page, complaints };
  }

  it('leads to a session by keys alone', async () => {
    const { page, complaints } = await openPalette();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('nothing like it');
    await page.getByText('Nothing matches.').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('press');
    const option = page.getByRole('option', { name: 'press' }).first();
    await option.waitFor();
    await untilHolds(async () => expect(await option.getAttribute('aria-selected')).toBe('true'));
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await untilHolds(() => expect(new URL(page.url()).searchParams.get('session')).toBe('1-1'));
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('takes a command, asks for the reason, and gives it', async () => {
    const { page } = await openPalette();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('pause press');
    await page.getByRole('option', { name: 'Pause press 1-1' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    await page.keyboard.type('mould change');
    await page.keyboard.press('Enter');
    await page.getByText('press 1-1 is paused.').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('resume');
    await page.getByRole('option', { name: 'Resume press 1-1' }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(async () => (await statusOf()) === 'running', { what: 'the session to go on' });
  });

  it('takes Enter that comes before anything was found', async () => {
    const { page } = await openPalette();
    const { promise: keyPress, resolve: press } = Promise.withResolvers<void>();
    await page.route(/sessions\/summary\/\?.*limit=6/, async (route) => {
      // The first letters find nothing, and the search for the whole text takes longer than the typing.
      if (new URL(route.request().url()).searchParams.get('search') !== 'press')
        return route.fulfill({ json: { results: [], next: null } });
      await keyPress;
      return route.continue();
    });
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('pause press');
    await page.keyboard.press('Enter');
    press();
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await statusOf()).toBe('running');
  });

  it('finds devices and screens, and changes language and theme', async () => {
    const { page } = await openPalette();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('press');
    const device = page.getByRole('group', { name: 'Devices' }).getByRole('option', { name: 'press' });
    await device.click();
    await page.getByRole('complementary', { name: 'press' }).waitFor();
    await untilHolds(() => expect(new URL(page.url()).pathname).toBe('/console/devices/press'));
    await page.goto(`${plant.rest.url}/console/sessions`);
    await page.locator('[data-session]').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('theme dark');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await untilHolds(async () => expect(await page.locator('html').getAttribute('data-theme')).toBe('dark'));
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('中文');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '会话' }).waitFor();
    // Kept in the browser.
    await page.reload();
    await page.getByRole('heading', { name: '会话' }).waitFor();
    await untilHolds(async () => expect(await page.locator('html').getAttribute('data-theme')).toBe('dark'));
  });

  it('the list of keys opens by ?, not while the user types, and not for those who switch that off', async () => {
    const { page } = await openPalette();
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('?');
    await untilHolds(async () => expect(await page.getByRole('searchbox').inputValue()).toBe('?'));
    expect(await dialog.count()).toBe(0);
    await page.getByRole('link', { name: 'Show all sessions' }).click();
    await page.locator('[data-session]').first().focus();
    await page.keyboard.press('?');
    await dialog.waitFor();
    await dialog.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.keyboard.press('Control+/');
    await dialog.waitFor();
    await untilHolds(async () => expect(await dialog.getByRole('checkbox').isChecked()).toBe(false));
  });

  it.each([
    ['en-GB', 'light'],
    ['zh-CN', 'dark'],
  ] as const)(
    'has no fault with whatever is opened from the frame (%s, %s)',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPalette({ locale, colorScheme });
      const openings = [
        () => page.keyboard.press('Control+k'),
        () => page.keyboard.press('Control+/'),
        () => page.locator('.person').click(),
        () => page.locator('.sessions-main select').last().selectOption('other'),
      ];
      for (const width of [320, 768, 1_280, 1_920]) {
        await page.setViewportSize({ width, height: 800 });
        for (const open of openings) {
          await open();
          await page.getByRole('dialog').waitFor();
          await expectFaultlessAsIs(page);
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'detached' });
        }
        if (width >= 900) continue;
        await page.locator('.nav-button').click();
        await page.getByRole('navigation').getByRole('link').first().waitFor();
        await expectFaultlessAsIs(page);
        await page.keyboard.press('Escape');
      }
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('times are shown by the clock that one chooses, and a range can be any from and to', async () => {
    // No plant of these tests has this zone.
    const { page } = await openPalette({ timezoneId: 'Asia/Kolkata' });
    await page.locator('.clock').getByText(zoneOfNoon.shown, { exact: true }).waitFor();
    await page.locator('.person').click();
    await page.getByRole('dialog').getByLabel('Times by the clock of').selectOption('own');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.clock').getByText('UTC+5:30').waitFor();
    await page.getByLabel('Time shown').selectOption('other');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('From').fill('2026-01-02T09:00');
    await dialog.getByLabel('To').fill('2026-01-02T08:00');
    await page.getByRole('alert').waitFor();
    await dialog.getByLabel('To').fill('2026-01-02T17:30');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await untilHolds(() => {
      const { searchParams } = new URL(page.url());
      expect([searchParams.get('from'), searchParams.get('to')]).toEqual([
        '2026-01-02T03:30Z',
        '2026-01-02T12:00Z',
      ]);
    });
    await page.getByRole('columnheader').getByText('17:30').waitFor();
    await page.goto(`${plant.rest.url}/console/sessions?from=-8h`);
    await untilHolds(async () => expect(await page.getByLabel('Time shown').inputValue()).toBe('-8h '));
  });

  it('what is printed is the screen alone, in light colours, with every row', async () => {
    const { page } = await openPalette({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await eventually(async () => (await page.locator('html').getAttribute('data-theme')) === 'light', {
      what: 'light colours',
    });
    await untilHolds(async () =>
      expect(await page.locator('nav, .palette-button, .person').filter({ visible: true }).count()).toBe(1),
    );
    await untilHolds(async () =>
      expect(await page.getByRole('row').filter({ visible: true }).count()).toBeGreaterThan(1),
    );
    expect((await page.pdf()).byteLength).toBeGreaterThan(10_000);
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    await eventually(async () => (await page.locator('html').getAttribute('data-theme')) === 'dark', {
      what: 'the colours of the screen',
    });
  });
});
