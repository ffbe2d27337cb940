import { describe, expect, it } from 'vitest';
import { fieldsOfFrame } from './frame-parts.ts';

const told = (...frame: Parameters<typeof fieldsOfFrame>) =>
  fieldsOfFrame(...frame).map(({ part, bytes }) => `${part} ${bytes}`);

describe('the bytes of a frame', () => {
  it('are told field by field over Modbus TCP', () => {
    expect(told('000100000006010300000002', 'sent', 'modbus_tcp')).toEqual([
      'transaction 00 01',
      'protocol 00 00',
      'length 00 06',
      'unit 01',
      'function 03',
      'address 00 00',
      'quantity 00 02',
    ]);
    expect(told('00010000000701030441ac0000', 'received', 'modbus_tcp').slice(3)).toEqual([
      'unit 01',
      'function 03',
      'count 04',
      'data 41 AC 00 00',
    ]);
  });

  it('have an exception instead of data, and a check sum on a serial line', () => {
    expect(told('000100000003018302', 'received', 'modbus_tcp').slice(-2)).toEqual([
      'function 83',
      'exception 02',
    ]);
    expect(told('018302c0f1', 'received', 'modbus_rtu')).toEqual([
      'unit 01',
      'function 83',
      'exception 02',
      'crc C0 F1',
    ]);
    expect(told('0103020007f986', 'received', 'modbus_rtu_over_tcp')).toEqual([
      'unit 01',
      'function 03',
      'count 02',
      'data 00 07',
      'crc F9 86',
    ]);
  });

  it('are told as far as they came', () => {
    expect(told('0001', 'received', 'modbus_tcp')).toEqual(['transaction 00 01']);
    expect(told('', 'received', 'modbus_tcp')).toEqual([]);
  });
});
