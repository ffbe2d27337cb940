import { expect, it } from 'vitest';
import { sessionNeeds } from './session-needs.ts';

const overTcp = (host: string) => ({ protocol: 'modbus_tcp' as const, host, port: 502 });
const onLine = {
  protocol: 'modbus_rtu' as const,
  host: '',
  port: 502,
  serial: { path: '/dev/ttyUSB0', baud_rate: 9600, parity: 'even' as const, stop_bits: 1 as const },
};

it('two tasks whose devices spell one host differently need one endpoint, and so one collector', () => {
  const one = sessionNeeds({ devices: [overTcp('PLC-1.Plant')] });
  expect(one).toEqual({ labels: {}, endpoints: ['plc-1.plant:502'] });
  expect(sessionNeeds({ devices: [overTcp('plc-1.plant'), overTcp('PLC-1.PLANT')] })).toEqual(one);
});

it('a serial line is the same one only for tasks that require the same labels', () => {
  const needs = (hall: string) => sessionNeeds({ required_labels: { hall }, devices: [onLine] }).endpoints;
  expect(needs('1')).toEqual(['/dev/ttyUSB0@hall=1']);
  expect(needs('2')).toEqual(['/dev/ttyUSB0@hall=2']);
});
