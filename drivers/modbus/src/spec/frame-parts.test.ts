import { describe, expect, it } from 'vitest';
import type { ModbusProtocol } from '../layout/connection.ts';
import { frameParts } from './frame-parts.ts';

const partsOf = (hex: string, direction: 'sent' | 'received', protocol: ModbusProtocol) => {
  let at = 0;
  return frameParts(Buffer.from(hex, 'hex'), direction, protocol).map(({ part, length }) => {
    at += length * 2;
    return `${part} ${hex.slice(at - length * 2, at)}`;
  });
};

describe('the bytes of a frame', () => {
  it('are shown field by field over Modbus TCP', () => {
    expect(partsOf('000100000006010300000002', 'sent', 'modbus_tcp')).toEqual([
      'transaction 0001',
      'protocol 0000',
      'length 0006',
      'unit 01',
      'function 03',
      'address 0000',
      'quantity 0002',
    ]);
    expect(partsOf('00010000000701030441ac0000', 'received', 'modbus_tcp').slice(3)).toEqual([
      'unit 01',
      'function 03',
      'count 04',
      'data 41ac0000',
    ]);
  });

  it('have an exception instead of data, and a check sum on a serial line', () => {
    expect(partsOf('000100000003018302', 'received', 'modbus_tcp').slice(-2)).toEqual([
      'function 83',
      'exception 02',
    ]);
    expect(partsOf('018302c0f1', 'received', 'modbus_rtu')).toEqual([
      'unit 01',
      'function 83',
      'exception 02',
      'crc c0f1',
    ]);
    expect(partsOf('0103020007f986', 'received', 'modbus_rtu_over_tcp')).toEqual([
      'unit 01',
      'function 03',
      'count 02',
      'data 0007',
      'crc f986',
    ]);
  });

  it('are shown as far as they came', () => {
    expect(partsOf('0001', 'received', 'modbus_tcp')).toEqual(['transaction 0001']);
    expect(partsOf('', 'received', 'modbus_tcp')).toEqual([]);
  });
});
