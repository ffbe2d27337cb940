import { describe, expect, it } from 'vitest';
import type { SerialLine } from './connection.ts';
import { endpointKey, endpointOf } from './endpoint-address.ts';

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
