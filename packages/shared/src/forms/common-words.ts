import { both, type FieldWords } from '@holdfast/driver/form-words.ts';
import type { DataType } from '../contracts/device.ts';
import type { PointCommon } from '../contracts/http/point-http.ts';

/** Fields of a device that every protocol has. */
export type CommonDeviceField =
  | 'code'
  | 'name'
  | 'site_id'
  | 'protocol'
  | 'mode'
  | 'timeout_ms'
  | 'measurement'
  | 'enabled';

export const deviceWords: Readonly<Record<CommonDeviceField, FieldWords>> = {
  code: {
    label: both('Code', '代码'),
    help: both(
      'Short and unique, as on the cabinet: press-1. It names the device in data and logs.',
      '简短且唯一，如设备铭牌上的编号：press-1。数据和日志中以此称呼该设备。',
    ),
  },
  name: { label: both('Name', '名称'), help: both('For people; may be empty.', '供人阅读，可留空。') },
  site_id: { label: both('Site', '站点') },
  protocol: { label: both('Protocol', '协议') },
  mode: {
    label: both('Mode', '方式'),
    options: {
      polled: both('Asked every period', '按周期轮询'),
      subscribed: both('Tells by itself', '主动上报'),
    },
  },
  timeout_ms: {
    label: both('Timeout', '超时'),
    help: both('Longest wait for one whole answer.', '等待一次完整应答的最长时间。'),
    unit: 'ms',
  },
  measurement: {
    label: both('Measurement', '测量名（measurement）'),
    help: both(
      'Name in InfluxDB; the code of the device unless set.',
      '在 InfluxDB 中的名称；不填则用设备代码。',
    ),
  },
  enabled: { label: both('Enabled', '启用') },
};

export const dataTypeWords: Readonly<Record<DataType, ReturnType<typeof both>>> = {
  bool: both('bool: on or off', 'bool：开或关'),
  int8: both('int8: one byte, −128…127', 'int8：单字节，−128…127'),
  uint8: both('uint8: one byte, 0…255', 'uint8：单字节，0…255'),
  int16: both('int16: −32,768…32,767', 'int16：−32768…32767'),
  uint16: both('uint16: 0…65,535', 'uint16：0…65535'),
  int32: both('int32: whole number, signed', 'int32：有符号整数'),
  uint32: both('uint32: whole number', 'uint32：无符号整数'),
  int64: both('int64: whole number, signed', 'int64：有符号整数'),
  uint64: both('uint64: whole number', 'uint64：无符号整数'),
  float16: both('float16: half precision', 'float16：半精度浮点'),
  float32: both('float32: decimal number (REAL)', 'float32：浮点数（REAL）'),
  float64: both('float64: decimal number (LREAL)', 'float64：浮点数（LREAL）'),
  bcd16: both('bcd16: 4 decimal digits', 'bcd16：4 位 BCD 码'),
  bcd32: both('bcd32: 8 decimal digits', 'bcd32：8 位 BCD 码'),
  string: both('string: text', 'string：文本'),
  unix_time32: both('unix_time32: seconds since 1970', 'unix_time32：1970 年起的秒数'),
  unix_time64: both('unix_time64: milliseconds since 1970', 'unix_time64：1970 年起的毫秒数'),
};

export const pointWords: Readonly<Record<keyof PointCommon, FieldWords>> = {
  code: {
    label: both('Code', '代码'),
    help: both('Short and unique in the device: oil_temp.', '简短，在设备内唯一：oil_temp。'),
  },
  name: { label: both('Name', '名称'), help: both('For people; may be empty.', '供人阅读，可留空。') },
  unit: { label: both('Unit', '单位'), help: both('°C, bar, kW …', '℃、bar、kW……') },
  data_type: {
    label: both('Data type', '数据类型'),
    help: both("As the device's manual says it.", '以设备手册为准。'),
    options: dataTypeWords,
  },
  scale: {
    label: both('Scale', '比例'),
    help: both(
      'Value = raw × scale + offset: 0.1 makes 23.5 of 235.',
      '数值 = 原始值 × 比例 + 偏移：比例 0.1 时 235 变为 23.5。',
    ),
  },
  offset: { label: both('Offset', '偏移') },
  count: {
    label: both('Count', '个数'),
    help: both('Makes an array of so many values, one after the other.', '连续多个数值组成的数组。'),
  },
  precision: { label: both('Decimals kept', '保留小数位') },
  valid_min: {
    label: both('Valid from', '有效下限'),
    help: both(
      'A value outside is stored and marked as uncertain.',
      '超出范围的数值仍会存储，并标记为“存疑”。',
    ),
  },
  valid_max: { label: both('Valid to', '有效上限') },
  linear: {
    label: both('Range to range', '量程换算'),
    help: both(
      'Instead of scale and offset: 4,000…20,000 becomes 0…10.',
      '代替比例和偏移：4000…20000 换算为 0…10。',
    ),
    fields: {
      raw_min: { label: both('Raw from', '原始下限') },
      raw_max: { label: both('Raw to', '原始上限') },
      eng_min: { label: both('Value from', '工程下限') },
      eng_max: { label: both('Value to', '工程上限') },
    },
  },
  enumeration: {
    label: both('Names of numbers', '数值名称'),
    help: both('One a line: 0 = off', '每行一个：0 = 停止'),
  },
  period_ms: {
    label: both('Period', '采集周期'),
    help: both('How often it is read; as its task unless set.', '读取间隔；不填则与任务一致。'),
    unit: 'ms',
  },
  report: {
    label: both('Report by exception', '变化上报'),
    help: both('Keeps what says nothing new from being stored.', '没有变化的数值不存储。'),
    fields: {
      deadband_absolute: {
        label: both('Deadband', '死区'),
        help: both('A smaller change is not stored.', '更小的变化不存储。'),
      },
      deadband_percent: { label: both('Deadband of the value', '死区（占数值）'), unit: '%' },
      heartbeat_ms: {
        label: both('At least every', '最长间隔'),
        help: both('Stored then, whatever it is.', '到时无论如何都存储一次。'),
        unit: 'ms',
      },
    },
  },
  writable: {
    label: both('Operators may write it', '允许写入'),
    help: both(
      'From the console and by API, with an entry in the audit log.',
      '可在控制台或通过 API 写入，并记入审计日志。',
    ),
  },
  enabled: { label: both('Enabled', '启用') },
};
