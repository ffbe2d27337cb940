import { startPlc } from '@holdfast/driver-melsec-simulator/plc.ts';
import mqtt from 'mqtt';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { untilHolds } from '../support/eventually.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { type EmptyPlant, startEmptyPlant } from './empty-plant.ts';
import { expectFaultless } from './expect-faultless.ts';

let installation: EmptyPlant;
let plc: Awaited<ReturnType<typeof startPlc>>;
let broker: Awaited<ReturnType<typeof mosquittoForTest>>;
/** Texts that show that a sentence lacked something to say. */
const faults = /undefined|NaN|no address/;
const url = (path: string) => `${installation.rest.url}/console${path}`;

const isSkipped = inject('installedServers').chromium === null || !mosquittoIsInstalled();

describe.skipIf(isSkipped)('a device that does not speak Modbus', () => {
  beforeAll(async () => {
    installation = await startEmptyPlant();
    const limits = { words: 12 };
    plc = await startPlc({ host: '127.0.0.1', frame: '3E', dataCode: 'binary', limits });
    cleanUpAfterFile(() => plc.close());
    plc.memory.set('D', 100, [215]);
    plc.memory.set('R', 50, [0x3252, 0x3442]);
    broker = await mosquittoForTest();
  }, 240_000);

  it('says what to try when a PLC or a broker says nothing', async () => {
    const { page } = await openPage(url('/first-run'));
    onTestFinished(() => plc.setFault(undefined));
    await plc.setFault({ kind: 'silence' });
    await ask(page, 'melsec', { Code: 'plc-1', Host: '127.0.0.1', Port: String(plc.port) });
    await page.getByText('Compare frame and data code with the settings of the PLC').waitFor();
    await ask(page, 'mqtt', { Code: 'meter-4', Broker: '127.0.0.1', Port: String(broker.port) });
    await page.getByText('A broker gives messages alone').waitFor();
    expect(await saidOf(page.locator('body'))).not.toMatch(/unit id|Modbus TCP against/);
  });

  it('shows where its values lie as a PLC names that, from the first point to its own page', async () => {
    const { page, complaints } = await openPage(url('/first-run'));
    await begin(page, 'melsec', { Code: 'plc-1', Host: '127.0.0.1', Port: String(plc.port) });
    await page.getByRole('heading', { name: 'Points of plc-1' }).waitFor();

    await page.getByLabel('Address').fill('D100');
    const help = page.getByText('As GX Works writes it: D100');
    await untilHolds(async () => expect(await saidOf(help.locator('xpath=..'))).not.toContain('no address'));
    await add(page, { Code: 'oil_temp' }, 'int16', 'raw 0x00D7');
    // Too far from the first one for the longest read that the PLC takes.
    await page.getByLabel('Address').fill('D120');
    await add(page, { Code: 'shots' }, 'int16', 'raw 0x0000');
    await page.getByLabel('Address').fill('R50');
    await page.getByLabel('Length').fill('2');
    await add(page, { Code: 'recipe' }, 'string', 'R2B4');
    await untilHolds(async () => expect(await placeIn(page, 'oil_temp')).toBe('D100 int16'));
    await untilHolds(async () => expect(await placeIn(page, 'recipe')).toBe('R50 string · Length 2'));

    await start(page, 'plc-1');
    await untilHolds(async () => expect(await placeIn(page, 'oil_temp')).toBe('D100 int16'));
    await untilHolds(async () => expect(await placeIn(page, 'recipe')).toBe('R50 string · Length 2'));
    await rowOf(page, 'oil_temp').getByText('not writable as it is configured').waitFor();
    const limits = page.locator('.limits');
    await limits.getByText(/^Words in one read: \d+ at most$/).waitFor();
    await plc.setFault({ kind: 'end_code', code: '0004' });
    await page.getByText('It refuses everything it is asked for.').waitFor();
    const advice = 'Compare addresses and types of its points with its manual.';
    await page.getByText(advice).waitFor();
    const { page: sessions } = await openPage(url('/sessions'));
    await sessions.getByRole('row').getByRole('link', { name: 'plc-1' }).click();
    await sessions.getByRole('complementary').locator('.why').getByText(advice).waitFor();
    await plc.setFault(undefined);
    await page.getByText('It gives all of its values.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows the topics that a broker receives', async () => {
    const { page, complaints } = await openPage(url('/first-run'));
    await startMeter();
    await begin(page, 'mqtt', { Code: 'meter-4', Broker: '127.0.0.1', Port: String(broker.port) });
    await page.getByRole('heading', { name: 'Points of meter-4' }).waitFor();

    await page.getByLabel('Topic', { exact: true }).fill('hall/meter-4/state#/power');
    await add(page, { Code: 'power' }, 'float64', '21.5');
    await page.getByLabel('Topic', { exact: true }).fill('hall/meter-4/state#/energy');
    await page.getByLabel('Time at').fill('/ts');
    await add(page, { Code: 'energy' }, 'uint32', /^1,\d{3}$/);
    const power = 'hall/meter-4/state#/power float64';
    const energy = 'hall/meter-4/state#/energy uint32 · Time at /ts';
    await untilHolds(async () => expect(await placeIn(page, 'power')).toBe(power));
    await untilHolds(async () => expect(await placeIn(page, 'energy')).toBe(energy));

    await start(page, 'meter-4');
    await untilHolds(async () => expect(await placeIn(page, 'power')).toBe(power));
    await untilHolds(async () => expect(await placeIn(page, 'energy')).toBe(energy));
    expect(complaints).toEqual([]);
  });

  describe.each(['en-GB', 'zh-CN'] as const)('in %s', (locale) => {
    it.each(['plc-1', 'meter-4'])('shows %s without a fault, from 320 to 1920 px', async (code) => {
      const { results } = (await installation.rest.get('/api/config/devices/')).body;
      const { id } = results.find((each: { code: string }) => each.code === code);
      const { page } = await openPage(url(`/first-run?step=points&added=${id}`), { locale });
      await page.locator('tbody strong').nth(1).waitFor();
      await expectFaultless(page);
      await page.goto(url(`/devices/${code}`));
      await page.locator('.points-table tbody tr').first().waitFor();
      await expectFaultless(page);
    });
  });
});

/** Has a meter publish what it measures. */
async function startMeter(): Promise<void> {
  const meter = await mqtt.connectAsync(broker.url);
  cleanUpAfterFile(() => meter.endAsync(true));
  let energy = 1_000;
  const publish = () => {
    energy += 1;
    const state = { power: 21.5, energy, ts: Date.now() };
    meter.publish('hall/meter-4/state', JSON.stringify(state), { qos: 1, retain: true });
  };
  publish();
  const publishTimer = setInterval(publish, 500);
  cleanUpAfterFile(async () => clearInterval(publishTimer));
}

async function ask(page: Page, protocol: string, fields: Record<string, string>): Promise<void> {
  await page.getByLabel('How is it connected?').selectOption(protocol);
  for (const [label, text] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Test the connection' }).click();
}

async function begin(page: Page, protocol: string, fields: Record<string, string>): Promise<void> {
  await ask(page, protocol, fields);
  await page.getByText(/(answers|is there: it answers), in [\d.]+ ms\.$/).waitFor();
  await page.getByRole('button', { name: 'Save, and on to the points' }).click();
}

/** Completes the half filled form, and adds the point once it has been read. */
async function add(page: Page, fields: Record<string, string>, type: string, expectedValue: string | RegExp) {
  await page.getByLabel('Data type').selectOption(type);
  for (const [label, text] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(text);
  const preview = page.getByRole('region', { name: 'Read now, it would be' });
  await preview.getByText(expectedValue, { exact: true }).waitFor();
  // A message has a value, but no registers behind it.
  expect(await saidOf(preview)).not.toMatch(/raw$/);
  await page.getByRole('button', { name: 'Add the point' }).click();
  await rowOf(page, String(fields.Code)).waitFor();
  // The list may show the point before the form has its answer and starts over.
  await page.getByLabel('Code', { exact: true }).and(page.locator(':focus')).waitFor();
  await untilHolds(async () => expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe(''));
  expect(await saidOf(page.locator('body'))).not.toMatch(faults);
}

/** Starts the device, and opens its page once its first values are there. */
async function start(page: Page, device: string): Promise<void> {
  await page.getByRole('button', { name: 'On to the start' }).click();
  await page.getByRole('button', { name: 'Start reading' }).click();
  await page.getByText(/^The first value has arrived, read at/).waitFor();
  await page.getByText(/^It is in the database, with the time/).waitFor();
  expect(await saidOf(page.locator('body'))).not.toMatch(faults);
  await page.goto(url(`/devices/${device}`));
  await page.locator('.points-table tbody tr').first().waitFor();
  expect(await saidOf(page.locator('body'))).not.toMatch(faults);
}

const rowOf = (page: Page, point: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: point }) });

/** The second column of a point's row. */
const placeIn = (page: Page, point: string) => saidOf(rowOf(page, point).getByRole('cell').first());

const saidOf = async (place: Locator) =>
  (await place.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ').trim();
