import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

let plant: PressPlant;
let first: number;
const url = (path: string) => `${plant.rest.url}/console${path}`;
const scale = async () => (await plant.rest.get(`/api/config/points/${first}/`)).body.scale;
const newestChange = async () => (await plant.rest.get('/api/config/change-sets/')).body.results[0];

/** @returns the number of the change */
async function change(fields: object, reason: string): Promise<number> {
  const { status } = await fetch(
    `${plant.rest.url}/api/config/points/${first}/?${new URLSearchParams({ reason })}`,
    {
      ...{ method: 'PATCH', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(fields),
    },
  );
  expect(status).toBe(200);
  return (await newestChange()).id;
}

const rescale = (to: number, reason: string) => change({ scale: to }, reason);

const section = (page: Page, change: number) => page.getByRole('region', { name: `Change ${change}` });

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  first = Number(plant.points.get('first'));
  await plant.rest.create('/api/acquisition/sessions/start-task/', { task_id: plant.taskId });
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the changes of the configuration', () => {
  it('show each field before and after, and are undone as they were shown', async () => {
    const change = await rescale(2, 'new gear');
    const { page, complaints } = await openPage(url('/'));
    await page.getByRole('link', { name: 'Changes' }).click();
    const row = page.getByRole('row').filter({ hasText: 'new gear' });
    await row.getByText('1 changed').waitFor();
    await row.getByRole('link', { name: String(change) }).click();
    await section(page, change).getByRole('row', { name: 'press / first scale 1 2' }).waitFor();

    await section(page, change).getByRole('button', { name: 'Undo …' }).click();
    const dialog = page.getByRole('dialog', { name: `Undo change ${change}?` });
    await dialog.getByRole('row', { name: 'press / first scale 2 1' }).waitFor();
    expect(await scale()).toBe(2);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('wrong gear');
    await dialog.getByRole('button', { name: 'Undo it' }).click();
    await page.getByText(`Change ${change} is undone.`).waitFor();
    expect(await scale()).toBe(1);
    const undone = await newestChange();
    expect(undone).toMatchObject({ reverts: change, reason: 'wrong gear', source: 'console' });
    await section(page, undone.id).getByRole('row', { name: 'press / first scale 2 1' }).waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: 'new gear' })
      .getByText(`undone by change ${undone.id}`)
      .waitFor();

    // Undoing the undo brings the change back, and running sessions are offered it.
    await section(page, undone.id).getByRole('button', { name: 'Undo …' }).click();
    await page.getByRole('dialog').getByRole('row', { name: 'press / first scale 1 2' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo it' }).click();
    await page.getByText(`Change ${undone.id} is undone.`).waitFor();
    expect(await scale()).toBe(2);
    await page.getByRole('button', { name: 'Apply to 1 session…' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('are not undone otherwise than they were shown', async () => {
    const id = await rescale(4, 'once more');
    const { page } = await openPage(url(`/changes?change=${id}`));
    await section(page, id).getByRole('button', { name: 'Undo …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'press / first scale 4 2' }).waitFor();
    await rescale(8, 'by another');
    // The page knows of the other change, and what the dialog shows stays as it is.
    await page.getByRole('row').filter({ hasText: 'by another' }).waitFor();
    await dialog.getByRole('row', { name: 'press / first scale 4 2' }).waitFor();
    const undo = dialog.getByRole('button', { name: 'Undo it' });
    await undo.click();
    await dialog.getByText('The change cannot be undone as it is').waitFor();
    expect(await scale()).toBe(8);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    // The later change of the same field would be lost.
    await dialog.getByRole('link', { name: 'changed_since' }).waitFor();
    expect(await undo.isDisabled()).toBe(true);
  });

  it('are called undone only when the API has said so, and are not undone twice', async () => {
    const id = await rescale(16, 'a lost answer');
    const { page } = await openPage(url(`/changes?change=${id}`));
    let calls = 0;
    await page.route('**/revert/', async (route) => {
      if (route.request().postData()?.includes('dry_run')) return route.continue();
      calls += 1;
      await route.fetch();
      await route.abort();
    });
    await section(page, id).getByRole('button', { name: 'Undo …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'press / first scale 16 8' }).waitFor();
    await dialog.getByRole('button', { name: 'Undo it' }).click();
    await page.getByText(`Change ${id}: it is unknown whether this was stored.`).waitFor();
    await page.getByText(`undone by change ${(await newestChange()).id}`).waitFor();
    expect([calls, await scale()]).toEqual([1, 8]);
    expect(await page.getByText(`Change ${id} is undone.`).count()).toBe(0);
  });

  it.each(looks)(
    'have no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { id } = await newestChange();
      const { page, complaints } = await openPage(url(`/changes?change=${id}`), { locale, colorScheme });
      await page.getByRole('row', { name: /press \/ first scale/ }).waitFor();
      await expectFaultless(page);
      await page.getByRole('button', { name: /^(Undo …|撤销……)$/ }).click();
      await page.getByRole('dialog').getByRole('row').first().waitFor();
      await expectFaultless(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('are shown to those who may not undo them, with the reason', async () => {
    const { id } = await newestChange();
    const admin = await plant.rest.create('/api/system/keys/', { name: 'first', role: 'administrator' });
    const { key } = await restClient(plant.rest.url, admin.key).create('/api/system/keys/', {
      ...{ name: 'looks', role: 'operator' },
    });
    const { page } = await openPage(url(`/changes?change=${id}`), {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    await section(page, id).getByText('engineer').waitFor();
    expect(await page.getByRole('button', { name: 'Undo …' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Apply to 1 session…' }).isDisabled()).toBe(true);
  });
});
