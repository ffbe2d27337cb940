/** Chinese for failures that links and plans of Modbus report in English. */
export const modbusSentences = {
  '{{device}} unit {{unit}} {{table}} {{addresses}}: {{why}}':
    '{{device}} 站号 {{unit}} {{table}} {{addresses}}：{{why}}',
  '{{why}}, and a new one was not connected within {{ms}} ms': '{{why}}，且 {{ms}} 毫秒内未能重新连接',
  '{{why}}, and a new one was the line was not quiet within {{ms}} ms':
    '{{why}}，重新连接后 {{ms}} 毫秒内线路一直有数据',
  'exception {{code}}: illegal function': '异常码 {{code}}：不支持的功能码',
  'exception {{code}}: illegal data address': '异常码 {{code}}：数据地址无效',
  'exception {{code}}: illegal data value': '异常码 {{code}}：数据值无效',
  'exception {{code}}: server device failure': '异常码 {{code}}：设备故障',
  'exception {{code}}: acknowledge': '异常码 {{code}}：已接受，仍在处理',
  'exception {{code}}: server device busy': '异常码 {{code}}：设备忙',
  'exception {{code}}: memory parity error': '异常码 {{code}}：存储器奇偶校验错误',
  'exception {{code}}: gateway path unavailable': '异常码 {{code}}：网关路径不可用',
  'exception {{code}}: gateway target device failed to respond': '异常码 {{code}}：网关后的设备没有应答',
  'exception {{code}}: not in the specification': '异常码 {{code}}：规范中没有此代码',
  'not asked: an answer to an earlier request may come for another {{ms}} ms':
    '未请求：此前请求的应答在 {{ms}} 毫秒内仍可能到达',
  'it was answered twice: one of the answers is a late one, to an earlier request':
    '收到两个应答：其中一个是对此前请求的迟到应答',
  'its answer may be one to an earlier request, and no time is left to make sure':
    '应答可能属于此前的请求，且已没有时间确认',
  'not asked: the line was found free of late answers, and no time is left':
    '未请求：已确认线路上没有迟到的应答，但时间已用完',
  'the serial line is gone': '串口已断开',
  'the CRC is wrong': 'CRC 校验错误',
  '{{count}} bytes after the reply': '应答之后多出 {{count}} 字节',
  'transaction id {{given}} instead of {{count}}': '事务标识为 {{given}}，应为 {{count}}',
  'protocol id {{given}} instead of 0': '协议标识为 {{given}}，应为 0',
  'unit id {{given}} instead of {{count}}': '站号为 {{given}}，应为 {{count}}',
  'byte count {{given}} instead of {{count}}': '字节数为 {{given}}，应为 {{count}}',
  'a write that was not asked for is confirmed': '所确认的写入并非所请求的',
  'function code {{given}} instead of {{count}}': '功能码为 {{given}}，应为 {{count}}',
  "lies in a range that the device's profile excludes": '位于设备配置的排除区间内',
  'goes beyond the last address of its table': '超出数据区的最后一个地址',
  beyond_table_end: '超出数据区的最后一个地址',
  excluded: '位于设备配置的排除区间内',
  '{{table}} {{address}}: cannot be read together with what lies before it':
    '{{table}} {{address}}：不能与其前面的内容一起读取',
  '{{point}} ({{table}} {{address}}): {{why}}': '{{point}}（{{table}} {{address}}）：{{why}}',
} as const;
