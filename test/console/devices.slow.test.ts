import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makePeople, password } from '../../services/api/testing/people.ts';
import { fillIn } from '../browser/people-for-test.ts';
import { cliForTest } from '../cli/cli-for-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { foreignDeviceIsInstalled } from '../support/foreign-device.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { startTroubledPlant, type TroubledPlant } from './troubled-plant.ts';

const widths = [320, 480, 768, 1024, 1280, 1920];
const words = {
  'en-GB': { devices: 'Devices', test: 'Test read', write: 'Write … setpoint', came: 'All 5 values came.' },
  'zh-CN': { devices: '设备', test: '测试读取', write: '写入…… setpoint', came: '5 个值全部读到。' },
} as const;

let plant: TroubledPlant;

const rowOf = (page: Page, device: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name: device, exact: true }) });
const stateOf = (page: Page, device: string, state: string) =>
  rowOf(page, device).locator('.is-state').getByText(state, { exact: true });
const detailOf = (page: Page, device: string) =>
  page.getByRole('complementary', { name: `Device ${device}`, exact: true });
const openDevice = async (device: string, options: Parameters<typeof openPage>[1] = {}) => {
  const openedPage = await openPage(`${plant.rest.url}/console/devices/${device}`, options);
  await openedPage.page.locator('.device-detail h2').waitFor();
  return openedPage;
};

describe.skipIf(inject('installedServers').chromium === null)('the devices', () => {
  beforeAll(async () => {
    await buildConsole();
    plant = await startTroubledPlant();
    const path = '/api/acquisition/devices/health/';
    const counts = async () => (await plant.rest.get(path)).body.counts;
    await eventually(
      async () => {
        const { failing, partly: partlyDetail, slow, unknown } = await counts();
        return failing === 3 && partlyDetail === 1 && slow === 1 && unknown === 0;
      },
      { what: 'each device to be in its trouble', timeoutMs: 120_000 },
    );
  }, 300_000);

  it('tell whoever looks for a silent device which one it is, since when, why and what to do', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/`);
    const trouble = page.locator('.trouble').filter({ hasText: 'press-hangs does not answer' });
    await trouble.getByText('See whether it has power, and whether something else keeps it').waitFor();
    await page.getByText('Cannot connect to press-closes').waitFor();
    await page.getByText('press-refuses refuses every request').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Devices', exact: true }).first().click();
    await stateOf(page, 'press-hangs', 'No answer').waitFor();
    await stateOf(page, 'press-closes', 'No connection').waitFor();
    await stateOf(page, 'press-refuses', 'Refuses').waitFor();
    await stateOf(page, 'press-slow', 'Slow').waitFor();
    await stateOf(page, 'press-partly', 'Values missing').waitFor();
    await stateOf(page, 'press-good', 'Answers').waitFor();
    await untilHolds(async () => {
      const order = await page.locator('.device-link').allTextContents();
      expect(order.slice(0, 3).sort()).toEqual(['press-closes', 'press-hangs', 'press-refuses']);
    });

    // The last day counts, whichever collector has read it: a new one begins at nothing.
    await rowOf(page, 'press-hangs').getByText('no answer in time').waitFor();
    await rowOf(page, 'press-hangs')
      .getByText(/^[\d,]+ of [\d,]+$/)
      .waitFor();
    await page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name: 'Not read 3' }).click();
    await eventually(async () => (await page.locator('.device-link').count()) === 3, {
      what: 'only those that fail to be listed',
    });
    await page.getByRole('link', { name: 'press-hangs' }).click();
    const detail = detailOf(page, 'press-hangs');
    await detail.getByText('It does not answer.').waitFor();
    await detail.getByText('It has never been read in this session.').waitFor();
    await detail.getByText('See whether it has power').waitFor();
    await detail
      .getByText(/no answer within 500 ms/)
      .first()
      .waitFor();
    await untilHolds(() => expect(new URL(page.url()).pathname).toBe('/console/devices/press-hangs'));
    expect(complaints).toEqual([]);
  });

  it('are got to from the overview and from the strip', async () => {
    const { page } = await openPage(`${plant.rest.url}/`);
    const trouble = page.locator('.trouble').filter({ hasText: 'press-hangs' });
    await trouble.getByRole('link', { name: 'Open the device' }).click();
    await detailOf(page, 'press-hangs').getByText('It does not answer.').waitFor();
    await page
      .getByRole('link', { name: 'of 7' })
      .or(page.getByRole('link', { name: 'of 6' }))
      .click();
    await eventually(() => new URL(page.url()).search === '?condition=failing', {
      what: 'the strip to lead to those that fail',
    });
  });

  it('are on the command line as well', async () => {
    const cli = cliForTest({ HOLDFAST_URL: plant.rest.url });
    const failing = await cli.run('devices', 'health', '--condition', 'failing', '--table');
    expect([failing.code, failing.stderr]).toEqual([0, '']);
    expect(failing.stdout).toMatch(/press-closes +failing +disconnected .*ECONNREFUSED/);
    expect(failing.stdout).toMatch(/press-hangs +failing +timeout .* 1-1 +c1 .*no answer within 500 ms/);
    expect(failing.stdout).not.toContain('press-good');
    const one = await cli.run('devices', 'health', 'press-good');
    expect(JSON.parse(one.stdout)).toMatchObject([{ device: 'press-good', condition: 'healthy' }]);
  });

  it('tell of the one that refuses what it says, of the slow one how much is lost, and of another which values are missing', async () => {
    const { page } = await openDevice('press-refuses');
    await page.getByText('It says that it has a fault of its own. Look at the device.').waitFor();
    await page.getByText('exception 4: server device failure').first().waitFor();
    await page.getByRole('link', { name: 'press-slow' }).click();
    await detailOf(page, 'press-slow')
      .getByText(/too slow for its period of 0.5 s: \d+ ?% of the ticks/)
      .waitFor();
    await page.getByRole('link', { name: 'press-partly' }).click();
    const partlyDetail = detailOf(page, 'press-partly');
    await partlyDetail.getByText('1 of its values is missing; the others are read.').waitFor();
    const heading = partlyDetail.getByRole('heading', { name: 'Values that it does not give' });
    const blocks = heading.locator('..').locator('.blocks strong');
    await untilHolds(async () => expect(await blocks.allTextContents()).toEqual(['spare']));
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it('say in every list where a point gave no value for a day, and lead to which one and why', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/`);
    await page.getByRole('link', { name: 'gave no value in the last 24 h although' }).click();
    await rowOf(page, 'press-partly').getByText('1 point without values').waitFor();
    expect(await rowOf(page, 'press-good').count()).toBe(0);
    await page.goto(`${plant.rest.url}/console/sessions?session=${plant.session}`);
    const list = page.getByRole('table', { name: 'Sessions' });
    await list.getByText('without values').waitFor();
    const session = page.getByRole('complementary', { name: `Details of ${plant.session}` });
    await session.getByRole('link', { name: 'gave no value in the last 24 hours' }).click();
    await page.getByText(`Session ${plant.session} only`).waitFor();
    await page.getByRole('link', { name: 'press-partly' }).click();
    const detail = detailOf(page, 'press-partly');
    const points = detail.getByRole('list', { name: 'Points without a value, last 24 hours' });
    await untilHolds(async () =>
      expect(await points.getByRole('listitem').allTextContents()).toEqual([
        expect.stringMatching(/^sparethe device refused.*since .+ or longer$/),
      ]),
    );
    expect(complaints).toEqual([]);
    const cli = cliForTest({ HOLDFAST_URL: plant.rest.url });
    const { stdout } = await cli.run('devices', 'health', 'press-partly', '--never-delivered');
    expect(JSON.parse(stdout)).toMatchObject([{ device: 'press-partly', never_delivered: 1 }]);
  });

  it('are read once, byte by byte, and what is missing says why', async () => {
    const { page } = await openDevice('press-partly');
    await page.getByRole('button', { name: 'Test read' }).click();
    await page.getByText('1 of 5 values are missing.').waitFor();
    const point = (code: string) => page.locator('.points-table tr').filter({ hasText: code });
    await point('temperature').getByText('21.5 °C').waitFor();
    await point('temperature').getByText('0x00D7').waitFor();
    await point('spare').getByText('exception 2: illegal data address').waitFor();
    await point('strokes').getByText('not writable as it is configured').waitFor();
    const refusedRequest = page.locator('.requests li').filter({ hasText: 'exception 2' }).first();
    await untilHolds(async () =>
      expect(await refusedRequest.locator('.is-exception code').allTextContents()).toEqual(['02']),
    );
    await untilHolds(async () =>
      expect(await refusedRequest.locator('.is-function code').allTextContents()).toEqual(['03', '83']),
    );
    const { page: hangingPage } = await openDevice('press-hangs');
    const gate = Promise.withResolvers<void>();
    await hangingPage.route('**/test/', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await hangingPage.getByRole('button', { name: 'Test read' }).click();
    await hangingPage.getByText('asking the device').waitFor();
    gate.resolve();
    await hangingPage.getByText('No value came.').waitFor();
    await hangingPage.getByText('no byte came back').first().waitFor();
    await hangingPage.getByText('met the time-out of the device').first().waitFor();
  });

  it.skipIf(!foreignDeviceIsInstalled())('that are not ours are read as well', async () => {
    const { page } = await openDevice('foreign');
    await page.getByRole('button', { name: 'Test read' }).click();
    await page.getByText('All 20 values came.').waitFor();
    await page.getByText('Requests and answers, byte by byte').click();
    const fields = page.locator('.frame').first().locator('small');
    await untilHolds(async () =>
      expect(await fields.allTextContents()).toEqual([
        ...['transaction', 'protocol', 'length', 'unit', 'function', 'address', 'quantity'],
      ]),
    );
  });

  it('are written once, and the outcome is shown only when the device has been read back', async () => {
    const { page, complaints } = await openDevice('press-good');
    const gate = Promise.withResolvers<void>();
    await page.route('**/write/', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Write … setpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New value').fill('warm');
    await dialog.getByText('This is no number.').waitFor();
    await dialog.getByLabel('New value').fill('21.5');
    await dialog.getByLabel('Reason').fill('trial');
    await dialog.getByRole('button', { name: 'Write 21.5 °C' }).click();
    await dialog.getByRole('button', { name: 'writing …' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.getByText('The device holds the value.').count()).toBe(0);
    gate.resolve();
    await dialog.getByText('The device holds the value.').waitFor();
    await untilHolds(async () =>
      expect(await dialog.locator('dd').allTextContents()).toEqual([
        '0 °C 0x0000 0x0000',
        '21.5 °C 0x41AC 0x0000',
        '21.5 °C 0x41AC 0x0000',
      ]),
    );
    await dialog.getByRole('button', { name: 'Write another value' }).click();
    await dialog.getByLabel('New value').fill('301');
    await dialog.getByRole('button', { name: 'Write 301 °C' }).click();
    await dialog.getByText('Nothing was written.').waitFor();
    const more = dialog.getByRole('link', { name: /^What to do about/ });
    expect(await more.getAttribute('href')).toContain('/console/problems?code=');

    await plant.setFault('press-good', { kind: 'silence' });
    await dialog.getByRole('button', { name: 'Write another value' }).click();
    await dialog.getByLabel('New value').fill('30');
    await dialog.getByRole('button', { name: 'Write 30 °C' }).click();
    await dialog.getByText('It is not known whether the value was written.').waitFor();
    await dialog
      .getByText('It is not sent again by itself. Read the point, then decide.', { exact: true })
      .waitFor();
    await plant.setFault('press-good', undefined);
    await dialog.getByRole('button', { name: 'Read the device now' }).click();
    await page.getByText('All 5 values came.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('forget what they have refused on command', async () => {
    const { page } = await openDevice('press-partly');
    const limits = page.locator('.limits');
    await limits.getByText('holding register 2').waitFor();
    await limits.getByRole('button', { name: 'Forget …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await limits.getByText(`Forgotten. Session ${plant.session} asks for everything again.`).waitFor();
  });

  it.each(looks)(
    'have no fault, from 320 to 1920 px, with whatever is opened, in %s, opened %s',
    async (locale, colorScheme) => {
      const { test, write, came } = words[locale];
      const look = { locale, colorScheme };
      const { page, complaints } = await openPage(`${plant.rest.url}/console/devices`, look);
      await page.locator('.device-link').first().waitFor();
      await expectFaultless(page, widths);
      await page.goto(`${plant.rest.url}/console/devices/press-partly`);
      await page.locator('.states tr').first().waitFor();
      await page.getByRole('button', { name: test }).click();
      await page.locator('.requests li').first().waitFor();
      await expectFaultless(page, widths);
      await page.goto(`${plant.rest.url}/console/devices/press-good`);
      await page.getByRole('button', { name: test }).click();
      await page.getByText(came).waitFor();
      await page.getByRole('button', { name: write }).click();
      await page.getByRole('dialog').waitFor();
      await expectFaultless(page, [320, 1280]);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('say that they were not read where their collector was unavailable, and why', async () => {
    await plant.restartCollector();
    const { page } = await openDevice('press-good');
    const cause = 'its collector was restarted';
    const unreadRow = page.locator('.states tr').filter({ hasText: cause });
    await eventually(
      async () => {
        await page.reload();
        await page.locator('.states tr').first().waitFor();
        const rows = await page.locator('.states tr').allTextContents();
        expect(rows.join('\n')).toContain(cause);
        return true;
      },
      { what: 'the history to have the time without a collector', intervalMs: 1_000, timeoutMs: 120_000 },
    );
    await untilHolds(async () => expect(await unreadRow.first().textContent()).toContain('Not read'));
  });

  it('all lose their connection on screen when their power is cut, and say since when', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/devices`);
    await stateOf(page, 'press-good', 'Answers').waitFor();
    await plant.killDevices();
    for (const device of plant.devices.filter((each) => each !== 'foreign')) {
      await stateOf(page, device, 'No connection').waitFor();
    }
    await page.getByRole('link', { name: 'press-good' }).click();
    const detail = detailOf(page, 'press-good');
    await detail.getByText(/Cannot connect to 127\.0\.0\.1:\d+ unit 1\./).waitFor();
    await detail.getByText(/For \d+.* the last good read was at \d\d:\d\d:\d\d/).waitFor();
    await detail.getByText('goes on').first().waitFor();
    if (foreignDeviceIsInstalled()) await stateOf(page, 'foreign', 'Answers').waitFor();
  });
});

describe.skipIf(inject('installedServers').chromium === null)('who may act on a device', () => {
  beforeAll(async () => {
    await buildConsole();
    plant = await startTroubledPlant({
      API_ANONYMOUS_LOOPBACK: 'false',
      API_BOOTSTRAP_KEY: `hf_0badcafe_${'k'.repeat(43)}`,
    });
    const everywhere = (role: 'viewer' | 'engineer') => [{ role, sites: ['*'] }];
    await makePeople(plant.natsUrl, { anna: everywhere('engineer'), victor: everywhere('viewer') });
  }, 300_000);

  const logIn = async (login: string) => {
    const to = encodeURIComponent('/console/devices/press-good');
    const { page } = await openPage(`${plant.rest.url}/login?to=${to}`);
    await fillIn(page, { login, password });
    await page.locator('.device-detail h2').waitFor();
    return page;
  };

  it('sees that he may not, and which role it takes', async () => {
    const page = await logIn('victor');
    await page.getByText('This needs the role operator. You are viewer.').waitFor();
    await untilHolds(async () =>
      expect(await page.getByRole('button', { name: 'Test read' }).isDisabled()).toBe(true),
    );
    await untilHolds(async () =>
      expect(await page.getByRole('button', { name: 'Write … setpoint' }).isDisabled()).toBe(true),
    );
    await page.getByText('This needs the role engineer. You are viewer.').waitFor();
  });

  it('stays where she is when a request is refused that was on its way under her former token', async () => {
    const page = await logIn('anna');
    await page.evaluate('globalThis.isHere = true');
    let refusalCount = 0;
    await page.route('**/api/acquisition/**', (route) => {
      if (refusalCount > 0) return route.continue();
      refusalCount += 1;
      const body = JSON.stringify({ status: 401, code: 'login_over', title: 'The login is over' });
      return route.fulfill({ status: 401, contentType: 'application/problem+json', body });
    });
    await page.waitForResponse((response) => response.url().endsWith('/api/me/') && response.ok());
    expect([refusalCount, await page.evaluate('globalThis.isHere')]).toEqual([1, true]);
    await page.getByRole('button', { name: 'Write … setpoint' }).click();
    await page.getByRole('dialog').waitFor();
  });

  it('authenticates again before a machine is acted on, and only then it is', async () => {
    const page = await logIn('anna');
    const nc = await connectionForTest(plant.natsUrl);
    const book = await LoginBook.open(nc);
    const authenticated_at = new Date(Date.now() - 301_000).toISOString();
    await eventually(
      async () => {
        // Repeated where the API notes the use of a login just then, which makes a newer record.
        for (const stored of await book.readAll()) {
          if (stored.record.authenticated_at === authenticated_at) continue;
          await book.replace({ ...stored, record: { ...stored.record, authenticated_at } });
        }
        const me = await page.evaluate(`fetch('/api/me/').then((answer) => answer.json())`);
        return (
          (me as { current_login: { authenticated_at: string } }).current_login.authenticated_at ===
          authenticated_at
        );
      },
      { what: 'the login to be an old one' },
    );
    await page.getByRole('button', { name: 'Write … setpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New value').fill('42');
    await dialog.getByRole('button', { name: 'Write 42 °C' }).click();
    await dialog.getByText('Authenticate again').waitFor();
    await dialog.getByLabel('Your password').fill('somebody else');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByText('That was not it.').waitFor();
    await dialog.getByLabel('Your password').fill(password);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByText('The device holds the value.').waitFor();
    await untilHolds(async () => expect(await dialog.locator('dd').first().textContent()).toContain('0 °C'));
  });
});
