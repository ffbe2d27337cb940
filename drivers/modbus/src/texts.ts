import { catalogue } from '@holdfast/texts/text.ts';

export const modbusText = catalogue('modbus', {
  part_transaction: { en: 'transaction', zh: '事务号' },
  part_protocol: { en: 'protocol', zh: '协议' },
  part_length: { en: 'length', zh: '长度' },
  part_unit: { en: 'unit', zh: '站号' },
  part_function: { en: 'function', zh: '功能码' },
  part_exception: { en: 'exception', zh: '异常码' },
  part_address: { en: 'address', zh: '地址' },
  part_quantity: { en: 'quantity', zh: '数量' },
  part_count: { en: 'bytes', zh: '字节数' },
  part_data: { en: 'data', zh: '数据' },
  part_crc: { en: 'check sum', zh: 'CRC 校验' },
  try_another_unit_id_1_255: {
    en: 'Try another unit id: 1, 255 or 0 for a device with its own address, its station number behind a gateway. Then the other way to connect (Modbus TCP against RTU over TCP), and last a longer timeout.',
    zh: '请换一个站号：有独立 IP 地址的设备试 1、255 或 0，网关后面的设备用其自身站号。仍无应答则换一种连接方式（Modbus TCP 与 RTU over TCP 互换），最后延长超时时间。',
  },
  compare_unit_id_baud_rate_parity: {
    en: 'Compare unit id, baud rate, parity and stop bits with the settings of the device. Then see whether its two wires are swapped, and last try a longer timeout.',
    zh: '请对照设备的设置检查站号、波特率、校验位和停止位；然后检查两根信号线是否接反，最后延长超时时间。',
  },
  it_says_that_it_is_busy: {
    en: 'It says that it is busy. See what else asks it, or give its task a longer period.',
    zh: '设备报告正忙。请检查还有什么在访问它，或为任务设置更长的周期。',
  },
  the_gateway_says_that_the_unit: {
    en: 'The gateway says that the unit behind it does not answer. See whether that has power and whether its unit id is right.',
    zh: '网关报告其后的从站没有应答。请检查从站是否通电、站号是否正确。',
  },
  refusal_1: {
    en: 'It does not know the function. See in its manual which tables it has.',
    zh: '设备不支持该功能码。请查阅手册，确认它有哪些数据区。',
  },
  refusal_2: {
    en: 'It does not have these addresses. Compare them with its manual: many count from 1, here they count from 0.',
    zh: '设备没有这些地址。请对照手册检查：许多手册从 1 开始编号，这里从 0 开始。',
  },
  refusal_3: {
    en: 'It takes less at once, or does not have these addresses. Compare them with its manual.',
    zh: '设备一次能读的数量更少，或者没有这些地址。请对照手册检查。',
  },
  refusal_4: {
    en: 'It says that it has a fault of its own. Look at the device.',
    zh: '设备报告自身故障，请检查设备。',
  },
  try_another_table_or_an_address: {
    en: 'Try another table, or an address that is one lower: many manuals count from 1.',
    zh: '请尝试其他数据区，或将地址减 1：许多手册从 1 开始计数。',
  },
  function_code: { en: 'Function code', zh: '功能码' },
  modbus_tcp: { en: 'Modbus TCP', zh: 'Modbus TCP' },
  modbus_tcp_help: { en: 'A device or gateway with a network address.', zh: '有网络地址的设备或网关。' },
  modbus_rtu: { en: 'Modbus RTU (serial line)', zh: 'Modbus RTU（串口）' },
  modbus_rtu_help: {
    en: "Devices on a serial line (RS-485) of the collector's own machine.",
    zh: '接在采集器所在机器串口（RS-485）上的设备。',
  },
  modbus_rtu_over_tcp: { en: 'Modbus RTU over TCP', zh: 'Modbus RTU over TCP' },
  modbus_rtu_over_tcp_help: {
    en: 'A serial device server that passes RTU frames on as they are ("transparent").',
    zh: '透明传输 RTU 帧的串口服务器。',
  },
  table_holding_register: { en: 'Holding register (4xxxx)', zh: '保持寄存器（4xxxx）' },
  table_input_register: { en: 'Input register (3xxxx)', zh: '输入寄存器（3xxxx）' },
  table_coil: { en: 'Coil (0xxxx)', zh: '线圈（0xxxx）' },
  table_discrete_input: { en: 'Discrete input (1xxxx)', zh: '离散输入（1xxxx）' },
  path: { en: 'Path', zh: '路径' },
  path_help: {
    en: 'As the machine of the collector names it: /dev/ttyUSB0, /dev/serial/by-id/…',
    zh: '采集器所在机器上的名称：/dev/ttyUSB0、/dev/serial/by-id/……',
  },
  baud_rate: { en: 'Baud rate', zh: '波特率' },
  parity: { en: 'Parity', zh: '校验位' },
  parity_none: { en: 'none', zh: '无校验' },
  parity_even: { en: 'even', zh: '偶校验' },
  parity_odd: { en: 'odd', zh: '奇校验' },
  stop_bits: { en: 'Stop bits', zh: '停止位' },
  stop_bits_1: { en: '1', zh: '1' },
  stop_bits_2: { en: '2', zh: '2' },
  busy_retries: { en: 'Tries when busy', zh: '忙时重试次数' },
  busy_retries_help: {
    en: 'Repeats of a request within its tick when the device says that it is busy.',
    zh: '设备应答“忙”时，同一次采样内重试的次数。',
  },
  request_pause_ms: { en: 'Pause between requests', zh: '请求间隔' },
  connect_pause_ms: { en: 'Pause after connecting', zh: '连接后等待' },
  connect_pause_ms_help: { en: 'Comes off the timeout.', zh: '计入超时时间。' },
  late_answer_ms: { en: 'Late answers for', zh: '迟到应答' },
  late_answer_ms_help: {
    en: 'On lines of RTU frames: how long after its timeout an answer may still come; five times the timeout unless set.',
    zh: 'RTU 线路：超时后应答仍可能到达的时间；不填则为超时的五倍。',
  },
  close_after_read: { en: 'Close after each reading', zh: '每次读取后断开' },
  close_after_read_help: {
    en: 'For devices that serve one client at a time, and others want them too.',
    zh: '用于一次只服务一个客户端、且他人也要访问的设备。',
  },
  single_connection: { en: 'Takes one connection only', zh: '只接受一个连接' },
  accept_unit_zero: { en: 'Takes answers of unit 0', zh: '接受站号 0 的应答' },
  accept_unit_zero_help: { en: 'For gateways that do not copy the unit id.', zh: '用于不回传站号的网关。' },
  max_hole: { en: 'Largest hole', zh: '最大合并间隔' },
  max_hole_help: {
    en: 'Registers between two points that may be read to save a request.',
    zh: '为减少请求而允许顺带读取的中间寄存器数。',
  },
  excluded: { en: 'Never read', zh: '禁止读取' },
  excluded_help: {
    en: 'Ranges that count or reset when they are read.',
    zh: '一经读取就会计数或清零的区域。',
  },
  excluded_table: { en: 'Table', zh: '数据区' },
  excluded_from: { en: 'From', zh: '起' },
  excluded_to: { en: 'To', zh: '止' },
  excluded_learned: { en: 'Learned by refusals', zh: '由拒绝应答得出' },
  write_back: { en: 'Keep learned limits', zh: '保存学到的限制' },
  write_back_help: {
    en: 'Writes what sessions learn by refusals into this device.',
    zh: '将会话由拒绝应答学到的限制写入该设备。',
  },
  host: { en: 'Host', zh: '主机' },
  host_help: {
    en: 'IP address or name, without port: 192.168.1.20',
    zh: 'IP 地址或主机名，不含端口：192.168.1.20',
  },
  port: { en: 'Port', zh: '端口' },
  port_help: { en: '502 on nearly every device.', zh: '绝大多数设备为 502。' },
  serial: { en: 'Serial line', zh: '串口' },
  unit_id: { en: 'Unit id', zh: '站号' },
  unit_id_help: {
    en: 'Also called slave id or station number. Most devices with a network address take 1; behind a gateway it says which device is meant.',
    zh: '也称从站地址。有网络地址的设备一般为 1；网关后面的设备以站号区分。',
  },
  max_registers: { en: 'Registers in one request', zh: '单次读取寄存器数' },
  max_registers_help: {
    en: 'As many as the device answers at once; 125 unless its manual says less.',
    zh: '设备一次能应答的数量；手册没有更小的规定时为 125。',
  },
  max_bits: { en: 'Bits in one request', zh: '单次读取位数' },
  profile: { en: 'Quirks', zh: '设备特性' },
  profile_help: { en: 'For devices that need patience.', zh: '用于需要特殊对待的设备。' },
  table: { en: 'Table', zh: '数据区' },
  address: { en: 'Address', zh: '地址' },
  address_help: {
    en: 'As the manual writes it: 40001 (classic, counts from 1), 0 (as on the wire, counts from 0) or 0x0000.',
    zh: '按手册填写：40001（传统编号，从 1 计）、0（协议地址，从 0 计）或 0x0000。',
  },
  byte_order: { en: 'Byte order', zh: '字节序' },
  byte_order_help: {
    en: 'Where the value looks absurd, try another one.',
    zh: '数值明显不对时，换一种试试。',
  },
  byte_order_abcd: { en: 'ABCD: big endian', zh: 'ABCD：大端' },
  byte_order_cdab: { en: 'CDAB: words swapped', zh: 'CDAB：字交换' },
  byte_order_badc: { en: 'BADC: bytes swapped', zh: 'BADC：字节交换' },
  byte_order_dcba: { en: 'DCBA: little endian', zh: 'DCBA：小端' },
  bit: { en: 'Bit', zh: '位' },
  bit_help: {
    en: '0 is the least significant; empty: any of them set.',
    zh: '0 为最低位；不填则任一位为 1 即为真。',
  },
  byte: { en: 'Byte', zh: '字节' },
  byte_high: { en: 'high', zh: '高字节' },
  byte_low: { en: 'low', zh: '低字节' },
  length: { en: 'Length', zh: '长度' },
  length_help: { en: 'In registers: half as many as it has bytes.', zh: '寄存器个数，即字节数的一半。' },
  encoding: { en: 'Encoding', zh: '编码' },
  encoding_ascii: { en: 'ASCII', zh: 'ASCII' },
  encoding_utf_8: { en: 'UTF-8', zh: 'UTF-8' },
  encoding_gbk: { en: 'GBK', zh: 'GBK' },
  zero_based_as_on_the_wire: {
    en: 'zero-based, as on the wire: 0 is the first',
    zh: '从 0 计（协议地址）：0 为第一个',
  },
  classic_with_the_table_40001: {
    en: 'classic, with the table: 40001 is the first',
    zh: '传统写法，含数据区：40001 为第一个',
  },
  counted_from_1_in_its_table: {
    en: 'counted from 1 in its table: 1 is the first',
    zh: '在数据区内从 1 计：1 为第一个',
  },
  without_quotes_is_the_zero_based: {
    en: '{{notation}} without quotes is the zero-based address {{notation}} ("{{inClassic}}" in the classic notation). If the manual\'s {{notation}} is meant, which is the zero-based {{position}}, write it in quotes: "{{notation}}"',
    zh: '不带引号的 {{notation}} 是从 0 开始的地址 {{notation}}（传统写法为 "{{inClassic}}"）。如果指手册中的 {{notation}}，即从 0 开始的 {{position}}，请加引号："{{notation}}"',
  },
  range_begins_after_its_end: { en: 'must begin before it ends', zh: '起始不能晚于结束' },
  not_a_whole_number_from: {
    en: '{{value}} is no whole number: this column counts from {{first}}',
    zh: '{{value}} 不是整数：此列从 {{first}} 计',
  },
  zero_at_the_end_lost: {
    en: '{{value}} may have lost a zero at its end, so its bit is not known: format the column as text, and write it again',
    zh: '{{value}} 末尾可能丢失了零，无法确定是哪一位：请将该列设为文本格式后重新填写',
  },
  cell_names_no_table: {
    en: '{{value}} names no table: write five or six digits, as 40001 or 00001. Spreadsheets drop zeros at the front unless the column is formatted as text',
    zh: '{{value}} 没有说明数据区：请写五位或六位数字，如 40001 或 00001。该列不是文本格式时，电子表格会去掉前面的零',
  },
  not_a_classic_cell: {
    en: '{{value}} is no classic address: write 40001, 400001, 4x1, or 40001.3 for a bit',
    zh: '{{value}} 不是传统写法的地址：应为 40001、400001、4x1，位写成 40001.3',
  },
  column_counts_from_1: {
    en: '{{value}} does not exist: this column counts from 1',
    zh: '{{value}} 不存在：此列从 1 计',
  },
  exception_illegal_function: {
    en: 'exception {{code}}: illegal function',
    zh: '异常码 {{code}}：不支持的功能码',
  },
  exception_illegal_address: {
    en: 'exception {{code}}: illegal data address',
    zh: '异常码 {{code}}：数据地址无效',
  },
  exception_illegal_value: {
    en: 'exception {{code}}: illegal data value',
    zh: '异常码 {{code}}：数据值无效',
  },
  exception_device_failure: {
    en: 'exception {{code}}: server device failure',
    zh: '异常码 {{code}}：设备故障',
  },
  exception_acknowledge: { en: 'exception {{code}}: acknowledge', zh: '异常码 {{code}}：已接受，仍在处理' },
  exception_busy: { en: 'exception {{code}}: server device busy', zh: '异常码 {{code}}：设备忙' },
  exception_parity_error: {
    en: 'exception {{code}}: memory parity error',
    zh: '异常码 {{code}}：存储器奇偶校验错误',
  },
  exception_gateway_path: {
    en: 'exception {{code}}: gateway path unavailable',
    zh: '异常码 {{code}}：网关路径不可用',
  },
  exception_gateway_target: {
    en: 'exception {{code}}: gateway target device failed to respond',
    zh: '异常码 {{code}}：网关后的设备没有应答',
  },
  exception_unknown: {
    en: 'exception {{code}}: not in the specification',
    zh: '异常码 {{code}}：规范中没有此代码',
  },
  block_of_unit: {
    en: 'unit {{unit}} {{table}} {{from}}-{{to}}',
    zh: '站号 {{unit}} {{table}} {{from}}-{{to}}',
  },
  no_new_connection_within: {
    en: '{{why}}, and a new one was not connected within {{ms}} ms',
    zh: '{{why}}，且 {{ms}} 毫秒内未能重新连接',
  },
  no_quiet_new_connection_within: {
    en: '{{why}}, and on a new one the line was not quiet within {{ms}} ms',
    zh: '{{why}}，重新连接后 {{ms}} 毫秒内线路一直有数据',
  },
  late_answer_may_come: {
    en: 'not asked: an answer to an earlier request may come for another {{ms}} ms',
    zh: '未请求：此前请求的应答在 {{ms}} 毫秒内仍可能到达',
  },
  answered_twice: {
    en: 'it was answered twice: one of the answers is a late one, to an earlier request',
    zh: '收到两个应答：其中一个是对此前请求的迟到应答',
  },
  answer_may_be_late: {
    en: 'its answer may be one to an earlier request, and no time is left to make sure',
    zh: '应答可能属于此前的请求，且已没有时间确认',
  },
  no_time_left_on_quiet_line: {
    en: 'not asked: the line was found free of late answers, and no time is left',
    zh: '未请求：已确认线路上没有迟到的应答，但时间已用完',
  },
  serial_line_gone: { en: 'the serial line is gone', zh: '串口已断开' },
  crc_wrong: { en: 'the CRC is wrong', zh: 'CRC 校验错误' },
  bytes_after_the_reply: { en: '{{count}} bytes after the reply', zh: '应答之后多出 {{count}} 字节' },
  transaction_id_instead_of: {
    en: 'transaction id {{received}} instead of {{expected}}',
    zh: '事务标识为 {{received}}，应为 {{expected}}',
  },
  protocol_id_instead_of: {
    en: 'protocol id {{received}} instead of 0',
    zh: '协议标识为 {{received}}，应为 0',
  },
  unit_id_instead_of: {
    en: 'unit id {{received}} instead of {{expected}}',
    zh: '站号为 {{received}}，应为 {{expected}}',
  },
  byte_count_instead_of: {
    en: 'byte count {{received}} instead of {{expected}}',
    zh: '字节数为 {{received}}，应为 {{expected}}',
  },
  unrequested_write_confirmed: {
    en: 'a write that was not asked for is confirmed',
    zh: '所确认的写入并非所请求的',
  },
  function_code_instead_of: {
    en: 'function code {{received}} instead of {{expected}}',
    zh: '功能码为 {{received}}，应为 {{expected}}',
  },
  in_excluded_range: {
    en: "lies in a range that the device's profile excludes",
    zh: '位于设备配置的排除区间内',
  },
  beyond_table_end: { en: 'goes beyond the last address of its table', zh: '超出数据区的最后一个地址' },
  cannot_be_read_across: {
    en: '{{table}} {{address}}: cannot be read together with what lies before it',
    zh: '{{table}} {{address}}：不能与其前面的内容一起读取',
  },
  refused_point: {
    en: '{{point}} ({{table}} {{address}}): {{why}}',
    zh: '{{point}}（{{table}} {{address}}）：{{why}}',
  },
  serial_required: {
    en: 'is required with modbus_rtu: {"path": "/dev/ttyUSB0"}',
    zh: '使用 modbus_rtu 时必须给出：{"path": "/dev/ttyUSB0"}',
  },
  serial_line_has_no_host: {
    en: 'a serial line has no host: leave it out, or use modbus_rtu_over_tcp for a serial gateway',
    zh: '串口没有主机地址：请去掉它；串口网关请使用 modbus_rtu_over_tcp',
  },
  required_with: { en: 'is required with {{protocol}}', zh: '使用 {{protocol}} 时必须给出' },
  serial_only_of_rtu: {
    en: 'only modbus_rtu has a serial line, not {{protocol}}',
    zh: '只有 modbus_rtu 使用串口，{{protocol}} 不使用',
  },
  unit_zero_is_broadcast: {
    en: '0 addresses all units of a serial line, and none of them answers',
    zh: '0 是串口的广播地址，没有从站会应答',
  },
  pause_exceeds_timeout: {
    en: 'connect_pause_ms of {{pause}} comes off the timeout of {{timeout}} ms and leaves nothing of it: give the device a longer timeout_ms',
    zh: 'connect_pause_ms 为 {{pause}}，占满了 {{timeout}} 毫秒的超时时间：请为设备设置更长的 timeout_ms',
  },
  not_an_address: { en: '{{notation}} is no address: {{allowed}}', zh: '{{notation}} 不是地址：{{allowed}}' },
  address_out_of_range: {
    en: '{{notation}} is outside 0…{{last}}: {{allowed}}',
    zh: '{{notation}} 超出 0…{{last}}：{{allowed}}',
  },
  address_rule: {
    en: 'write the zero-based address as a number (0), in hexadecimal ("0x0000"), or in the classic notation with its table ("40001", "400001")',
    zh: '请写从 0 开始的地址（0）、十六进制（"0x0000"），或带数据区的传统写法（"40001"、"400001"）',
  },
  address_type_rule: {
    en: 'must be a whole number (zero-based), hexadecimal ("0x1F") or in the classic notation ("40001")',
    zh: '应为整数（从 0 开始）、十六进制（"0x1F"）或传统写法（"40001"）',
  },
  table_required: {
    en: 'is required, unless the address is in the classic notation ("40001")',
    zh: '必须给出，除非地址用传统写法（"40001"）',
  },
  address_of_another_table: {
    en: '{{notation}} is of the table {{other}}, not {{table}}: leave one of them out, or correct it',
    zh: '{{notation}} 属于{{other}}，而不是{{table}}：请去掉其一，或改正',
  },
  classic_address_out_of_range: {
    en: '{{notation}} does not exist: the classic notation counts from 1 to {{last}}',
    zh: '{{notation}} 不存在：传统写法从 1 数到 {{last}}',
  },
  bit_table_needs_bool: {
    en: '{{table}} is a single bit: its data_type is bool, not {{type}}',
    zh: '{{table}}只有一个位：data_type 应为 bool，而不是 {{type}}',
  },
  array_beyond_last_address: {
    en: 'an array of {{count}} {{type}} at {{address}} needs an address after the last one',
    zh: '从 {{address}} 开始的 {{count}} 个 {{type}} 的数组超出最后一个地址',
  },
  type_beyond_last_address: {
    en: '{{type}} at {{address}} needs an address after the last one',
    zh: '从 {{address}} 开始的 {{type}} 超出最后一个地址',
  },
  bit_only_of_bool: {
    en: 'only a bool in a register has a bit, not {{type}}',
    zh: '只有寄存器中的 bool 才有 bit，{{type}}没有',
  },
  byte_only_of_bytes: {
    en: 'only int8 and uint8 have a byte, not {{type}}',
    zh: '只有 int8 和 uint8 才有 byte，{{type}}没有',
  },
  string_needs_registers: {
    en: 'a string needs its length in registers: half as many as it has bytes',
    zh: '字符串必须给出以寄存器计的长度：字节数的一半',
  },
  table_not_writable: {
    en: 'a point of the table {{table}} cannot be written: only coils and holding registers can',
    zh: '{{table}}的点位不能写入：只有线圈和保持寄存器可以',
  },
  part_not_writable: {
    en: 'a part of a register cannot be written: the rest of it would have to be read and written back, and what the device changed in between would be lost',
    zh: '寄存器的一部分不能写入：须先读出其余部分再写回，其间设备的更改会丢失',
  },
  name_coil: { en: 'coil', zh: '线圈' },
  name_discrete_input: { en: 'discrete_input', zh: '离散输入' },
  name_input_register: { en: 'input_register', zh: '输入寄存器' },
  name_holding_register: { en: 'holding_register', zh: '保持寄存器' },
  a_coil: { en: 'a coil', zh: '线圈' },
  a_discrete_input: { en: 'a discrete_input', zh: '离散输入' },
  never_read_beyond_table_end: {
    en: '{{point}}: it reaches beyond the last register',
    zh: '{{point}}：超出最后一个寄存器',
  },
  never_read_too_wide: {
    en: '{{point}}: it is wider than the largest read of the device',
    zh: '{{point}}：超过设备单次最大读取数量',
  },
  never_read_excluded: {
    en: '{{point}}: it lies in a range that the profile of the device excludes',
    zh: '{{point}}：位于设备配置的排除区间内',
  },
});
