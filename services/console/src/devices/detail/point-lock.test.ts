import { forms } from '@holdfast/drivers/bodies.ts';
import { expect, it } from 'vitest';
import type { Forms } from '../../forms/use-protocols.ts';
import { lockOf } from './point-lock.ts';

const word = { data_type: 'int16', count: null, writable: false };

it.each([
  ['modbus_tcp', { table: 'holding_register', address: 0 }, 'device.points.readOnly'],
  ['modbus_tcp', { table: 'input_register', address: 0 }, 'device.points.never'],
  ['modbus_tcp', { table: 'discrete_input', address: 0, data_type: 'bool' }, 'device.points.never'],
  ['modbus_tcp', { table: 'holding_register', address: 0, data_type: 'int8' }, 'device.points.never'],
  ['modbus_tcp', { table: 'holding_register', address: 0, count: 3 }, 'device.points.neverArray'],
  ['modbus_tcp', { table: 'holding_register', address: 0, writable: true }, undefined],
  ['melsec', { address: 'D100' }, 'device.points.readOnly'],
  ['mqtt', { topic: 'hall/lamp' }, 'device.points.readOnly'],
])('a point of %s is written as its form allows: %j', (protocol, point, lock) => {
  const form = forms().find((each) => each.protocol === protocol) as unknown as Forms;
  expect(lockOf({ ...word, ...point }, form)).toBe(lock);
});
