import { both, type FieldWords, type InBoth } from '@holdfast/driver/form-words.ts';
import type { DeviceProfile, ModbusConnection, ModbusProtocol, SerialLine } from '../layout/connection.ts';
import type { ModbusPlace } from '../layout/place.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

export const protocolWords: Readonly<
  Record<ModbusProtocol, { readonly label: InBoth; readonly help: InBoth }>
> = {
  modbus_tcp: {
    label: both('Modbus TCP', 'Modbus TCP'),
    help: both('A device or gateway with a network address.', '有网络地址的设备或网关。'),
  },
  modbus_rtu: {
    label: both('Modbus RTU (serial line)', 'Modbus RTU（串口）'),
    help: both(
      "Devices on a serial line (RS-485) of the collector's own machine.",
      '接在采集器所在机器串口（RS-485）上的设备。',
    ),
  },
  modbus_rtu_over_tcp: {
    label: both('Modbus RTU over TCP', 'Modbus RTU over TCP'),
    help: both(
      'A serial device server that passes RTU frames on as they are ("transparent").',
      '透明传输 RTU 帧的串口服务器。',
    ),
  },
};

const tables: Readonly<Record<'coil' | 'discrete_input' | 'input_register' | 'holding_register', InBoth>> = {
  holding_register: both('Holding register (4xxxx)', '保持寄存器（4xxxx）'),
  input_register: both('Input register (3xxxx)', '输入寄存器（3xxxx）'),
  coil: both('Coil (0xxxx)', '线圈（0xxxx）'),
  discrete_input: both('Discrete input (1xxxx)', '离散输入（1xxxx）'),
};

const serialWords: Words<keyof SerialLine> = {
  path: {
    label: both('Path', '路径'),
    help: both(
      'As the machine of the collector names it: /dev/ttyUSB0, /dev/serial/by-id/…',
      '采集器所在机器上的名称：/dev/ttyUSB0、/dev/serial/by-id/……',
    ),
  },
  baud_rate: { label: both('Baud rate', '波特率') },
  parity: {
    label: both('Parity', '校验位'),
    options: { none: both('none', '无'), even: both('even', '偶'), odd: both('odd', '奇') },
  },
  stop_bits: { label: both('Stop bits', '停止位'), options: { '1': both('1', '1'), '2': both('2', '2') } },
};

const profileWords: Words<keyof DeviceProfile> = {
  busy_retries: {
    label: both('Tries when busy', '忙时重试次数'),
    help: both(
      'Repeats of a request within its tick when the device says that it is busy.',
      '设备应答“忙”时，同一次采样内重试的次数。',
    ),
  },
  request_pause_ms: {
    label: both('Pause between requests', '请求间隔'),
    unit: 'ms',
  },
  connect_pause_ms: {
    label: both('Pause after connecting', '连接后等待'),
    help: both('Comes off the timeout.', '计入超时时间。'),
    unit: 'ms',
  },
  late_answer_ms: {
    label: both('Late answers for', '迟到应答'),
    help: both(
      'On lines of RTU frames: how long after its timeout an answer may still come; five times the timeout unless set.',
      'RTU 线路：超时后应答仍可能到达的时间；不填则为超时的五倍。',
    ),
    unit: 'ms',
  },
  close_after_read: {
    label: both('Close after each reading', '每次读取后断开'),
    help: both(
      'For devices that serve one client at a time, and others want them too.',
      '用于一次只服务一个客户端、且他人也要访问的设备。',
    ),
  },
  single_connection: { label: both('Takes one connection only', '只接受一个连接') },
  accept_unit_zero: {
    label: both('Takes answers of unit 0', '接受站号 0 的应答'),
    help: both('For gateways that do not copy the unit id.', '用于不回传站号的网关。'),
  },
  max_hole: {
    label: both('Largest hole', '最大空隙'),
    help: both(
      'Registers between two points that may be read to save a request.',
      '为减少请求而允许顺带读取的中间寄存器数。',
    ),
  },
  excluded: {
    label: both('Never read', '禁止读取'),
    help: both('Ranges that count or reset when they are read.', '一经读取就会计数或清零的区域。'),
    fields: {
      table: { label: both('Table', '数据区'), options: tables },
      from: { label: both('From', '起') },
      to: { label: both('To', '止') },
      learned: { label: both('Learned by refusals', '由拒绝应答得出') },
    },
  },
  write_back: {
    label: both('Keep learned limits', '保存学到的限制'),
    help: both(
      'Writes what sessions learn by refusals into this device.',
      '将会话由拒绝应答学到的限制写入该设备。',
    ),
  },
};

export const modbusDeviceWords: Words<keyof ModbusConnection> = {
  host: {
    label: both('Host', '主机'),
    help: both('IP address or name, without port: 192.168.1.20', 'IP 地址或主机名，不含端口：192.168.1.20'),
  },
  port: { label: both('Port', '端口'), help: both('502 on nearly every device.', '绝大多数设备为 502。') },
  serial: { label: both('Serial line', '串口'), fields: serialWords },
  unit_id: {
    label: both('Unit id', '站号'),
    help: both(
      'Also called slave id or station number. Most devices with a network address take 1; behind a gateway it says which device is meant.',
      '也称从站地址。有网络地址的设备一般为 1；网关后面的设备以站号区分。',
    ),
  },
  max_registers: {
    isFolded: true,
    label: both('Registers in one request', '单次读取寄存器数'),
    help: both(
      'As many as the device answers at once; 125 unless its manual says less.',
      '设备一次能应答的数量；手册没有更小的规定时为 125。',
    ),
  },
  max_bits: { isFolded: true, label: both('Bits in one request', '单次读取位数') },
  profile: {
    isFolded: true,
    label: both('Quirks', '设备特性'),
    help: both('For devices that need patience.', '用于需要特殊对待的设备。'),
    fields: profileWords,
  },
};

export const placeWords: Words<keyof ModbusPlace> = {
  table: { label: both('Table', '数据区'), options: tables },
  address: {
    label: both('Address', '地址'),
    help: both(
      'As the manual writes it: 40001 (classic, counts from 1), 0 (as on the wire, counts from 0) or 0x0000.',
      '按手册填写：40001（传统编号，从 1 计）、0（报文地址，从 0 计）或 0x0000。',
    ),
  },
  byte_order: {
    label: both('Byte order', '字节序'),
    help: both('Where the value looks absurd, try another one.', '数值明显不对时，换一种试试。'),
    isTried: true,
    options: {
      ABCD: both('ABCD: big endian', 'ABCD：大端'),
      CDAB: both('CDAB: words swapped', 'CDAB：字交换'),
      BADC: both('BADC: bytes swapped', 'BADC：字节交换'),
      DCBA: both('DCBA: little endian', 'DCBA：小端'),
    },
  },
  bit: {
    label: both('Bit', '位'),
    help: both(
      '0 is the least significant; empty: any of them set.',
      '0 为最低位；不填则任一位为 1 即为真。',
    ),
  },
  byte: {
    label: both('Byte', '字节'),
    options: { high: both('high', '高字节'), low: both('low', '低字节') },
  },
  length: {
    label: both('Length', '长度'),
    help: both('In registers: half as many as it has bytes.', '寄存器个数，即字节数的一半。'),
  },
  encoding: {
    label: both('Encoding', '编码'),
    options: { ascii: both('ASCII', 'ASCII'), 'utf-8': both('UTF-8', 'UTF-8'), gbk: both('GBK', 'GBK') },
  },
};

/** Names in messages of problems, in Chinese. */
export const faultNames = {
  coil: '线圈',
  discrete_input: '离散输入',
  input_register: '输入寄存器',
  holding_register: '保持寄存器',
  'a coil': '线圈',
  'a discrete_input': '离散输入',
  registers: '寄存器',
  bits: '位',
};

/** Order of the form's fields: the address comes first, because in the classic notation it names the table. */
export const placeOrder = [
  ...(['address', 'table', 'data_type', 'byte_order', 'bit', 'byte', 'length', 'encoding'] as const),
];
