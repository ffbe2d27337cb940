import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, looks } from './expect-faultless.ts';

let plant: PressPlant;
const url = (path: string) => `${plant.rest.url}/console${path}`;
const start = (task: number) => plant.rest.create('/api/acquisition/sessions/start-task/', { task_id: task });
const versionOf = async (session: string) =>
  (await plant.rest.get(`/api/acquisition/sessions/${session}/`)).body.config_version;

async function patch(what: string, body: object): Promise<void> {
  const { status } = await fetch(`${plant.rest.url}/api/config/${what}/`, {
    ...{ method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  });
  expect(status).toBe(200);
}

/** Starts another session that reads the press, next to the press's own. */
async function startSecond(code: string): Promise<{ task: number; session: string }> {
  const { id: task } = await plant.rest.create('/api/config/tasks/', {
    ...{ code, period_ms: 1_000, device_ids: [plant.deviceId] },
  });
  const { session_id: session } = await start(task);
  return { task, session };
}

const closed = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' });
const close = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  expect((await start(plant.taskId)).session_id).toBe('1-1');
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('a saved configuration', () => {
  it('is applied to running sessions where it was saved: shown before, and confirmed after', async () => {
    const { page, complaints } = await openPage(url(`/first-run?step=device&added=${plant.deviceId}`));
    await page.getByLabel('Name').fill('Press in front');
    await page.getByRole('button', { name: 'Test the connection' }).click();
    const offer = page.getByText('1 session still reads by an older configuration.');
    expect(await offer.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Save, and on to the points' }).click();
    await offer.waitFor();
    await page.getByRole('button', { name: 'Apply to 1 session…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply the configuration to press 1-1?' });
    await dialog.getByRole('row', { name: 'press name Press in front' }).waitFor();
    expect(await versionOf('1-1')).toBe(1);

    // Nothing is called applied before the API has said so.
    const gate = Promise.withResolvers<void>();
    await page.route('**/reconfigure/', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('press 1-1: applying…').waitFor();
    expect(await page.getByText('reads by version').count()).toBe(0);
    gate.resolve();
    await page.getByText(/^press 1-1 reads by version 2 from \d\d:\d\d:\d\d on\./).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await expect.poll(() => versionOf('1-1')).toBe(2);
    await offer.waitFor({ state: 'hidden' });
    await close(page);
    await closed(page);
    expect(complaints).toEqual([]);
  });

  it('is applied to all sessions of the list, and one that refuses keeps no other from it', async () => {
    const [labelledSession, pausedSession] = [await startSecond('labelled'), await startSecond('paused')];
    await plant.rest.create(`/api/acquisition/sessions/${pausedSession.session}/pause/`, {});
    await patch(`points/${plant.points.get('first')}`, { scale: 0.5 });
    await patch(`tasks/${labelledSession.task}`, { required_labels: { hall: '7' } });
    const { page, complaints } = await openPage(url('/sessions'));
    await page.getByText('3 sessions still read by an older configuration.').waitFor();
    await page.getByRole('button', { name: 'Apply to 3 sessions…' }).click();
    const dialog = page.getByRole('dialog');
    const planOf = (name: string) =>
      dialog.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
    for (const name of ['press 1-1', `paused ${pausedSession.session}`]) {
      await planOf(name).getByRole('row', { name: 'press / first scale 1 0.5' }).waitFor();
    }
    await dialog.getByText(`Session ${labelledSession.session} would need another collector`).waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('new gear');
    await dialog.getByRole('button', { name: 'Apply to 2 sessions' }).click();
    await dialog.getByText(/^press 1-1 reads by version 3 from /).waitFor();
    await dialog
      .getByText(`paused ${pausedSession.session} reads by version 2 once it is resumed.`)
      .waitFor();
    expect(await Promise.all(['1-1', pausedSession.session, labelledSession.session].map(versionOf))).toEqual(
      [3, 2, 1],
    );
    await page.getByText('1 session still reads by an older configuration.').waitFor();
    await close(page);
    await closed(page);
    expect(complaints).toEqual([]);
  });

  it('is not applied otherwise than it was seen', async () => {
    await patch(`points/${plant.points.get('first')}`, { scale: 0.25 });
    const { page } = await openPage(url('/sessions?find=press%201-1'));
    await page.getByRole('button', { name: 'Apply to 1 session…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'press / first scale 0.5 0.25' }).waitFor();
    await patch(`points/${plant.points.get('first')}`, { scale: 4 });
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await dialog.getByText(/^press 1-1: refused\. /).waitFor();
    await expect.poll(() => versionOf('1-1')).toBe(3);
  });

  it.each(looks)(
    'has no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(url('/sessions'), { locale, colorScheme });
      const offer = page.locator('.apply-offer').getByRole('button');
      await offer.waitFor();
      await expectFaultless(page);
      await offer.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('row').first().waitFor();
      await dialog.getByText('move_needed').waitFor();
      await expectFaultless(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('is shown to those who may not change a session, switched off and with the reason', async () => {
    await patch(`points/${plant.points.get('first')}`, { scale: 8 });
    const first = await plant.rest.create('/api/system/keys/', { name: 'first', role: 'administrator' });
    const { key } = await restClient(plant.rest.url, first.key).create('/api/system/keys/', {
      name: 'looks',
      role: 'operator',
    });
    const { page } = await openPage(url('/sessions?session=1-1'), {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    for (const place of [page.locator('.apply-offer'), page.getByRole('complementary')]) {
      await place.getByText('This needs the role engineer; you are operator.').waitFor();
      expect(await place.getByRole('button', { name: /^Apply/ }).isDisabled()).toBe(true);
    }
    await expectFaultless(page, [320, 1280]);
  });
});
