import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { untilHolds } from '../support/eventually.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

let plant: PressPlant;
let session: string;
const url = (path: string) => `${plant.rest.url}/console/configuration${path}`;
const pointId = (code: string) => Number(plant.points.get(code));
const point = async (code: string) => (await plant.rest.get(`/api/config/points/${pointId(code)}/`)).body;
const newestChange = async () => (await plant.rest.get('/api/config/change-sets/')).body.results[0];
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Presses that a person makes, counted from the start page. */
function pressCounter() {
  let presses = 0;
  return {
    press: async (target: ReturnType<Page['getByRole']>) => {
      presses += 1;
      await target.click();
    },
    presses: () => presses,
  };
}

/** Holds the next call of a page until it is released. */
async function hold(page: Page, method: string, path: string) {
  const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await page.route(
    (at) => at.pathname === path,
    async (route) => {
      if (route.request().method() !== method) return route.fallback();
      arrived.resolve();
      await released.promise;
      await route.continue();
    },
  );
  return { arrived: arrived.promise, release: released.resolve };
}

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  await plant.rest.create('/api/config/sites/', { code: 'hall-1', name: '一号车间' });
  for (const [code, name] of [
    ['moulder-2', '2号注塑机'],
    ['oven-1', 'Oven'],
  ]) {
    await plant.rest.create('/api/config/devices/', {
      code,
      name,
      host: '127.0.9.7',
      unit_id: code === 'oven-1' ? 1 : 2,
    });
  }
  const started = await plant.rest.create('/api/acquisition/sessions/start-task/', { task_id: plant.taskId });
  session = started.session_id;
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the configuration', () => {
  it('has a scale changed, with a reason, and the change undone', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/`);
    const { press, presses } = pressCounter();
    await press(link(page, 'Configuration'));
    await press(link(page, 'press'));
    await press(link(page, 'Points'));
    await press(link(page, 'first'));
    const panel = page.getByRole('complementary', { name: 'first' });
    await panel.getByRole('textbox', { name: 'Scale' }).fill('0.5');
    await panel.getByRole('textbox', { name: 'Reason' }).fill('new gear');
    await press(panel.getByRole('button', { name: 'Save' }));
    await page.getByText('Saved press / first.').waitFor();
    expect(await point('first')).toMatchObject({ scale: 0.5 });
    expect(await newestChange()).toMatchObject({ reason: 'new gear', source: 'console', kind: 'edit' });
    await press(button(page, 'Undo'));
    await page.getByText('Undid the change to press / first.').waitFor();
    expect(await point('first')).toMatchObject({ scale: 1 });
    await untilHolds(async () =>
      expect(await panel.getByRole('textbox', { name: 'Scale' }).inputValue()).toBe(''),
    );
    expect(presses()).toBe(6);
    expect(complaints).toEqual([]);
  });

  it('has a period changed and applied to the running session', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/`);
    const { press, presses } = pressCounter();
    await press(link(page, 'Configuration'));
    await press(
      page.getByRole('navigation', { name: 'What is configured' }).getByRole('link', { name: 'Tasks' }),
    );
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    await press(link(page, 'press'));
    await page.getByRole('textbox', { name: 'Period' }).fill('500');
    await press(button(page, 'Save'));
    await page.getByText('Saved press.').waitFor();
    await press(button(page, 'Apply to 1 session…'));
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'press period_ms 200 500' }).waitFor();
    await press(dialog.getByRole('button', { name: 'Apply', exact: true }));
    await dialog.getByText(/reads by version 2 from/).waitFor();
    const { body } = await plant.rest.get(`/api/acquisition/sessions/${session}/`);
    expect(body.config_version).toBe(2);
    expect(presses()).toBe(6);
    expect(complaints).toEqual([]);
  });

  it('lists devices that no session reads, and finds them by Chinese names, codes and addresses', async () => {
    const { page } = await openPage(url('/devices'));
    const names = page.locator('.config-link');
    await untilHolds(async () =>
      expect(await names.allTextContents()).toEqual(['2号注塑机', 'Oven', 'press']),
    );
    await page.getByRole('button', { name: 'Device' }).click();
    await page.getByRole('button', { name: 'Device' }).click();
    await untilHolds(async () =>
      expect(await names.allTextContents()).toEqual(['press', 'Oven', '2号注塑机']),
    );
    const search = page.getByRole('searchbox', { name: 'Find a device' });
    await search.fill('注塑');
    await untilHolds(async () => expect(await names.allTextContents()).toEqual(['2号注塑机']));
    await search.fill('moulder');
    await untilHolds(async () => expect(await names.allTextContents()).toEqual(['2号注塑机']));
    await search.fill('127.0.9');
    await untilHolds(async () => expect(await names.count()).toBe(2));
    await names.first().focus();
    await page.keyboard.press('ArrowDown');
    await untilHolds(async () =>
      expect(await page.evaluate('document.activeElement.textContent')).toBe('2号注塑机'),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2号注塑机' }).waitFor();
  });

  it('has devices that no session reads found on the screen Devices and in the palette', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/devices`);
    await page.getByRole('searchbox', { name: 'Find a device' }).fill('注塑');
    const others = page.getByRole('region', { name: 'Other configured devices that match' });
    await others.getByRole('link', { name: '2号注塑机' }).click();
    const detail = page.getByRole('complementary', { name: 'Device moulder-2' });
    await detail.getByRole('link', { name: 'Configure' }).click();
    await page.getByRole('heading', { name: '2号注塑机' }).waitFor();
    await page.keyboard.press('Control+k');
    await page
      .getByRole('dialog')
      .getByRole('combobox')
      .or(page.getByRole('dialog').getByRole('searchbox'))
      .fill('注塑');
    await page.getByRole('option', { name: /2号注塑机/ }).waitFor();
  });

  it('merges the changes of two who edit the same point', async () => {
    const { page, complaints } = await openPage(
      url(`/devices/${plant.deviceId}?tab=points&point=${pointId('scaled')}`),
    );
    const panel = page.getByRole('complementary', { name: 'scaled' });
    await panel.getByRole('textbox', { name: 'Scale' }).fill('0.2');
    await panel.getByRole('textbox', { name: 'Offset' }).fill('7');
    await plant.rest.change(`/api/config/points/${pointId('scaled')}/`, { scale: 0.3, unit: 'bar' });
    await panel.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Someone else has changed press / scaled' });
    await dialog.getByRole('row', { name: /^Scale choose one 0\.1 .*0\.2 .*0\.3$/ }).waitFor();
    await dialog.getByRole('row', { name: 'Unit – not changed bar' }).waitFor();
    const save = dialog.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByRole('radio', { name: 'Scale, Mine, 0.2' }).check();
    await save.click();
    await page.getByText('Saved press / scaled.').waitFor();
    expect(await point('scaled')).toMatchObject({ scale: 0.2, offset: 7, unit: 'bar' });
    await untilHolds(async () =>
      expect(await panel.getByRole('textbox', { name: 'Unit' }).inputValue()).toBe('bar'),
    );
    expect(complaints).toEqual([]);
  });

  it('asks before what was typed is lost on the way to another page', async () => {
    const { page } = await openPage(url(`/devices/${plant.deviceId}?tab=points&point=${pointId('first')}`));
    const panel = page.getByRole('complementary', { name: 'first' });
    const scale = panel.getByRole('textbox', { name: 'Scale' });
    await scale.fill('0.7');
    await page.getByRole('searchbox', { name: 'Find a point' }).fill('fir');
    await page.getByRole('button', { name: 'Address' }).click();
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    for (const name of ['scaled', 'Settings', 'Sites', 'Overview']) {
      if (name === 'scaled') await page.getByRole('searchbox', { name: 'Find a point' }).fill('');
      await link(page, name).click();
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      expect(await scale.inputValue()).toBe('0.7');
    }
    await page.keyboard.press('Escape');
    expect(await scale.inputValue()).toBe('0.7');
    await link(page, 'Settings').click();
    await question.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('textbox', { name: 'Host' }).waitFor();
    expect(await point('first')).toMatchObject({ scale: 1 });
  });

  it('keeps what is typed while a save is on its way', async () => {
    const { page } = await openPage(
      url(`/devices/${plant.deviceId}?tab=points&point=${pointId('setpoint')}`),
    );
    const panel = page.getByRole('complementary', { name: 'setpoint' });
    const held = await hold(page, 'PATCH', `/api/config/points/${pointId('setpoint')}/`);
    await panel.getByRole('textbox', { name: 'Unit' }).fill('bar');
    await panel.getByRole('button', { name: 'Save' }).click();
    await held.arrived;
    await panel.getByRole('textbox', { name: 'Offset' }).fill('3');
    held.release();
    await page.getByText('Saved press / setpoint.').waitFor();
    expect(await panel.getByRole('textbox', { name: 'Offset' }).inputValue()).toBe('3');
    expect(await point('setpoint')).toMatchObject({ unit: 'bar', offset: 0 });
    await panel.getByRole('button', { name: 'Save' }).click();
    await untilHolds(async () => expect(await point('setpoint')).toMatchObject({ unit: 'bar', offset: 3 }));
  });

  it('saves of many nothing but what it has shown', async () => {
    const { page } = await openPage(url('/devices'));
    await page.getByRole('checkbox', { name: 'Select Oven' }).check();
    await button(page, 'Change a field …').click();
    const dialog = page.getByRole('dialog', { name: 'Change 1 device' });
    await dialog.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'Site' });
    const held = await hold(page, 'PATCH', '/api/config/devices/');
    const site = dialog.getByRole('combobox', { name: 'Site' });
    await site.selectOption({ label: '一号车间' });
    await dialog.getByRole('button', { name: 'Show what changes' }).click();
    await held.arrived;
    await site.selectOption({ index: 0 });
    held.release();
    await dialog.getByRole('button', { name: 'Show what changes' }).click();
    await dialog.getByText('All of them already have this value.').waitFor();
    const { results } = (await plant.rest.get('/api/config/devices/?code=oven-1')).body;
    expect(results).toMatchObject([{ site_id: null }]);
  });

  it('shows what was changed of a device, and undoes one change of it', async () => {
    const { page } = await openPage(url(`/devices/${plant.deviceId}?tab=history`));
    const change = page.getByRole('listitem').filter({ hasText: 'new gear' });
    await change.getByRole('row', { name: 'press / first Scale 1 0.5' }).waitFor();
    const scaled = page.getByRole('listitem').filter({ hasText: 'press / scaled' }).first();
    await scaled.getByRole('row', { name: 'Offset 0 7' }).waitFor();
    await scaled.getByRole('button', { name: /^Undo change/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo it' }).click();
    await page.getByText('Undid the change to press.').waitFor();
    expect(await point('scaled')).toMatchObject({ scale: 0.3, offset: 0 });
  });

  it('changes many devices at once, as one change', async () => {
    const { page } = await openPage(url('/devices'));
    await page.getByRole('checkbox', { name: 'Select 2号注塑机' }).check();
    await page.getByRole('checkbox', { name: 'Select Oven' }).check();
    await button(page, 'Change a field …').click();
    const dialog = page.getByRole('dialog', { name: 'Change 2 devices' });
    await dialog.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'Site' });
    await dialog.getByRole('combobox', { name: 'Site' }).selectOption({ label: '一号车间' });
    await dialog.getByRole('button', { name: 'Show what changes' }).click();
    await dialog.getByRole('row', { name: 'moulder-2 Site – hall-1' }).waitFor();
    await dialog.getByRole('button', { name: 'Change 2 items' }).click();
    await page.getByText('Saved 2 devices.').waitFor();
    expect(await newestChange()).toMatchObject({ kind: 'bulk', counts: { changed: 2 } });
    await page.getByRole('row').filter({ hasText: 'Oven' }).getByText('一号车间').waitFor();
  });

  it('copies a device with values that go up', async () => {
    const { page } = await openPage(url('/devices'));
    await link(page, 'Oven').click();
    await button(page, 'Copy …').click();
    const dialog = page.getByRole('dialog', { name: 'Copy Oven' });
    await dialog.getByRole('textbox', { name: 'Copies' }).fill('2');
    await dialog.getByRole('textbox', { name: 'Codes' }).fill('oven-{n}');
    const unit = dialog.getByRole('group', { name: 'Unit id' });
    await unit.getByRole('textbox', { name: 'first copy' }).fill('11');
    await unit.getByRole('textbox', { name: 'step' }).fill('1');
    await dialog.getByRole('button', { name: 'Show the copies' }).click();
    await dialog.getByText('oven-2, oven-3').waitFor();
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Copied Oven: 2 new devices.').waitFor();
    await page.getByRole('row').filter({ hasText: 'oven-3' }).getByText('127.0.9.7:502 #12').waitFor();
  });

  it('adds a point, and a task with devices', async () => {
    const { page } = await openPage(url('/devices'));
    await link(page, 'Oven').click();
    await link(page, 'Points').click();
    await link(page, 'Add a point').click();
    const panel = page.getByRole('complementary', { name: 'New point' });
    await panel.getByRole('textbox', { name: 'Code' }).fill('temperature');
    await panel.getByRole('textbox', { name: 'Address' }).fill('40001');
    await panel.getByRole('combobox', { name: 'Data type' }).selectOption('int16');
    await panel.getByRole('button', { name: 'Add a point' }).click();
    await link(page, 'temperature').waitFor();
    await page.goto(url('/tasks/new'));
    await page.getByRole('textbox', { name: 'Code' }).fill('ovens');
    await page.getByRole('searchbox', { name: 'Find a device' }).fill('oven-1');
    await page.getByRole('checkbox', { name: 'Oven oven-1' }).check();
    await button(page, 'Add a task').click();
    await page.getByRole('heading', { name: 'ovens' }).waitFor();
    const { results } = (await plant.rest.get('/api/config/tasks/?code=ovens')).body;
    expect(results).toMatchObject([{ period_ms: 1_000, device_ids: [expect.any(Number)] }]);
  });

  it('gives a site shifts, and says why one with devices cannot be deleted', async () => {
    const { page, complaints } = await openPage(url('/sites'));
    await link(page, '一号车间').click();
    for (const [index, name] of ['早班', '中班', '夜班'].entries()) {
      await button(page, 'Add a shift').click();
      await page
        .getByRole('textbox', { name: 'Name' })
        .nth(index + 1)
        .fill(name);
    }
    await button(page, 'Save').click();
    await page.getByText('Saved 一号车间.').waitFor();
    const { results } = (await plant.rest.get('/api/config/sites/')).body;
    expect(results[0].shifts).toEqual([
      { name: '早班', start: '06:00' },
      { name: '中班', start: '14:00' },
      { name: '夜班', start: '22:00' },
    ]);
    await button(page, 'Delete …').click();
    const dialog = page.getByRole('dialog', { name: 'Delete 一号车间?' });
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('link', { name: 'moulder-2' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(looks)(
    'has no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(url('/devices'), { locale, colorScheme });
      await page.locator('.config-link').first().waitFor();
      await page.getByRole('checkbox').nth(1).check();
      await expectFaultless(page);
      for (const path of [
        `/devices/${plant.deviceId}`,
        `/devices/${plant.deviceId}?tab=points&point=${pointId('first')}`,
        `/devices/${plant.deviceId}?tab=history`,
        `/tasks/${plant.taskId}`,
        '/sites/1',
      ]) {
        await page.goto(url(path));
        await page.locator('.schema-form, .config-history .table').first().waitFor();
        await expectFaultless(page);
      }
      expect(complaints).toEqual([]);
    },
    600_000,
  );

  it('deletes a device that a session reads, after showing what depends on it, and takes that back', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/`);
    const { press, presses } = pressCounter();
    await press(link(page, 'Configuration'));
    await press(link(page, 'press'));
    await press(button(page, 'Delete …'));
    const dialog = page.getByRole('dialog', { name: 'Delete press?' });
    await dialog.getByText('6 points will also be deleted.').waitFor();
    await dialog.getByText('1 task will no longer read it: press').waitFor();
    await dialog.getByText('Task press then has no devices and reads nothing.').waitFor();
    await dialog
      .getByText(`1 running session still reads it until you apply the configuration: press ${session}`)
      .waitFor();
    expect((await plant.rest.get(`/api/config/devices/${plant.deviceId}/`)).status).toBe(200);
    await press(dialog.getByRole('button', { name: 'Delete' }));
    await page.getByText('Deleted press.').waitFor();
    expect(presses()).toBe(4);
    expect((await plant.rest.get(`/api/config/devices/${plant.deviceId}/`)).status).toBe(404);
    await link(page, 'press').waitFor({ state: 'detached' });
    await button(page, 'Undo').click();
    await link(page, 'press').waitFor();
    expect((await plant.rest.get(`/api/config/tasks/${plant.taskId}/`)).body.device_ids).toEqual([
      plant.deviceId,
    ]);
    expect(complaints).toEqual([]);
  });

  it('offers no editing to those who may not', async () => {
    const admin = await plant.rest.create('/api/system/keys/', { name: 'first', role: 'administrator' });
    const { key } = await restClient(plant.rest.url, admin.key).create('/api/system/keys/', {
      ...{ name: 'looks', role: 'viewer' },
    });
    const { page } = await openPage(url('/devices'), {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    await page.getByText('This needs the role engineer; you are viewer.').waitFor();
    expect(await link(page, 'Configuration').count()).toBe(0);
    expect(await page.locator('.config-link, .schema-form').count()).toBe(0);
  });
});
