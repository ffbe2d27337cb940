import { startPlc } from '@holdfast/driver-melsec-simulator/plc.ts';
import { beforeAll, expect, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let plant: PressPlant;
let cli: CliForTest;
const table = async (...args: string[]) => (await cli.run(...args, '--table')).stdout;

beforeAll(async () => {
  plant = await startPressPlant();
  cli = cliForTest({ HOLDFAST_URL: plant.rest.url });
}, 240_000);

it('devices, points and learned limits are shown in the words of their protocol', async () => {
  const { rest } = plant;
  const plc = await startPlc({
    ...{ host: '127.0.0.1', frame: '3E', dataCode: 'binary' },
    limits: { words: 12 },
  });
  cleanUpAfterFile(() => plc.close());
  const host = '127.0.0.1';
  const device = await rest.create('/api/config/devices/', {
    ...{ code: 'plc-1', protocol: 'melsec', host, port: plc.port },
  });
  for (const [code, address] of [
    ['oil_temp', 'D100'],
    ['shots', 'D120'],
  ]) {
    const point = { device_id: device.id, code, address, data_type: 'int16' };
    await rest.create('/api/config/points/', point);
  }
  const meter = await rest.create('/api/config/devices/', {
    ...{ code: 'meter-4', protocol: 'mqtt', host, port: 9 },
  });
  await rest.create('/api/config/points/', {
    ...{ device_id: meter.id, code: 'power', topic: 'hall/meter-4#/power', time_at: '/ts' },
    data_type: 'float64',
  });

  const devices = await table('devices', 'list');
  expect(devices).toMatch(new RegExp(` plc-1 +- +melsec +127\\.0\\.0\\.1:${plc.port} +- +yes`));
  expect(devices).toMatch(/ meter-4 +- +mqtt +127\.0\.0\.1:9 +- +yes/);
  expect(devices).toMatch(/ press +- +modbus_tcp +127\.0\.0\.1:\d+ +1 +yes/);
  const points = await table('points', 'list');
  expect(points).toMatch(/ plc-1\/oil_temp +- +D100 +int16/);
  expect(points).toMatch(/ meter-4\/power +- +hall\/meter-4#\/power, Time at \/ts +float64/);
  expect(points).toMatch(/ press\/first +- +Holding register 0 +uint16/);
  const tested = await table('devices', 'test', 'plc-1', '--bytes');
  expect(tested).toMatch(/^address D1[02]0, /m);
  for (const output of [devices, points, tested]) expect(output).not.toMatch(/undefined|NaN|\[object/);

  const task = await rest.create('/api/config/tasks/', {
    ...{ code: 'plc', period_ms: 200, device_ids: [device.id] },
  });
  await rest.create('/api/acquisition/sessions/start-task/', { task_id: task.id });
  const learned = async () =>
    (await rest.get(`/api/config/devices/${device.id}/`)).body.learned_limits.length;
  await eventually(async () => (await learned()) > 0, { what: 'the PLC to refuse what is too long' });
  expect(await table('devices', 'apply-learned-limits', 'plc-1')).toMatch(/^plc-1 has now: max_words \d+/);
});
