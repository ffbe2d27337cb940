import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { foreignDevice, foreignDeviceIsInstalled } from '../support/foreign-device.ts';
import { type EmptyPlant, startEmptyPlant } from './empty-plant.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { waitUntilSettled } from './page-faults.ts';

let plant: EmptyPlant;
const url = (path: string) => `${plant.rest.url}/console${path}`;
const devices = async () => (await plant.rest.get('/api/config/devices/')).body.results;

beforeAll(async () => {
  plant = await startEmptyPlant();
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('a newcomer', () => {
  it('is led from nothing to the first value of a device, whatever step is revisited or reloaded', async () => {
    const { page, complaints } = await openPage(`${plant.rest.url}/`);
    await page.getByRole('link', { name: 'Add a device' }).click();
    await page.getByRole('heading', { name: 'Read your first device' }).waitFor();

    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('2 fields need another look.').waitFor();
    await untilHolds(async () => expect(await page.evaluate('document.activeElement.name')).toBe('code'));
    await page.getByLabel('Code').fill('meter-1');
    await page.getByLabel('Host').fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(await freePort()));
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText(/^No connection to 127\.0\.0\.1:\d+ unit 1\.$/).waitFor();
    await page.getByText('whether the machine of c1 is in its network').waitFor();

    await page.reload();
    await page.getByLabel('Port').fill(String(plant.ports[0]));
    await untilHolds(async () => expect(await page.getByLabel('Code').inputValue()).toBe('meter-1'));
    await page.getByRole('button', { name: 'Test the connection' }).click();
    const trialText = /^127\.0\.0\.1:\d+ unit 1 (answers|is there: it answers), in [\d.]+ ms\.$/;
    await page.getByText(trialText).waitFor();
    expect(await devices()).toEqual([]);
    // The form stays as it is until the next step is there, whatever is read again behind it.
    const gate = Promise.withResolvers<void>();
    await page.route(
      ({ pathname }) => pathname === '/api/config/devices/',
      async (route) => {
        if (route.request().method() === 'GET') await gate.promise;
        await route.continue();
      },
    );
    const trialRequest = page.waitForRequest(
      (request) => request.method() === 'GET' && new URL(request.url()).pathname === '/api/config/devices/',
    );
    await page.getByRole('button', { name: 'Save, and on to the points' }).click();
    await trialRequest;
    expect(await page.getByLabel('Code').inputValue()).toBe('meter-1');
    expect(await page.getByText('This is needed.').count()).toBe(0);
    gate.resolve();
    await page.getByRole('heading', { name: 'Points of meter-1' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });

    const preview = page.getByRole('region', { name: 'Read now, it would be' });
    await preview.getByText(/stored: Address, Table, Data type\.$/).waitFor();
    await untilHolds(async () => expect(await page.getByLabel('Scale').isDisabled()).toBe(true));
    await page.getByText('Choose this first: Data type.').first().waitFor();
    await page.getByLabel('Code').fill('first');
    await page.getByLabel('Address').fill('40001');
    await page.getByText('40001 is address 0 on the wire (0x0000).').waitFor();
    await untilHolds(async () =>
      expect(await page.getByLabel('Table').inputValue()).toBe('holding_register'),
    );
    await page.getByLabel('Data type').selectOption('uint16');
    await untilHolds(async () => expect(await page.getByLabel('Scale').isDisabled()).toBe(false));
    await preview.getByText(/^raw 0x[0-9A-F]{4}$/).waitFor();
    const list = Promise.withResolvers<void>();
    await page.route(/\/api\/config\/points\//, async (route) => {
      if (route.request().method() === 'GET') await list.promise;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Add the point' }).click();
    // A person who writes the next point before the list is there keeps the cursor.
    await untilHolds(async () => expect(await page.getByLabel('Code').inputValue()).toBe(''));
    await page.getByLabel('Address').focus();
    list.resolve();
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'first' }) });
    await row.getByText(/^0x[0-9A-F]{4}$/).waitFor();
    await row.getByText('40001').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('address');
    await page.unrouteAll({ behavior: 'wait' });

    await page.goBack();
    await page.goForward();
    await row.waitFor();
    await page.reload();
    await row.getByText(/^0x[0-9A-F]{4}$/).waitFor();
    const device_id = Number(new URL(page.url()).searchParams.get('added'));
    await plant.rest.create('/api/config/points/', {
      ...{ device_id, code: 'surplus', table: 'holding_register', address: 1, data_type: 'uint16' },
    });
    const surplus = page.getByRole('rowheader', { name: 'surplus' });
    await page.getByRole('button', { name: 'Delete surplus' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete point surplus?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await surplus.waitFor();
    await page.getByRole('button', { name: 'Delete surplus' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Point surplus is deleted. Changes can undo this.').waitFor();
    expect(await surplus.count()).toBe(0);
    await page.getByRole('button', { name: 'On to the start' }).click();
    await page.getByRole('button', { name: 'Start reading' }).click();
    await page.getByText(/^The first value has arrived, read at \d\d:\d\d:\d\d\.$/).waitFor();
    await page.getByText(/^It is in the database, with the time \d\d:\d\d:\d\d\.$/).waitFor();
    await page.getByText('c1 has taken it.').waitFor();
    await page.getByRole('link', { name: 'See the session' }).click();
    await page.getByRole('complementary').getByText('c1 took it').waitFor();
    expect(complaints).toEqual([]);
  });

  it('finds a field that the API refuses with the reason next to it', async () => {
    const { page } = await openPage(url('/first-run'));
    await page.getByLabel('Code').fill('press-1');
    await page.getByLabel('Host').fill('http://127.0.0.1');
    await page.getByRole('button', { name: 'Test the connection' }).click();
    const host = page.getByLabel('Host');
    await page.getByText('1 field needs another look.').waitFor();
    await untilHolds(async () => expect(await host.getAttribute('aria-invalid')).toBe('true'));
    // The address is taken, which only the API knows.
    await host.fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(plant.ports[0]));
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByRole('button', { name: 'Save, and on to the points' }).click();
    await page.getByText('is that of meter-1').waitFor();
    await untilHolds(async () => expect(await page.evaluate('document.activeElement.name')).toBe('unit_id'));
  });

  it('goes on with what was begun, or deletes it', async () => {
    const unfinishedDevice = await plant.rest.create('/api/config/devices/', {
      code: 'begun',
      host: '127.0.0.1',
      unit_id: 7,
    });
    await plant.rest.create('/api/config/points/', {
      device_id: unfinishedDevice.id,
      code: 'a',
      address: '40001',
      data_type: 'uint16',
    });
    const { page } = await openPage(url('/first-run'));
    await page.getByRole('link', { name: 'Go on with begun' }).click();
    await page.getByRole('heading', { name: 'Start reading begun' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Delete begun' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('begun is deleted.').waitFor();
    await eventually(async () => !(await devices()).some(({ code }: { code: string }) => code === 'begun'), {
      what: 'the device to be gone',
    });
  });

  it.skipIf(!foreignDeviceIsInstalled())(
    'reads a device that is not ours, and finds its byte order by looking',
    async () => {
      const foreignEndpoint = await foreignDevice();
      const point = foreignEndpoint.points.find(
        ({ data_type, byte_order }) => data_type === 'float32' && byte_order === 'CDAB',
      );
      if (point === undefined) throw new Error('the foreign device has no float with swapped words');
      const { page } = await openPage(url('/first-run'));
      await page.getByLabel('Code').fill('foreign');
      await page.getByLabel('Host').fill('127.0.0.1');
      await page.getByLabel('Port').fill(String(foreignEndpoint.port));
      await page.getByLabel('Unit id').fill(String(foreignEndpoint.unit_id));
      await page.getByRole('button', { name: 'Test the connection' }).click();
      await page.getByRole('button', { name: 'Save, and on to the points' }).click();
      await page.getByRole('heading', { name: 'Points of foreign' }).waitFor();
      await page.getByLabel('Code').fill(point.code);
      await page.getByLabel('Address').fill(`0x${point.address.toString(16)}`);
      await page.getByLabel('Table').selectOption(point.table);
      await page.getByLabel('Data type').selectOption('float32');
      await page.getByLabel('Scale').fill(String(point.scale));
      await page.getByLabel('Offset').fill(String(point.offset));
      await page.getByRole('radio', { name: 'CDAB' }).check();
      await untilHolds(async () => expect(await page.getByLabel('Byte order').inputValue()).toBe('CDAB'));
      await page.getByRole('button', { name: 'Add the point' }).click();
      await page.getByRole('button', { name: 'On to the start' }).click();
      await page.getByRole('button', { name: 'Start reading' }).click();
      await page.getByText(/^The first value has arrived/).waitFor();
      const { results } = (await plant.rest.get('/api/acquisition/sessions/?limit=1')).body;
      const history = `/api/acquisition/sessions/point-history/?session_id=${results[0].id}&device=foreign&point_code=${point.code}`;
      const stored = await eventually(async () => (await plant.rest.get(history)).body.results[0], {
        what: 'the first value to be stored',
      });
      expect(stored.value).toBeCloseTo(Number(point.value), 3);
      await foreignEndpoint.stop();
    },
  );

  it('adds a device to a task that runs, and applies that to its session', async () => {
    const { page } = await openPage(url('/first-run'));
    await page.getByLabel('Code').fill('second');
    await page.getByLabel('Host').fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(plant.ports[1]));
    await page.getByLabel('Unit id').fill(String(plant.unitIds[1]));
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByRole('button', { name: 'Save, and on to the points' }).click();
    await page.getByRole('heading', { name: 'Points of second' }).waitFor();
    await page.getByLabel('Code').fill('any');
    await page.getByLabel('Address').fill('0');
    await page.getByLabel('Table').selectOption('input_register');
    await page.getByLabel('Data type').selectOption('uint16');
    await page.getByRole('button', { name: 'Add the point' }).click();
    await page.getByRole('button', { name: 'On to the start' }).click();
    await page.getByRole('combobox', { name: /^Task/ }).selectOption({ label: 'meter-1 (runs)' });
    await page.getByRole('button', { name: 'Add it to meter-1' }).click();
    await page.getByText('second belongs to meter-1 now.').waitFor();
    await page.getByRole('button', { name: 'Apply to 1 session…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'second is read, too' }).waitFor();
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await dialog.getByText(/^meter-1 1-1 reads by version 2 from /).waitFor();
  });
});

describe.skipIf(inject('installedServers').chromium === null)('the three steps', () => {
  it('keep their buttons where they are, and the way on in sight', async () => {
    const { page } = await openPage(url('/first-run'), { viewport: { width: 1366, height: 768 } });
    const test = page.getByRole('button', { name: 'Test the connection' });
    const save = page.getByRole('button', { name: 'Save, and on to the points' });
    await page.getByText('Saving comes after a test').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await waitUntilSettled(page);
    const { x = 0, y = 0, width = 0, height = 0 } = (await test.boundingBox()) ?? {};
    const middle = `document.elementFromPoint(${x + width / 2}, ${y + height / 2})`;
    await page.getByLabel('Code').fill('placed');
    await page.getByLabel('Host').fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(plant.ports[0]));
    await test.click();
    await untilHolds(async () => expect(await save.isDisabled()).toBe(false));
    await waitUntilSettled(page);
    // A second press meets the same button as the first one.
    expect(await page.evaluate(`${middle}.closest('button').textContent`)).toBe('Test the connection');
    const [device] = await devices();
    await page.goto(url(`/first-run?step=points&added=${device.id}`));
    const next = page.getByRole('button', { name: 'On to the start' });
    await next.waitFor();
    const at = await next.boundingBox();
    expect((at?.y ?? 768) + (at?.height ?? 0)).toBeLessThanOrEqual(768);
    await next.click();
    await page.getByRole('heading', { name: `Start reading ${device.code}` }).waitFor();
  });

  it('say who can take them to whoever may not', async () => {
    await plant.rest.create('/api/system/keys/', { name: 'first', role: 'administrator' });
    const { key } = await plant.rest.create('/api/system/keys/', { name: 'looks', role: 'operator' });
    const { page } = await openPage(url('/first-run'), {
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    await page.getByText('brought in by an engineer or an administrator; you are operator.').waitFor();
    expect(await page.getByRole('button', { name: 'Test the connection' }).count()).toBe(0);
  });

  it.each(looks)(
    'have no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(url('/first-run'), { locale, colorScheme });
      const test = locale === 'zh-CN' ? '测试连接' : 'Test the connection';
      await page.getByRole('button', { name: test }).click();
      await page.locator('details > summary').first().click();
      await expectFaultless(page);
      const [device] = await devices();
      await page.goto(url(`/first-run?step=points&added=${device.id}`));
      await page.locator('[name=address]').fill('40001');
      await page.locator('[name=data_type]').selectOption('float32');
      await page.locator('input[type=radio]').first().waitFor();
      await page.locator('tbody code').first().waitFor();
      await expectFaultless(page);
      await page.goto(url(`/first-run?step=start&added=${device.id}`));
      await page.locator('.first-what').waitFor();
      await expectFaultless(page);
      const { results } = (await plant.rest.get('/api/acquisition/sessions/?limit=1')).body;
      await page.goto(url(`/first-run?step=start&added=${device.id}&session=${results[0].id}`));
      await page.locator('.first-way').waitFor();
      await expectFaultless(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );
});
