import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import { expect, it } from 'vitest';
import { specs } from './specs.ts';

const points = [{ code: 'a', address: 0 }];
const overTcp = (host: string) => modbusDevice({ id: '1', code: 'a', host, points });
const onLine = modbusDevice({
  ...{ id: '2', code: 'b', protocol: 'modbus_rtu', points },
  serial: { path: '/dev/ttyUSB0' },
});

it('two tasks whose devices spell one host differently need one endpoint, and so one collector', () => {
  const one = sessionNeeds({ devices: [overTcp('PLC-1.Plant')] }, specs);
  expect(one).toEqual({ labels: {}, drivers: { modbus_tcp: 'a' }, endpoints: ['plc-1.plant:502'] });
  expect(sessionNeeds({ devices: [overTcp('plc-1.plant'), overTcp('PLC-1.PLANT')] }, specs)).toEqual(one);
});

it('a task needs the driver of each protocol of its devices, and names the first of them', () => {
  const devices = [overTcp('plc-1'), onLine, { ...overTcp('plc-2'), code: 'c' }];
  expect(sessionNeeds({ devices }, specs).drivers).toEqual({ modbus_tcp: 'a', modbus_rtu: 'b' });
});

it('a serial line is the same one only for tasks that require the same labels', () => {
  const needs = (hall: string) =>
    sessionNeeds({ required_labels: { hall }, devices: [onLine] }, specs).endpoints;
  expect(needs('1')).toEqual(['/dev/ttyUSB0@hall=1']);
  expect(needs('2')).toEqual(['/dev/ttyUSB0@hall=2']);
});
