import { chineseSheetFaults } from './sheet-fault-words.ts';

/** Faults of a request in Chinese, by their English. `{{name}}` stands for what the fault names; the first that fits counts. */
export const chineseFaults = {
  ...chineseSheetFaults,
  'Invalid input: expected {{type}}, received undefined': '缺少此项，应为{{type}}',
  'Invalid input: expected {{type}}, received {{given}}': '应为{{type}}，而不是{{given}}',
  'Invalid input: expected {{value}}': '应为 {{value}}',
  'Invalid input': '无效',
  'Invalid option: expected one of {{values}}': '应为以下之一：{{values}}',
  'Invalid discriminator value. Expected {{value}}': '应为 {{value}}',
  'Invalid key in record': '名称无效',
  'Invalid ISO datetime': '不是 RFC 3339 时间',
  'Invalid string: must match pattern {{pattern}}': '不符合格式 {{pattern}}',
  'Invalid number: must be a multiple of {{step}}': '必须是 {{step}} 的倍数',
  'Too small: expected string to have >={{min}} characters': '至少 {{min}} 个字符',
  'Too big: expected string to have <={{max}} characters': '最多 {{max}} 个字符',
  'Too small: expected array to have >={{min}} items': '至少 {{min}} 项',
  'Too big: expected array to have <={{max}} items': '最多 {{max}} 项',
  'Too small: expected {{type}} to be >={{min}}': '不能小于 {{min}}',
  'Too small: expected {{type}} to be >{{min}}': '必须大于 {{min}}',
  'Too big: expected {{type}} to be <={{max}}': '不能大于 {{max}}',
  'Too big: expected {{type}} to be <{{max}}': '必须小于 {{max}}',

  'there is no {{kind}} "{{name}}"; did you mean {{nearest}}?':
    '没有{{kind}}“{{name}}”，您是否要写 {{nearest}}？',
  'there is no {{kind}} "{{name}}"; known: {{known}}': '没有{{kind}}“{{name}}”，可用的有：{{known}}',
  'there is no {{kind}} "{{name}}"; this takes none': '没有{{kind}}“{{name}}”，这里不接受任何{{kind}}',
  'is nested too deeply': '嵌套过深',
  'has characters that no text may hold': '含有文本中不允许的字符',
  'must not contain control characters': '不能含有控制字符',
  'must not end with a backslash': '不能以反斜杠结尾',
  'must not begin or end with a blank': '首尾不能有空格',
  'must not be blank': '不能为空',
  'must have cert and key, or neither': '必须同时有 cert 和 key，或都没有',
  'must be the name of a secret: 1 to 64 letters, digits, ".", "_" and "-", a letter or digit at both ends':
    '应为密钥名称：1 至 64 个字母、数字、“.”、“_”和“-”，首尾为字母或数字',
  invalid: '无效',

  'must be before {{other}}': '必须早于 {{other}}',
  'must not lie in the future': '不能晚于现在',
  'must lie in the future': '必须晚于现在',
  'must be now, a time ago like -30m or -7d, or RFC 3339 like 2026-01-31T08:00:00+08:00':
    '应为 now、此前的时间（如 -30m 或 -7d）或 RFC 3339 时间（如 2026-01-31T08:00:00+08:00）',
  'must be a length of time like 30s, 15m, 1h or 1d': '应为时长，如 30s、15m、1h 或 1d',
  'must be a length of time like 12h, 30d or 8w, from 1h to 3650d':
    '应为时长，如 12h、30d 或 8w，从 1h 到 3650d',
  'must be how far a clock is ahead of UTC, like +08:00 or -03:30': '应为比 UTC 早多少，如 +08:00 或 -03:30',
  'must be a time zone, such as Asia/Shanghai or Europe/Berlin':
    '应为时区，如 Asia/Shanghai 或 Europe/Berlin',
  'must be whole days, like 1d or 1w, or less than one, like 1h':
    '应为整数天（如 1d、1w），或短于一天（如 1h）',
  'must be one of {{values}}': '应为以下之一：{{values}}',
  'must be 1 to 255 visible ASCII characters': '应为 1 至 255 个可见的 ASCII 字符',
  'must be the id of an event of this stream': '应为此数据流中某个事件的编号',
  'must be the id of a task, such as 1 (GET /api/config/tasks/ lists them)':
    '应为任务编号，如 1（列表：GET /api/config/tasks/）',
  'must be DEVICE/POINT by their codes': '应为 设备代码/点位代码',
  'name at least one point, or a device': '请至少指定一个点位，或一台设备',
  'has no point: name devices that have some': '没有点位：请指定有点位的设备',
  '{{count}} points at most in one file': '一个文件最多 {{count}} 个点位',
  'must be the name of a stream': '应为消息流的名称',
  'give a stream or a part of the reason of what is to be deleted': '请指明要删除的消息流，或原因中的文字',
  'must not exceed {{bytes}} bytes of JSON': '以 JSON 计不能超过 {{bytes}} 字节',
  'is needed for shifts: each site has its own': '按班次分段时必须指定：各站点的班次不同',
  'must be a network such as 192.168.10.0/24, or one address': '应为网段（如 192.168.10.0/24）或单个地址',
  'must be a time of the day like 06:00 or 22:30': '应为一天中的时刻，如 06:00 或 22:30',
  'must not be that of another shift': '不能与另一个班次相同',
  'must not be when another begins': '不能与另一个班次的起始时刻相同',

  'must have 12 characters at least': '至少需要 12 个字符',
  'is for people who are viewers and no more: nobody sees who stands before a display':
    '只适用于仅有只读用户角色的用户：没有人知道显示屏前站着谁',
  'must be 1 to 64 letters, digits, blanks and ._@-, and begin with one of the first two':
    '应为 1 至 64 个字母、数字、空格和 ._@-，并以字母或数字开头',
  'must be 1 to 64 of a-z, A-Z, 0-9 and ._@-, begin with one of the first three, and not look like an id':
    '应为 1 至 64 个 a-z、A-Z、0-9 和 ._@-，以字母或数字开头，且不能像 id',
  'belongs into one of the grants': '应写在 grants 的某一项中',
  'is needed, or grants': '必须给出，或给出 grants',
  '* stands alone: it is all sites': '* 表示全部站点，只能单独使用',

  'is taken': '已被占用',
  'is that of {{other}}': '已被 {{other}} 使用',
  'no item makes {{kind}} {{id}}': '没有任何一项新建 {{kind}} {{id}}',
  '{{kind}} {{id}} is deleted by this set': '此变更集会删除 {{kind}} {{id}}',
  'there is no such site': '没有这个站点',
  'there is no such device': '没有这台设备',
  'there is no such point': '没有这个点位',
  '{{points}}: of a device that is not in device_ids': '{{points}}：其设备不在 device_ids 中',
  'must begin before it ends': '起始不能晚于结束',
  'must not begin with #': '不能以 # 开头',
  'must not be "time": that is the name of the timestamp in the database; choose another, such as "clock_time"':
    '不能是“time”：这是数据库中时间戳的名称，请换一个，如“clock_time”',
  'must not end in "__integer" or "__integer_minus_2_63": such names hold 64-bit integers in InfluxDB':
    '不能以“__integer”或“__integer_minus_2_63”结尾：InfluxDB 用这样的名称保存 64 位整数',
  'must not be 0: every value would be the offset': '不能为 0：否则每个值都等于偏移量',
  'must not name more than 1000 numbers': '最多 1000 个数值名称',
  'must not contain an equals sign or a comma: no collector can have it':
    '不能含有等号或逗号：采集器不可能有这样的标签',
  'must not have more than 32 labels': '最多 32 个标签',
  'must say, with trust_epoch, whose samples you vouch for':
    '使用 trust_epoch 时必须说明为哪个采集器的采样担保',
  'must say, with trust_epoch, how far you have seen the quarantine':
    '使用 trust_epoch 时必须说明隔离区看到了哪个位置',
  'must set soft_seconds, hard_seconds or both; null instead of this sets no limit':
    '必须设置 soft_seconds、hard_seconds 或两者；不限时请把整项设为 null',
  'must be less than hard_seconds: a session that is stopped is not warned of':
    '必须小于 hard_seconds：已停止的会话不会再提醒',
  'a value of the array {{array}} is named {{name}} too': '数组 {{array}} 中也有一个值名为 {{name}}',
  '{{device}}: a value of the array {{array}} is named {{name}} too':
    '{{device}}：数组 {{array}} 中也有一个值名为 {{name}}',
  '{{devices}}: {{endpoint}} cannot speak {{one}} and {{other}}':
    '{{devices}}：{{endpoint}} 不能同时使用 {{one}} 和 {{other}}',
  '{{devices}}: {{endpoint}} cannot run at {{one}} and at {{other}}':
    '{{devices}}：{{endpoint}} 不能同时以 {{one}} 和 {{other}} 运行',
  '{{devices}}: {{endpoint}} cannot be both a TCP endpoint and a serial line':
    '{{devices}}：{{endpoint}} 不能既是 TCP 端点又是串口',
  '{{had}} of {{point}} are stored, and the database takes no {{kind}} beside them: make a new point with another code, such as {{code}}, and disable the one that there was':
    '{{point}} 已存有{{had}}，数据库不能再存入{{kind}}：请用另一个代码（如 {{code}}）新建点位，并停用原来的点位',

  'must be a name or an address alone, such as 192.168.1.20: without "http://" and brackets, and the port has a field of its own':
    '只写主机名或地址，如 192.168.1.20：不带“http://”和方括号，端口另有字段',

  'its last value is named {{name}}, which is longer than {{max}} characters':
    '其最后一个值名为 {{name}}，超过 {{max}} 个字符',
  'only a string has a length, not {{type}}; an array has a count':
    '只有字符串才有 length，{{type}}没有；数组用 count',
  'only a string has an encoding, not {{type}}': '只有字符串才有 encoding，{{type}}没有',
  '{{type}} cannot be scaled: leave scale and offset out': '{{type}}不能换算：请去掉 scale 和 offset',
  'only numbers have a deadband, not {{type}}: without one, it is sent when it changes':
    '只有数值才有死区，{{type}}没有：不设死区时，变化即发送',
  'only numbers have {{field}}, not {{type}}': '只有数值才有 {{field}}，{{type}}没有',
  '64-bit integers without a scale are kept exactly: there is nothing to round':
    '不换算的 64 位整数按原值保存，无需舍入',
  '{{min}} is above valid_max, {{max}}': '{{min}} 大于 valid_max（{{max}}）',
  'linear stands instead of scale and offset: leave these out': 'linear 代替 scale 和 offset：请去掉后两者',
  'both raw values, and both engineering values, must differ': '两个原始值不能相同，两个工程值也不能相同',
  'only whole numbers and bool have an enumeration, not {{type}}': '只有整数和 bool 才有枚举，{{type}}没有',
  'names no number': '没有列出任何数值',
  '{{number}} is no number that {{type}} can be, which holds {{range}}':
    '{{type}}不可能取值 {{number}}，其范围是 {{range}}',
  'arrays cannot be written: make a point of the one element, without a count':
    '数组不能写入：请为单个元素另建一个不带 count 的点位',

  '{{number}} may have lost its last digits on the way: send it as text in decimal':
    '{{number}} 的末位在传输中可能已丢失：请以十进制文本发送',
  '{{number}} is outside the valid range of {{range}}': '{{number}} 超出有效范围 {{range}}',
  'this point is an array of {{count}} values, not of {{given}}':
    '此点位是 {{count}} 个值的数组，而不是 {{given}} 个',
  'this point is an array of {{count}} values': '此点位是 {{count}} 个值的数组',
  '{{value}} is neither true nor false': '{{value}} 既不是 true 也不是 false',
  '{{value}}, raw {{raw}}, does not fit {{type}}, which holds {{range}}':
    '{{value}}（原始值 {{raw}}）超出 {{type}} 的范围 {{range}}',
  '{{value}} does not fit {{type}}, which holds {{range}}': '{{value}} 超出 {{type}} 的范围 {{range}}',
  '{{value}} does not fit {{type}}': '{{value}} 超出 {{type}} 的范围',
  '{{value}} is not a finite number': '{{value}} 不是有限的数值',
  '{{value}} is not a number': '{{value}} 不是数值',
  '{{value}} is none of: {{known}}': '{{value}} 不在以下之中：{{known}}',
  '{{value}} is not a time such as 2026-01-31T12:00:00Z': '{{value}} 不是时间，例如 2026-01-31T12:00:00Z',
  '{{value}} is not a text': '{{value}} 不是文本',
  '{{value}} cannot be written in {{encoding}}: it has other characters, control characters or blanks at the end':
    '{{value}} 不能以 {{encoding}} 写入：含有其他字符、控制字符，或末尾有空格',
  'the text has {{bytes}} bytes, and there is room for {{room}}':
    '文本有 {{bytes}} 字节，只能容纳 {{room}} 字节',
} as const;

/** Words that faults name; drivers have more of them. */
export const chineseNames: Readonly<Record<string, string>> = {
  string: '文本',
  numbers: '数值',
  booleans: '布尔值',
  texts: '文本',
  number: '数值',
  int: '整数',
  boolean: '布尔值',
  array: '列表',
  object: '对象',
  record: '对象',
  null: '空值',
  undefined: '空值',
  field: '字段',
  'query parameter': '查询参数',
  'an enumeration': '枚举',
};
