import type { FieldWords } from '@holdfast/driver/form-words.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { DeviceProfile, ModbusConnection, ModbusProtocol, SerialLine } from '../layout/connection.ts';
import type { ModbusPlace } from '../layout/place.ts';
import { modbusText } from '../texts.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

export const protocolWords: Readonly<Record<ModbusProtocol, { readonly label: Text; readonly help: Text }>> =
  {
    modbus_tcp: {
      label: modbusText('modbus_tcp'),
      help: modbusText('modbus_tcp_help'),
    },
    modbus_rtu: {
      label: modbusText('modbus_rtu'),
      help: modbusText('modbus_rtu_help'),
    },
    modbus_rtu_over_tcp: {
      label: modbusText('modbus_rtu_over_tcp'),
      help: modbusText('modbus_rtu_over_tcp_help'),
    },
  };

const tables: Readonly<Record<'coil' | 'discrete_input' | 'input_register' | 'holding_register', Text>> = {
  holding_register: modbusText('table_holding_register'),
  input_register: modbusText('table_input_register'),
  coil: modbusText('table_coil'),
  discrete_input: modbusText('table_discrete_input'),
};

const serialWords: Words<keyof SerialLine> = {
  path: {
    label: modbusText('path'),
    help: modbusText('path_help'),
  },
  baud_rate: { label: modbusText('baud_rate') },
  parity: {
    label: modbusText('parity'),
    options: {
      none: modbusText('parity_none'),
      even: modbusText('parity_even'),
      odd: modbusText('parity_odd'),
    },
  },
  stop_bits: {
    label: modbusText('stop_bits'),
    options: { '1': modbusText('stop_bits_1'), '2': modbusText('stop_bits_2') },
  },
};

const profileWords: Words<keyof DeviceProfile> = {
  busy_retries: {
    label: modbusText('busy_retries'),
    help: modbusText('busy_retries_help'),
  },
  request_pause_ms: {
    label: modbusText('request_pause_ms'),
    unit: 'ms',
  },
  connect_pause_ms: {
    label: modbusText('connect_pause_ms'),
    help: modbusText('connect_pause_ms_help'),
    unit: 'ms',
  },
  late_answer_ms: {
    label: modbusText('late_answer_ms'),
    help: modbusText('late_answer_ms_help'),
    unit: 'ms',
  },
  close_after_read: {
    label: modbusText('close_after_read'),
    help: modbusText('close_after_read_help'),
  },
  single_connection: { label: modbusText('single_connection') },
  accept_unit_zero: {
    label: modbusText('accept_unit_zero'),
    help: modbusText('accept_unit_zero_help'),
  },
  max_hole: {
    label: modbusText('max_hole'),
    help: modbusText('max_hole_help'),
  },
  excluded: {
    label: modbusText('excluded'),
    help: modbusText('excluded_help'),
    fields: {
      table: { label: modbusText('excluded_table'), options: tables },
      from: { label: modbusText('excluded_from') },
      to: { label: modbusText('excluded_to') },
      learned: { label: modbusText('excluded_learned') },
    },
  },
  write_back: {
    label: modbusText('write_back'),
    help: modbusText('write_back_help'),
  },
};

export const modbusDeviceWords: Words<keyof ModbusConnection> = {
  host: {
    label: modbusText('host'),
    help: modbusText('host_help'),
  },
  port: { label: modbusText('port'), help: modbusText('port_help') },
  serial: { label: modbusText('serial'), fields: serialWords },
  unit_id: {
    label: modbusText('unit_id'),
    help: modbusText('unit_id_help'),
  },
  max_registers: {
    isFolded: true,
    label: modbusText('max_registers'),
    help: modbusText('max_registers_help'),
  },
  max_bits: { isFolded: true, label: modbusText('max_bits') },
  profile: {
    isFolded: true,
    label: modbusText('profile'),
    help: modbusText('profile_help'),
    fields: profileWords,
  },
};

export const placeWords: Words<keyof ModbusPlace> = {
  table: { label: modbusText('table'), options: tables },
  address: {
    label: modbusText('address'),
    help: modbusText('address_help'),
  },
  byte_order: {
    label: modbusText('byte_order'),
    help: modbusText('byte_order_help'),
    isTried: true,
    options: {
      ABCD: modbusText('byte_order_abcd'),
      CDAB: modbusText('byte_order_cdab'),
      BADC: modbusText('byte_order_badc'),
      DCBA: modbusText('byte_order_dcba'),
    },
  },
  bit: {
    label: modbusText('bit'),
    help: modbusText('bit_help'),
  },
  byte: {
    label: modbusText('byte'),
    options: { high: modbusText('byte_high'), low: modbusText('byte_low') },
  },
  length: {
    label: modbusText('length'),
    help: modbusText('length_help'),
  },
  encoding: {
    label: modbusText('encoding'),
    options: {
      ascii: modbusText('encoding_ascii'),
      'utf-8': modbusText('encoding_utf_8'),
      gbk: modbusText('encoding_gbk'),
    },
  },
};

/** Order of the form's fields: the address comes first, because in the classic notation it names the table. */
export const placeOrder = [
  ...(['address', 'table', 'data_type', 'byte_order', 'bit', 'byte', 'length', 'encoding'] as const),
];
