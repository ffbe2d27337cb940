/** Chinese messages of problems, by their English. */
export const chineseFaults: Readonly<Record<string, string>> = {
  '{{device}}, {{point}}: it reaches beyond the last register': '{{device}}，{{point}}：超出最后一个寄存器',
  '{{device}}, {{point}}: it is wider than the largest read of the device':
    '{{device}}，{{point}}：超过设备单次最大读取数量',
  '{{device}}, {{point}}: it lies in a range that the profile of the device excludes':
    '{{device}}，{{point}}：位于设备配置的排除区间内',
  'is required with modbus_rtu: {"path": "/dev/ttyUSB0"}':
    '使用 modbus_rtu 时必须给出：{"path": "/dev/ttyUSB0"}',
  'a serial line has no host: leave it out, or use modbus_rtu_over_tcp for a serial gateway':
    '串口没有主机地址：请去掉它；串口网关请使用 modbus_rtu_over_tcp',
  'is required with {{protocol}}': '使用 {{protocol}} 时必须给出',
  'only modbus_rtu has a serial line, not {{protocol}}': '只有 modbus_rtu 使用串口，{{protocol}} 不使用',
  '0 addresses all units of a serial line, and none of them answers': '0 是串口的广播地址，没有从站会应答',
  'connect_pause_ms of {{pause}} comes off the timeout of {{timeout}} ms and leaves nothing of it: give the device a longer timeout_ms':
    'connect_pause_ms 为 {{pause}}，占满了 {{timeout}} 毫秒的超时时间：请为设备设置更长的 timeout_ms',
  '{{notation}} is no address: {{allowed}}': '{{notation}} 不是地址：{{allowed}}',
  '{{notation}} is outside 0…{{last}}: {{allowed}}': '{{notation}} 超出 0…{{last}}：{{allowed}}',
  'write the zero-based address as a number (0), in hexadecimal ("0x0000"), or in the classic notation with its table ("40001", "400001")':
    '请写从 0 开始的地址（0）、十六进制（"0x0000"），或带数据区的传统写法（"40001"、"400001"）',
  'must be a whole number (zero-based), hexadecimal ("0x1F") or in the classic notation ("40001")':
    '应为整数（从 0 开始）、十六进制（"0x1F"）或传统写法（"40001"）',
  'is required, unless the address is in the classic notation ("40001")':
    '必须给出，除非地址用传统写法（"40001"）',
  '{{notation}} is of the table {{named}}, not {{table}}: leave one of them out, or correct it':
    '{{notation}} 属于{{named}}，而不是{{table}}：请去掉其一，或改正',
  '{{notation}} does not exist: the classic notation counts from 1 to {{last}}':
    '{{notation}} 不存在：传统写法从 1 数到 {{last}}',
  "{{address}} without quotes is the zero-based address {{same}} ({{classic}} in the classic notation). If the manual's {{manual}} is meant, which is the zero-based {{position}}, write it in quotes: {{quoted}}":
    '不带引号的 {{address}} 是从 0 开始的地址 {{same}}（传统写法为 {{classic}}）。若指手册中的 {{manual}}，即从 0 开始的 {{position}}，请加上引号：{{quoted}}',
  'a {{table}} is a single bit: its data_type is bool, not {{type}}':
    '{{table}}只有一个位：data_type 应为 bool，而不是 {{type}}',
  'an array of {{count}} {{type}} at {{address}} needs an address after the last one':
    '从 {{address}} 开始的 {{count}} 个 {{type}} 的数组超出最后一个地址',
  '{{type}} at {{address}} needs an address after the last one':
    '从 {{address}} 开始的 {{type}} 超出最后一个地址',
  'only a bool in a register has a bit, not {{type}}': '只有寄存器中的 bool 才有 bit，{{type}}没有',
  'only int8 and uint8 have a byte, not {{type}}': '只有 int8 和 uint8 才有 byte，{{type}}没有',
  'a string needs its length in registers: half as many as it has bytes':
    '字符串必须给出以寄存器计的长度：字节数的一半',
  'a point of the table {{table}} cannot be written: only coils and holding registers can':
    '{{table}}的点位不能写入：只有线圈和保持寄存器可以',
  'a part of a register cannot be written: the rest of it would have to be read and written back, and what the device changed meanwhile would be lost':
    '寄存器的一部分不能写入：须先读出其余部分再写回，其间设备的更改会丢失',
};
