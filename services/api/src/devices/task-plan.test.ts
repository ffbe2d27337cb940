import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { expect, it } from 'vitest';
import { answering } from '../problems/localize.ts';
import { planTask } from './task-plan.ts';

const endpoints = 200;
const point = { code: 'a', table: 'holding_register', address: 0, data_type: 'int16' };

/** The content of a task with a device behind each endpoint; `onLookup` is called whenever the place of a device is read. */
function contentOf(task: number, onLookup: () => void) {
  const devices = Array.from({ length: endpoints }, (_, index) => ({
    ...{ id: `${task}-${index}`, code: `d-${task}-${index}`, protocol: 'modbus_tcp', unit_id: task },
    ...{ host: `gateway-${index}`, points: [point] },
  })).map(modbusDevice);
  const about = { task_id: String(task), task_code: `t-${task}`, task_name: '', config_version: 1 };
  const content = taskConfigSchema.parse({ schema_version: 3, ...about, period_ms: 1_000, devices });
  for (const device of content.devices) {
    const { host } = device.connection;
    const get = () => {
      onLookup();
      return host;
    };
    Object.defineProperty(device.connection, 'host', { get });
  }
  return content;
}

it('where each device of the other tasks is, is asked once, not for each endpoint of the plan again', () => {
  let looks = 0;
  const look = () => {
    looks += 1;
  };
  const others = [2, 3].map((task) => contentOf(task, look));
  const plan = planTask(
    contentOf(1, () => undefined),
    undefined,
    others,
  );
  expect(plan.endpoints).toHaveLength(endpoints);
  for (const { other_tasks, busy_share } of plan.endpoints) {
    expect(other_tasks.map(({ task_code }) => task_code)).toEqual(['t-2', 't-3']);
    expect(busy_share).toBe(0.03);
  }
  // Close to one look per device; a look per device and endpoint would be 200 times as many.
  expect(looks).toBeLessThanOrEqual(5 * others.length * endpoints);
});

it('says in words, in the language that is asked for, why a point can be in no request', () => {
  const points = [
    { code: 'beyond', table: 'holding_register', address: 65_535, data_type: 'int32' },
    { code: 'wide', table: 'holding_register', address: 0, data_type: 'string', length: 20 },
  ];
  const device = modbusDevice({
    ...{ id: 'd', code: 'd', protocol: 'modbus_tcp', host: 'gateway', unit_id: 1, max_registers: 10, points },
  });
  const about = { task_id: '1', task_code: 't', task_name: '', config_version: 1, period_ms: 1_000 };
  const content = taskConfigSchema.parse({ schema_version: 3, ...about, devices: [device] });
  const unreadable = () => planTask(content, undefined).endpoints[0]?.devices[0]?.unreadable;
  expect(unreadable()).toEqual([
    { point: 'beyond', reason: 'goes beyond the last address of its table' },
    { point: 'wide', reason: 'is longer than the largest read of the device' },
  ]);
  expect(answering('zh', unreadable)).toEqual([
    { point: 'beyond', reason: '超出数据区的最后一个地址' },
    { point: 'wide', reason: '超过设备单次最大读取数量' },
  ]);
});
