import { readFile } from 'node:fs/promises';
import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { untilHolds } from '../support/eventually.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

let plant: PressPlant;
const url = (path: string) => `${plant.rest.url}/console${path}`;
const path = '/api/acquisition/sessions/1-1';

/** Sends a request as this operator. @returns the status */
async function send(operator: string, method: string, path: string, body: object): Promise<number> {
  const { status } = await fetch(`${plant.rest.url}${path}`, {
    ...{ method, headers: { 'content-type': 'application/json', 'x-operator': operator } },
    body: JSON.stringify(body),
  });
  return status;
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const open = (page: Page, text: string) => row(page, text).getByRole('rowheader').getByRole('link').click();
const whos = (page: Page) => page.locator('tbody td[data-name="Who"]').allTextContents();
const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  const point = (code: string) => `/api/config/points/${plant.points.get(code)}/`;
  // More than a page has.
  for (let scale = 1; scale <= 50; scale += 1) {
    expect(await send('script', 'PATCH', point('scaled'), { scale })).toBe(200);
  }
  await plant.rest.create('/api/acquisition/sessions/start-task/', { task_id: plant.taskId });
  expect(await send('Li Wei', 'PATCH', `${point('first')}?reason=new+gear`, { scale: 2 })).toBe(200);
  expect(await send('anna', 'POST', `${path}/pause/`, { reason: 'mould change' })).toBe(200);
  const write = (code: string) =>
    send('anna', 'POST', `/api/acquisition/points/${plant.points.get(code)}/write/`, {
      ...{ value: 42, reason: 'recipe 7' },
    });
  expect(await write('setpoint')).toBe(200);
  expect(await write('first')).toBe(409);
  expect(await send('bob', 'POST', '/api/acquisition/sessions/9-9/stop/', {})).toBe(404);
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the audit trail', () => {
  it('shows who did what to what, why, and what came of it', async () => {
    const { page, complaints } = await openPage(url('/'));
    await page.getByRole('link', { name: 'Audit trail' }).click();
    const pause = row(page, 'mould change');
    await pause.getByRole('cell', { name: 'Pause a session' }).waitFor();
    await pause.getByRole('cell', { name: 'anna' }).waitFor();
    await pause.getByRole('cell', { name: 'done' }).waitFor();
    const stop = row(page, 'Session 9-9');
    await stop.getByRole('cell', { name: 'bob' }).waitFor();
    await stop.getByText('There is no such thing').waitFor();
    await row(page, 'Point first').getByText('the point is not marked writable').waitFor();

    await open(page, 'new gear');
    const dialog = page.getByRole('dialog', { name: 'Change a point' });
    await dialog.getByText('Li Wei (this machine)').waitFor();
    await dialog.getByText('new gear', { exact: true }).waitFor();
    await dialog.getByRole('row', { name: 'press / first scale 1 2' }).waitFor();
    await dialog.getByRole('link', { name: /^Change \d+$/ }).click();
    await page
      .getByRole('region', { name: /^Change \d+$/ })
      .getByText('Li Wei')
      .waitFor();
    await page.goBack();

    await page.getByRole('button', { name: 'Close' }).click();
    await pause.getByRole('link', { name: 'Session 1-1' }).click();
    await page.getByRole('complementary').getByText('reason: mould change').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows the value before a write to a device, the one written and the one read back', async () => {
    const { page } = await openPage(url('/audit?action=point.write&outcome=done'));
    await open(page, 'recipe 7');
    const dialog = page.getByRole('dialog', { name: 'Write a point' });
    await dialog.getByRole('row', { name: '0 42 42' }).waitFor();
    await dialog.getByRole('link', { name: 'Device press' }).waitFor();
    await dialog.getByRole('link', { name: 'Everything of this request' }).click();
    await row(page, 'asked for').getByText('Write a point').waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
  });

  it('is narrowed by each filter, and comes back from its address', async () => {
    const { page, complaints } = await openPage(url('/audit'));
    await row(page, 'mould change').waitFor();
    await page.getByRole('searchbox', { name: 'Who' }).fill('ANNA');
    await untilHolds(async () => expect(new Set(await whos(page))).toEqual(new Set(['anna'])));
    await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Points: all actions' });
    await row(page, 'mould change').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('refused');
    await untilHolds(async () => expect(await whos(page)).toEqual(['anna']));
    await page.getByRole('searchbox', { name: 'Done to' }).fill('first');
    await untilHolds(() => expect(parameter(page, 'target')).toBe('first'));
    await row(page, 'Device press, Point first').waitFor();

    const { page: other } = await openPage(page.url());
    await row(other, 'Device press, Point first').waitFor();
    expect(await whos(other)).toEqual(['anna']);
    expect(await other.getByRole('searchbox', { name: 'Who' }).inputValue()).toBe('ANNA');
    expect(await other.getByRole('combobox', { name: 'Action' }).inputValue()).toBe('point');
    await other.getByRole('searchbox', { name: 'Done to' }).fill('nothing like it');
    await other.getByText('No entry matches.').waitFor();
    await other.getByRole('link', { name: 'Show all' }).click();
    await row(other, 'mould change').waitFor();
    expect(complaints).toEqual([]);
  });

  it('ignores what is no filter in its address', async () => {
    const { page } = await openPage(
      url('/audit?action=DROP&outcome=maybe&trace=1&from=whenever&who=&entry=none'),
    );
    await row(page, 'mould change').waitFor();
    expect(await page.getByRole('link', { name: 'Show all' }).count()).toBe(0);
  });

  it('goes back in time page by page', async () => {
    const { page } = await openPage(url('/audit'));
    await row(page, 'mould change').waitFor();
    expect(await row(page, 'Add a device').count()).toBe(0);
    await page.getByRole('button', { name: 'Earlier entries' }).click();
    await row(page, 'Add a device').waitFor();
    await page.getByRole('button', { name: 'Earlier entries' }).waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Time shown' }).selectOption({ label: 'Yesterday' });
    await page.getByText('Nothing was done in this time.').waitFor();
  });

  it('is exported as it is filtered, with what is not loaded, too', async () => {
    const { page } = await openPage(url('/audit?who=script'));
    await page.getByRole('row').nth(1).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^holdfast-audit-.*\.jsonl$/);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { who: string; action: string });
    expect(entries.map(({ who, action }) => `${who} ${action}`)).toEqual(
      Array.from({ length: 50 }, () => 'script point.update'),
    );
  });

  it('says that it cannot be read', async () => {
    const { page } = await openPage(url('/'));
    await page.route('**/api/system/audit/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Audit trail' }).click();
    await page.getByText('The audit log cannot be read').waitFor();
    await page.unroute('**/api/system/audit/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'mould change').waitFor();
  });

  it.each(looks)(
    'has no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(url('/audit'), { locale, colorScheme });
      await row(page, 'mould change').waitFor();
      await expectFaultless(page);
      await open(page, 'new gear');
      await page.getByRole('dialog').getByRole('row').first().waitFor();
      await expectFaultless(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('tells those who may not read it why, and asks the API for nothing', async () => {
    const admin = await plant.rest.create('/api/system/keys/', { name: 'first', role: 'administrator' });
    const asAdmin = restClient(plant.rest.url, admin.key);
    const { key } = await asAdmin.create('/api/system/keys/', { name: 'looks', role: 'engineer' });
    const { page } = await openPage(url('/audit'), {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    await page.getByText('The audit trail is for administrators of all sites').waitFor();
    await page.getByText('This needs the role administrator; you are engineer.').waitFor();
    expect(await page.getByRole('link', { name: 'Audit trail' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Export' }).count()).toBe(0);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('audit');
    await page
      .getByRole('option', { name: 'Audit trail' })
      .getByText('needs the role administrator')
      .waitFor();
    expect(
      (await asAdmin.get('/api/system/audit/?action=api.read&target=/api/system/audit')).body.results,
    ).toEqual([]);
  });
});
