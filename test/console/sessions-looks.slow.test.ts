import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { restClient } from '../support/rest-client.ts';
import { expectFaultless, expectFaultlessAsIs, looks } from './expect-faultless.ts';

const widths = [320, 480, 768, 1024, 1280, 1920];
const words = {
  'en-GB': { stop: 'Stop …', start: 'Start session' },
  'zh-CN': { stop: '停止……', start: '启动会话' },
} as const;

let plant: PressPlant;

beforeAll(async () => {
  await buildConsole();
  plant = await startPressPlant();
  const startedTask = await plant.rest.create('/api/acquisition/sessions/start-task/', {
    task_id: plant.taskId,
  });
  expect(startedTask.session_id).toBe('1-1');
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('the sessions', () => {
  it('explain their words on the spot, by keys alone', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/sessions`);
    const meaning = page.locator('.legend .explanation').getByText('An epoch is the time of one holder');
    await page.getByRole('button', { name: 'What is an epoch?' }).focus();
    expect(await meaning.isVisible()).toBe(false);
    await page.keyboard.press('Enter');
    await meaning.waitFor();
    await page.keyboard.press('Escape');
    await meaning.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Ticks complete, 24 h' }).click();
    await page.locator('.strip').getByText('A tick is one scheduled reading of one device').waitFor();
    for (const path of ['ownership', 'sessions/1-1/timeline', 'report?from=-1h']) {
      await page.goto(`${plant.rest.url}/console/${path}`);
      await page.getByRole('button', { name: 'What is an epoch?' }).click();
      await page.getByText('An epoch is the time of one holder').waitFor();
    }
  });

  it.each(looks)(
    'have no fault, from 320 to 1920 px, with whatever is opened, in %s, opened %s',
    async (locale, colorScheme) => {
      const { stop, start } = words[locale];
      const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions?session=1-1`, {
        locale,
        colorScheme,
      });
      await page.locator('.detail .events li').first().waitFor();
      await expectFaultless(page, widths);
      await page.getByRole('button', { name: stop }).click();
      await page.getByRole('dialog').waitFor();
      await expectFaultlessAsIs(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.locator('.detail').count()).toBe(1);
      await page.goto(`${plant.rest.url}/console/sessions`);
      await page.locator('[data-session]').first().waitFor();
      await expectFaultless(page, widths);
      await page.getByRole('button', { name: start }).click();
      await page.getByRole('dialog').waitFor();
      await expectFaultlessAsIs(page);
      await page.goto(`${plant.rest.url}/console/licences`);
      await page.getByText('@fontsource-variable/ibm-plex-sans').waitFor();
      await expectFaultlessAsIs(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('lead from an event to the command that it came of', async () => {
    const path = '/api/acquisition/sessions/1-1';
    await plant.rest.post(`${path}/pause/`, { reason: 'mould change' });
    await plant.rest.post(`${path}/resume/`);
    const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions?session=1-1`);
    const event = page.locator('.events li').filter({ hasText: 'reason: mould change' });
    await event.getByRole('button', { name: 'Audit entry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Pause a session').waitFor();
    await dialog.locator('.audit-entry').getByRole('link', { name: 'Session 1-1' }).waitFor();
    await dialog.getByText('(this machine)').waitFor();
    expect(await dialog.locator('.audit-entry').count()).toBe(1);
    await expectFaultlessAsIs(page);
    expect(complaints).toEqual([]);
  });

  it('go on by what is configured now, once each difference was shown', async () => {
    const point = `${plant.rest.url}/api/config/points/${plant.points.get('first')}/`;
    const response = await fetch(point, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scale: 0.5 }),
    });
    expect(response.status).toBe(200);
    const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions?session=1-1`);
    const row = page.getByRole('row').filter({ has: page.locator('[data-session="1-1"]') });
    await row.getByText('newer configuration').waitFor();
    await page.getByRole('button', { name: 'Apply…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'press / first scale 1 0.5' }).waitFor();
    await expectFaultlessAsIs(page);
    await dialog.getByRole('textbox').fill('new gear');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await dialog.getByText(/^press 1-1 reads by version 2 from /).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.events li').filter({ hasText: 'Changed to version 2' }).waitFor();
    await page.getByText('version 2, the newest').waitFor();
    await row.getByText('newer configuration').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('are not changed where other devices would lose ticks, unless that is wanted', async () => {
    const { rest, deviceId, taskId } = plant;
    const copyResponse = await rest.post(`/api/config/devices/${deviceId}/copies/`, {
      ...{ count: 1, code: 'press-2', fields: { unit_id: 77 } },
    });
    expect(copyResponse.status).toBe(200);
    const [second] = (await rest.get('/api/config/devices/?code=press-2')).body.results;
    const patch = async (what: string, body: object) => {
      const { status } = await fetch(`${rest.url}/api/config/${what}/`, {
        ...{ method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      });
      expect(status).toBe(200);
    };
    // One request every 10 ms.
    await patch('points', { filter: { device_id: second.id }, set: { period_ms: 10 } });
    await patch(`tasks/${taskId}`, { device_ids: [deviceId, second.id] });
    const { page, complaints } = await openPage(`${rest.url}/console/sessions?session=1-1`);
    await page.getByRole('button', { name: 'Apply…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What does not change would lose ticks: press').waitFor();
    expect(await dialog.getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Show it all the same' }).click();
    await dialog.getByRole('row', { name: 'press-2 is read, too' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Apply', exact: true }).isEnabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await patch(`tasks/${taskId}`, { device_ids: [deviceId] });
    await page.getByText(/version \d+, the newest/).waitFor();
    expect(complaints.filter((each) => !each.includes('409'))).toEqual([]);
  });

  it('are gone through by keys alone', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/sessions`);
    await page.locator('[data-session]').first().waitFor();
    const find = page.getByRole('searchbox', { name: 'Find a session' });
    await find.focus();
    await page.keyboard.type('nothing like it');
    await page.getByText('No session matches.').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('press');
    const link = page.getByRole('link', { name: 'press' });
    await link.waitFor();
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it('say since when nothing is known, while the API is unavailable, and go on by themselves', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/sessions`);
    await page.locator('[data-session]').first().waitFor();
    await page.context().setOffline(true);
    await page.getByText(/No news from the server since \d\d:\d\d:\d\d/).waitFor();
    await page.context().setOffline(false);
    await eventually(async () => (await page.getByText('No news from the server').count()) === 0, {
      what: 'the page to hear from the server again',
    });
  });

  it('are stopped with a reason, started by the dialog, and placed again where no collector reads them', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/console/sessions?session=1-1`);
    const detail = page.getByRole('complementary');
    const dialog = page.getByRole('dialog');
    await detail.getByRole('button', { name: 'Stop …' }).click();
    await dialog.getByLabel('Reason').fill('end of the shift');
    await dialog.getByRole('button', { name: 'Stop the session' }).click();
    await page.getByText('press 1-1 has ended.').waitFor();
    await detail.locator('.detail-head').getByText('Ended').waitFor();
    await detail.locator('.why').getByText('end of the shift').waitFor();
    expect(await detail.getByRole('button', { name: 'Stop …' }).count()).toBe(0);

    await page.getByRole('button', { name: 'Start session' }).click();
    await dialog.getByRole('radio', { name: /^press / }).check();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('press 1-2 is started.').waitFor();
    await page
      .getByRole('complementary', { name: '1-2' })
      .locator('.detail-head')
      .getByText('Running')
      .waitFor();
    await untilHolds(() => expect(new URL(page.url()).searchParams.get('session')).toBe('1-2'));

    const { id } = await plant.rest.create('/api/config/tasks/', {
      ...{ code: 'elsewhere', period_ms: 1_000, device_ids: [plant.deviceId] },
      required_labels: { hall: 'nobody reads there' },
    });
    const { session_id: waitingSession } = await plant.rest.create('/api/acquisition/sessions/start-task/', {
      ...{ task_id: id, validate: 'skip' },
    });
    await page.goto(`${plant.rest.url}/console/sessions?session=${waitingSession}`);
    await detail.locator('.detail-head').getByText('Waiting').waitFor();
    await detail.getByRole('button', { name: 'Recover' }).click();
    await page.getByText(`elsewhere ${waitingSession} will be placed again.`).waitFor();
    await detail.locator('.events').getByText('Recover').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('show whoever may start tasks at some sites which she may not start, and why', async () => {
    const { rest } = plant;
    for (const [at, site] of ['hall-1', 'hall-2'].entries()) {
      const { id: site_id } = await rest.create('/api/config/sites/', { code: site });
      const device = await rest.create('/api/config/devices/', {
        ...{ code: `saw-${at}`, host: '127.0.0.1', unit_id: 90 + at, site_id },
      });
      const task = { code: `saws of ${site}`, period_ms: 1_000, device_ids: [device.id] };
      await rest.create('/api/config/tasks/', task);
    }
    const { page } = await openPage(`${rest.url}/console/sessions`);
    await page.route('**/api/me/', async (route) => {
      const response = await route.fetch();
      const grants = [
        { role: 'viewer', sites: ['hall-1', 'hall-2'] },
        { role: 'operator', sites: ['hall-2'] },
      ];
      await route.fulfill({ response, json: { ...(await response.json()), grants } });
    });
    await page.reload();
    await page.getByRole('button', { name: 'Start session' }).click();
    const dialog = page.getByRole('dialog');
    const start = dialog.getByRole('button', { name: 'Start', exact: true });
    await dialog.getByRole('radio', { name: /hall-1/ }).check();
    await dialog.getByText('This needs the role operator; you are viewer.').waitFor();
    await untilHolds(async () => expect(await start.isDisabled()).toBe(true));
    await dialog.getByRole('radio', { name: /hall-2/ }).check();
    await untilHolds(async () => expect(await start.isDisabled()).toBe(false));
    expect(await dialog.getByText('This needs the role').count()).toBe(0);
  });

  it('show whoever may only look that she may not start one, and why, and who reads the audit log', async () => {
    // Once there is a key, access needs one, so this is the last test.
    const first = await plant.rest.create('/api/system/keys/', { name: 'rules', role: 'administrator' });
    const { key } = await restClient(plant.rest.url, first.key).create('/api/system/keys/', {
      ...{ name: 'looks', role: 'viewer' },
    });
    const { page } = await openPage(`${plant.rest.url}/console/sessions?session=1-1`, {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    const why = 'This needs the role operator; you are viewer.';
    await page.locator('.toolbar').getByText(why).waitFor();
    expect(await page.getByRole('button', { name: 'Start session' }).isDisabled()).toBe(true);

    const audit = page.locator('.events').getByRole('button', { name: 'Audit entry' }).first();
    await audit.press('Enter');
    await page
      .getByText('This needs the role administrator; you are viewer.')
      .filter({ visible: true })
      .waitFor();
    expect(await audit.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await page.keyboard.type('start a session');
    const entry = page.getByRole('option', { name: 'Start a session' });
    await entry.getByText('needs the role operator').waitFor();
    expect(await entry.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expectFaultless(page, widths);
  });
});
