import type { AddressNotation } from '@holdfast/driver/spec.ts';
import { classicTables } from '../layout/address-notation.ts';
import type { ModbusProtocol } from '../layout/connection.ts';

export const exampleLine = { path: '/dev/ttyUSB0', baud_rate: 9600, parity: 'even', stop_bits: 1 } as const;
export const exampleHost = '192.168.1.20';

export const deviceExamples: Readonly<Record<ModbusProtocol, readonly object[]>> = {
  modbus_tcp: [
    { code: 'press-1', host: exampleHost },
    {
      code: 'meter-7',
      name: 'Main meter',
      host: 'gateway-2.plant.lan',
      port: 1502,
      unit_id: 7,
      timeout_ms: 2000,
    },
  ],
  modbus_rtu: [{ code: 'oven-3', protocol: 'modbus_rtu', serial: exampleLine, unit_id: 3 }],
  modbus_rtu_over_tcp: [
    {
      ...{ code: 'pump-2', protocol: 'modbus_rtu_over_tcp', host: '192.168.1.30', port: 4001, unit_id: 2 },
      profile: { request_pause_ms: 20, connect_pause_ms: 100 },
    },
  ],
};

export const pointExamples: readonly object[] = [
  { code: 'oil_temp', address: '40001', data_type: 'int16', scale: 0.1, unit: '°C' },
  {
    code: 'power',
    table: 'input_register',
    address: 18,
    data_type: 'float32',
    byte_order: 'CDAB',
    unit: 'kW',
  },
  { code: 'running', address: '00017', data_type: 'bool' },
  { code: 'alarm', table: 'holding_register', address: '0x0010', data_type: 'bool', bit: 3 },
  { code: 'serial_number', address: '30101', data_type: 'string', length: 8, encoding: 'ascii' },
  {
    code: 'mode',
    address: '40002',
    data_type: 'uint16',
    enumeration: { '0': 'off', '1': 'auto' },
    writable: true,
  },
];

/** A digit of the classic notation names the table; a number without such a digit is the address on the wire. */
export const notations: readonly AddressNotation[] = [
  ...Object.entries(classicTables).map(([digit, table]) => ({
    pattern: `^${digit}([0-9]{4,5})$`,
    radix: 10,
    first: 1,
    sets: { table },
  })),
  { pattern: '^0[xX]([0-9A-Fa-f]{1,4})$', radix: 16, first: 0, sets: {} },
  { pattern: '^(0|[1-9][0-9]{0,4})$', radix: 10, first: 0, sets: {} },
];
