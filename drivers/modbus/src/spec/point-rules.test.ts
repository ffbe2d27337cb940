import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, test } from 'vitest';
import { deviceProblems, type RuledDevice } from './device-rules.ts';
import { pointProblems, type RuledPoint } from './point-rules.ts';

function point(rest: Partial<RuledPoint> = {}): RuledPoint {
  return {
    code: 'p',
    table: 'holding_register',
    address: 0,
    data_type: 'int16',
    byte_order: 'ABCD',
    scale: 1,
    offset: 0,
    ...rest,
  };
}

const linear = { raw_min: 0, raw_max: 27_648, eng_min: 0, eng_max: 100 };
const off = { '0': 'off', '1': 'on' };

describe('fields of a point that go together', () => {
  test.each<[string, Partial<RuledPoint>]>([
    ['a bit of a register', { data_type: 'bool', bit: 15 }],
    ['sixteen bits', { data_type: 'bool', bit: 0, count: 16 }],
    ['a number of a coil, as it was from the beginning', { table: 'coil', data_type: 'uint16', scale: 10 }],
    ['a scale of a bool, as it was from the beginning', { data_type: 'bool', scale: 10 }],
    ['the high byte', { data_type: 'uint8', byte: 'high' }],
    ['a text', { data_type: 'string', length: 10, encoding: 'gbk' }],
    ['a range', { linear, precision: 1, valid_min: 0, valid_max: 100 }],
    ['a range of a scaled 64-bit integer', { data_type: 'uint64', scale: 0.001, precision: 3 }],
    ['an enumeration', { enumeration: off }],
    ['an enumeration of a bit', { data_type: 'bool', bit: 1, enumeration: off }],
    ['the outermost numbers with names', { enumeration: { '-32768': 'low', '32767': 'high' } }],
    [
      'the largest number of all with a name',
      { data_type: 'uint64', enumeration: { [String(2n ** 64n - 1n)]: 'max' } },
    ],
    ['a negative number with a name', { enumeration: { '-1': 'fault' } }],
    ['a deadband', { report: { deadband_percent: 1 } }],
    ['a heartbeat of a text', { data_type: 'string', length: 1, report: {} }],
    ['a coil to write', { table: 'coil', data_type: 'bool', writable: true }],
    ['the last register', { address: 65_535 }],
    ['the last four registers', { data_type: 'float64', address: 65_532 }],
  ])('%s', (_what, rest) => {
    expect(pointProblems(point(rest))).toEqual([]);
  });
});

describe('fields of a point that do not go together', () => {
  test.each<[string, Partial<RuledPoint>, string, string]>([
    ['a bit of a float', { data_type: 'float32', bit: 1 }, 'bit', 'only a bool'],
    ['a bit of a coil', { table: 'coil', data_type: 'bool', bit: 1 }, 'bit', 'a coil'],
    ['a float64 of a coil', { table: 'coil', data_type: 'float64' }, 'data_type', 'is bool'],
    ['a byte of a word', { byte: 'high' }, 'byte', 'int8 and uint8'],
    ['a length of a number', { length: 2 }, 'length', 'count'],
    ['a text without length', { data_type: 'string' }, 'length', 'half as many'],
    ['an encoding of a number', { encoding: 'gbk' }, 'encoding', 'only a string'],
    ['a scale of a text', { data_type: 'string', length: 1, scale: 2 }, 'scale', 'string'],
    ['an offset of a time', { data_type: 'unix_time32', offset: 2 }, 'offset', 'unix_time32'],
    ['a scale of an enumeration', { enumeration: off, scale: 2 }, 'scale', 'enumeration'],
    ['a range of a bool', { data_type: 'bool', valid_min: 0 }, 'valid_min', 'bool'],
    ['decimals of a text', { data_type: 'string', length: 1, precision: 1 }, 'precision', 'string'],
    ['decimals of an exact integer', { data_type: 'int64', precision: 1 }, 'precision', 'exactly'],
    ['a range upside down', { valid_min: 2, valid_max: 1 }, 'valid_min', 'above'],
    ['a line and a scale', { linear, scale: 2 }, 'linear', 'instead of scale'],
    ['a line that stands', { linear: { ...linear, raw_max: 0 } }, 'linear', 'differ'],
    ['an enumeration of a float', { data_type: 'float32', enumeration: off }, 'enumeration', 'whole numbers'],
    ['an enumeration of nothing', { enumeration: {} }, 'enumeration', 'no number'],
    ['a name of no number', { enumeration: { on: '1' } }, 'enumeration', '"on"'],
    [
      'a name of a number that a bool cannot be',
      { data_type: 'bool', enumeration: { '2': 'x' } },
      'enumeration',
      '"2"',
    ],
    [
      'a deadband of a text',
      { data_type: 'string', length: 1, report: { deadband_absolute: 1 } },
      'report',
      'deadband',
    ],
    ['a name of a number above its type', { enumeration: { '99999': 'x' } }, 'enumeration', '-32768…32767'],
    [
      'a name of a number below its type',
      { data_type: 'uint16', enumeration: { '0': 'y', '-1': 'x' } },
      'enumeration',
      '"-1" is no number that uint16 can be, which holds 0…65535',
    ],
    [
      'a name of more digits than BCD has',
      { data_type: 'bcd16', enumeration: { '10000': 'x' } },
      'enumeration',
      '9999',
    ],
    [
      'a name of a number that a coil cannot be',
      { table: 'coil', data_type: 'bool', enumeration: { '2': 'x' } },
      'enumeration',
      'a coil can be, which holds 0…1',
    ],
    ['an array to write', { count: 2, writable: true }, 'writable', 'arrays cannot be written'],
    ['an array of one to write', { count: 1, writable: true }, 'writable', 'arrays cannot be written'],
    [
      'a bit of a register to write',
      { data_type: 'bool', bit: 3, writable: true },
      'writable',
      'a part of a register',
    ],
    [
      'a byte of a register to write',
      { data_type: 'uint8', writable: true },
      'writable',
      'a part of a register',
    ],
    ['an input to write', { table: 'input_register', writable: true }, 'writable', 'holding'],
    [
      'a value that begins at the last register',
      { data_type: 'int32', address: 65_535 },
      'address',
      'last one',
    ],
    [
      'an array that ends beyond the last register',
      { count: 3, address: 65_534 },
      'address',
      'an array of 3',
    ],
    ['values with endless names', { code: 'c'.repeat(127), count: 3 }, 'code', 'longer than 128'],
  ])('%s', (_what, rest, field, message) => {
    expect(inEnglish(pointProblems(point(rest)))).toEqual([
      { field, message: expect.stringContaining(message) },
    ]);
  });
});

describe('the address of a device', () => {
  const device: RuledDevice = { protocol: 'modbus_tcp', host: 'h', unit_id: 1 };
  const line = { ...device, protocol: 'modbus_rtu', host: '', serial: { path: '/dev/ttyUSB0' } } as const;
  test.each<[string, RuledDevice, string[]]>([
    ['TCP with a host', device, []],
    ['TCP with unit 0', { ...device, unit_id: 0 }, []],
    ['a serial line', line, []],
    ['TCP without a host', { ...device, host: '' }, ['host']],
    ['TCP with a serial line', { ...line, protocol: 'modbus_tcp', host: 'h' }, ['serial']],
    ['a serial line without one', { ...line, serial: undefined }, ['serial']],
    ['a serial line with a host', { ...line, host: 'h' }, ['host']],
    ['all units of a serial line', { ...line, unit_id: 0 }, ['unit_id']],
    [
      'a pause after connecting that leaves nothing of the timeout',
      { ...device, timeout_ms: 500, profile: { connect_pause_ms: 500 } },
      ['profile'],
    ],
    [
      'all units behind a serial gateway',
      { ...device, protocol: 'modbus_rtu_over_tcp', unit_id: 0 },
      ['unit_id'],
    ],
  ])('%s', (_what, body, fields) => {
    expect(deviceProblems(body).map(({ field }) => field)).toEqual(fields);
  });
});
