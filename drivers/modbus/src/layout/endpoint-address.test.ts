import { describe, expect, it } from 'vitest';
import type { SerialLine } from './connection.ts';
import { addressConflict, endpointKey, endpointOf, endpointProblems } from './endpoint-address.ts';

const line: SerialLine = { path: '/dev/ttyUSB0', baud_rate: 9600, parity: 'even', stop_bits: 1 };
const overTcp = (code: string, host = 'plc', port = 502) => ({
  code,
  protocol: 'modbus_tcp' as const,
  host,
  port,
});
const overSerial = (code: string, changes: Partial<SerialLine> = {}) => ({
  code,
  protocol: 'modbus_rtu' as const,
  host: '',
  port: 502,
  serial: { ...line, ...changes },
});

describe('the endpoint of a device', () => {
  it('is its host and port with the framing of its protocol, or its serial line', () => {
    expect(endpointOf(overTcp('a'))).toEqual({ kind: 'tcp', framing: 'mbap', host: 'plc', port: 502 });
    expect(endpointOf({ ...overTcp('a'), protocol: 'modbus_rtu_over_tcp' })).toMatchObject({
      framing: 'rtu',
    });
    expect(endpointOf(overSerial('a'))).toEqual({ kind: 'serial', line });
  });

  it('is the same for names that differ in case only', () => {
    expect(endpointKey(endpointOf(overTcp('a', 'PLC-1.plant')))).toBe('plc-1.plant:502');
    expect(endpointKey(endpointOf(overSerial('a')))).toBe('/dev/ttyUSB0');
  });
});

describe('devices that are read together', () => {
  it('may share an endpoint that they describe alike', () => {
    expect(endpointProblems([overTcp('a'), overTcp('b'), overTcp('c', 'plc', 503)])).toEqual([]);
    expect(endpointProblems([overSerial('a'), overSerial('b')])).toEqual([]);
    expect(addressConflict(endpointOf(overTcp('a')), endpointOf(overTcp('b', 'other')))).toBeUndefined();
  });

  it('cannot want different settings of one serial line', () => {
    expect(
      endpointProblems([
        overSerial('a'),
        overSerial('b', { baud_rate: 19_200, parity: 'none', stop_bits: 2 }),
      ]),
    ).toEqual([
      { devices: ['a', 'b'], problem: '/dev/ttyUSB0 cannot run at 9600 baud 8E1 and at 19200 baud 8N2' },
    ]);
  });

  it('cannot want different framings of one host and port', () => {
    const gateway = { ...overTcp('b', 'PLC'), protocol: 'modbus_rtu_over_tcp' as const };
    expect(endpointProblems([overTcp('a'), gateway])).toEqual([
      { devices: ['a', 'b'], problem: 'plc:502 cannot speak modbus_tcp and modbus_rtu_over_tcp' },
    ]);
  });

  it('need a host or a line each', () => {
    const { serial: _, ...lineless } = overSerial('a');
    expect(endpointProblems([lineless, overTcp('b', '')])).toEqual([
      { devices: ['a'], problem: 'modbus_rtu needs a serial line' },
      { devices: ['b'], problem: 'modbus_tcp needs a host' },
    ]);
  });
});
