import type { SheetRules } from '@holdfast/driver/sheet-rules.ts';
import type { ModbusProtocol } from '../layout/connection.ts';
import { modbusText } from '../texts.ts';
import { likelyNotations, readSheetAddress, sheetNotations, showSheetAddress } from './sheet-address.ts';

const protocols: Readonly<Record<ModbusProtocol, readonly string[]>> = {
  modbus_tcp: ['modbus', 'modbus/tcp', 'modbus tcp', 'tcp'],
  modbus_rtu: ['modbus rtu', 'rtu'],
  modbus_rtu_over_tcp: ['modbus rtu over tcp', 'rtu over tcp'],
};

/** Function codes that read, and how manuals number them. */
const functionCodes = { '1': 'coil', '2': 'discrete_input', '3': 'holding_register', '4': 'input_register' };

export const modbusSheets = (protocol: ModbusProtocol): SheetRules => ({
  protocols: protocols[protocol],
  headers: {
    table: ['register type', 'register table', 'area', '寄存器类型', '数据区', '区域', '区'],
    address: [
      'addr',
      'register',
      'register address',
      'source_addr',
      '寄存器地址',
      '寄存器',
      '点位地址',
      'modbus 地址',
    ],
    byte_order: ['endian', 'word order', 'byte swap', '字节顺序', '字序', '大小端'],
    bit: ['bit number', '位号', '比特位'],
    length: ['registers', '寄存器数'],
    host: ['ip', 'ip address', 'source_ip', 'ip 地址', '主机地址', '设备 ip'],
    port: ['tcp port', 'source_port', '端口号'],
    unit_id: ['unit', 'slave', 'slave id', 'station', '站号', '从站', '从站号', '从站地址', '单元号'],
  },
  words: {
    table: {
      '0x': 'coil',
      '1x': 'discrete_input',
      '3x': 'input_register',
      '4x': 'holding_register',
      coils: 'coil',
      'discrete input': 'discrete_input',
      'discrete inputs': 'discrete_input',
      'input register': 'input_register',
      'input registers': 'input_register',
      'holding register': 'holding_register',
      'holding registers': 'holding_register',
      hr: 'holding_register',
      ir: 'input_register',
      离散量输入: 'discrete_input',
      输入状态: 'discrete_input',
      线圈状态: 'coil',
    },
    byte_order: {
      'ab cd': 'ABCD',
      '1234': 'ABCD',
      big: 'ABCD',
      be: 'ABCD',
      'big-endian': 'ABCD',
      高字在前: 'ABCD',
      'cd ab': 'CDAB',
      '3412': 'CDAB',
      'word swap': 'CDAB',
      'word swapped': 'CDAB',
      swapped: 'CDAB',
      低字在前: 'CDAB',
      高低字交换: 'CDAB',
      双字交换: 'CDAB',
      'ba dc': 'BADC',
      '2143': 'BADC',
      'byte swap': 'BADC',
      'dc ba': 'DCBA',
      '4321': 'DCBA',
      little: 'DCBA',
      le: 'DCBA',
      'little-endian': 'DCBA',
    },
    byte: { h: 'high', l: 'low', 高: 'high', 低: 'low' },
  },
  aliases: [
    {
      name: 'function_code',
      label: modbusText('function_code'),
      headers: ['function', 'fc'],
      field: 'table',
      words: Object.fromEntries(
        Object.entries(functionCodes).flatMap(([code, table]) =>
          [code, `0${code}`, `fc${code}`, `fc0${code}`, `0x0${code}`].map((word) => [word, table]),
        ),
      ),
    },
  ],
  addresses: {
    field: 'address',
    notations: sheetNotations,
    likely: likelyNotations,
    template: 'classic',
    read: readSheetAddress,
    show: showSheetAddress,
  },
});
