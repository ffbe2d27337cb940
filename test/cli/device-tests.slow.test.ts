import { beforeAll, expect, it } from 'vitest';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let plant: PressPlant;
let cli: CliForTest;

beforeAll(async () => {
  plant = await startPressPlant();
  cli = cliForTest({ HOLDFAST_URL: plant.rest.url });
}, 240_000);

it('all enabled devices of a task are tested, each with its points, also where one does not answer', async () => {
  const { rest, deviceId } = plant;
  const deviceIds: number[] = [deviceId];
  const others = [
    { code: 'mute', enabled: true },
    { code: 'off', enabled: false },
  ];
  for (const device of others) {
    const { id } = await rest.create('/api/config/devices/', {
      ...{ ...device, host: '127.0.0.1', port: 9, unit_id: deviceIds.length, timeout_ms: 200 },
    });
    deviceIds.push(id);
    const point = { device_id: id, code: 'level', table: 'holding_register', address: 0, data_type: 'int16' };
    await rest.create('/api/config/points/', point);
  }
  await rest.create('/api/config/tasks/', { code: 'hall', period_ms: 1_000, device_ids: deviceIds });

  const { code, stdout } = await cli.run('devices', 'test', '--task', 'hall');
  const tested: { device: string; status: string; points: { code: string; quality: string }[] }[] =
    JSON.parse(stdout);
  expect(code).toBe(1);
  expect(tested.map(({ device }) => device)).toEqual(['press', 'mute']);
  expect(tested[0]?.points).toContainEqual(expect.objectContaining({ code: 'first', quality: 'good' }));
  expect(tested[1]?.status).not.toBe('ok');

  const result = await cli.run('devices', 'test', '--task', 'hall', '--table');
  expect(result.stdout).toMatch(/\nfirst +good +100 [\s\S]*\npress [\s\S]*\nmute /);
  expect((await cli.run('devices', 'test')).code).toBe(2);
  expect((await cli.run('devices', 'test', 'press', '--task', 'hall')).code).toBe(2);
});
