import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { eventually } from '../support/eventually.ts';

let plant: PressPlant;
let session: string;

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  const startedTask = await plant.rest.create('/api/acquisition/sessions/start-task/', {
    task_id: plant.taskId,
  });
  session = startedTask.session_id;
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('a person at the console', () => {
  it('sees the sessions, pauses one with a reason, and sees it only once it is stored', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions`);
    await page.getByRole('link', { name: 'press' }).waitFor();
    expect(await bytesOf(page)).toBeLessThan(200_000);
    await page.getByRole('link', { name: 'press' }).click();
    expect(new URL(page.url()).pathname).toBe('/console/sessions');
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'press' }) });
    const detail = page.getByRole('complementary');
    await detail.getByText('c1 took it').waitFor();

    // Held up on its way, so that there is time to look.
    const gate = Promise.withResolvers<void>();
    await page.route('**/pause/', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await detail.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('mould change');
    await page.getByRole('button', { name: 'Pause the session' }).click();
    await row.getByText('pausing …').waitFor();
    expect(await row.getByText('Paused').count()).toBe(0);
    gate.resolve();
    await row.getByText('Paused').waitFor();
    // It is not under what is read as planned.
    await page.getByText('Paused · 1').waitFor();
    await page.getByText(`press ${session} is paused.`).waitFor();
    await detail.getByText('reason: mould change').waitFor();

    await detail.getByRole('button', { name: 'Resume' }).click();
    await row.getByText('Running').waitFor();
    const stored = async () => (await plant.rest.get(`/api/acquisition/sessions/${session}/`)).body.status;
    await eventually(async () => (await stored()) === 'running', { what: 'the session to go on' });
    expect(complaints).toEqual([]);
  });
});

/** Packed bytes of all files of the console that the page has fetched. As text, since Node's names are not a browser's. */
function bytesOf(page: Page): Promise<number> {
  return page.evaluate(`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(({ name }) => new URL(name).pathname.startsWith('/console/'))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`);
}
