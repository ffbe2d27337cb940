import { endpointConflict } from '@holdfast/driver/endpoint-conflict.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { connectionSchema, type ModbusProtocol } from '../layout/connection.ts';
import { modbusSpec } from './modbus-spec.ts';

const at = (connection: object, protocol: ModbusProtocol = 'modbus_tcp') =>
  modbusSpec(protocol).endpoint(connectionSchema.parse(connection));
const onLine = (changes: object = {}) => at({ serial: { path: '/dev/ttyUSB0', ...changes } }, 'modbus_rtu');

describe('devices that are read together', () => {
  it('may share an endpoint that they describe alike', () => {
    expect(endpointConflict(at({ host: 'plc' }), at({ host: 'PLC' }))).toBeUndefined();
    expect(endpointConflict(at({ host: 'plc' }), at({ host: 'plc', port: 503 }))).toBeUndefined();
    expect(endpointConflict(at({ host: 'plc' }), at({ host: 'other' }))).toBeUndefined();
    expect(endpointConflict(onLine(), onLine())).toBeUndefined();
  });

  it('cannot want different settings of one serial line', () => {
    const other = onLine({ baud_rate: 19_200, parity: 'none', stop_bits: 2 });
    expect(inEnglish(endpointConflict(onLine(), other))).toBe(
      '/dev/ttyUSB0 cannot run at 9600 baud 8E1 and at 19200 baud 8N2',
    );
  });

  it('cannot want different framings of one host and port', () => {
    const gateway = at({ host: 'PLC' }, 'modbus_rtu_over_tcp');
    expect(inEnglish(endpointConflict(at({ host: 'plc' }), gateway))).toBe(
      'plc:502 cannot speak modbus_tcp and modbus_rtu_over_tcp',
    );
  });
});
