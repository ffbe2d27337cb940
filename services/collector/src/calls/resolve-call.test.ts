import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { DeviceCall } from '@holdfast/shared/contracts/device-call.ts';
import { taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { resolveCall } from './resolve-call.ts';

const point = { table: 'holding_register', data_type: 'uint16' } as const;
const press = modbusDevice({
  ...{ id: '7', code: 'press', protocol: 'modbus_tcp', host: 'press.plant' },
  points: [
    { ...point, code: 'count', address: 1 },
    { ...point, code: 'setpoint', address: 5, writable: true },
  ],
});
const config = taskConfigSchema.parse({
  ...{
    schema_version: 3,
    task_id: '3',
    task_code: 'line',
    task_name: '',
    config_version: 2,
    period_ms: 1_000,
  },
  devices: [press],
});
const hash = 'a'.repeat(64);
const snapshots = {
  load: async (task: string, version: number) =>
    task === '3' && version === 2
      ? ({ ok: true, config } as const)
      : ({ ok: false, problem: quoted(`configuration snapshot ${task}/${version} is missing`) } as const),
  loadDevice: async (wantedHash: string) => {
    if (wantedHash !== hash) throw new Error('no answer in time');
    return { ok: true, device: press } as const;
  },
};
type Write = Extract<DeviceCall, { kind: 'write' }>;
const write: Write = {
  ...{ v: 1, kind: 'write', within_ms: 5_000, device: '7', point: 'setpoint', value: 7 },
  snapshot: { task: '3', version: 2 },
};
const resolve = (call: DeviceCall) => {
  let now = 0;
  return resolveCall(call, {
    snapshots,
    nowMs: () => {
      now += 500;
      return now;
    },
  });
};

describe('a write', () => {
  it.each([
    ['of a task', { task: '3', version: 2 }],
    ['of a device alone', { hash }],
  ])('has its address from the snapshot %s, and the time that finding it has left', async (_, snapshot) => {
    expect(await resolve({ ...write, snapshot })).toEqual({
      asked: {
        ...{ v: 1, kind: 'write', within_ms: 4_500, value: 7 },
        device: { ...press, points: [press.points[1]] },
      },
    });
  });

  it.each<[string, Partial<Write>]>([
    ['is missing', { snapshot: { task: '3', version: 1 } }],
    ['has no device 8', { device: '8' }],
    ['is of another device', { snapshot: { hash }, device: '8' }],
    ['has no point speed', { point: 'speed' }],
    ['could not be read', { snapshot: { hash: 'b'.repeat(64) } }],
  ])('is refused when its snapshot %s', async (why, snapshot) => {
    expect(inEnglish(await resolve({ ...write, ...snapshot }))).toEqual({
      refusal: expect.stringContaining(why),
    });
  });
});
