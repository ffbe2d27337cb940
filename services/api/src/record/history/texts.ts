import { catalogue } from '@holdfast/texts/text.ts';

export const historyText = catalogue('history', {
  nats_does_not_answer_now_values: {
    en: 'NATS does not answer now: values are those of the database, which may be older, and misses are not known.',
    zh: 'NATS 目前没有应答：所示数值来自数据库，可能较旧，缺失情况未知。',
  },
  the_database_of_values_does: {
    en: 'The database of values does not answer now: of what the last readings lack nothing is known.',
    zh: '数值数据库目前没有应答：最近一次读取未包含的点位没有数值。',
  },
  nats_does_not_answer_now: {
    en: 'NATS does not answer now, so what waits there unwritten is not known: a tick that was lost on its way may still be called not_arrived.',
    zh: 'NATS 目前没有应答，其中待写入的内容未知：途中丢失的采样可能仍显示为 not_arrived。',
  },
  device_unknown: { en: 'There is no device {{unknown}}.', zh: '没有设备 {{unknown}}。' },
  values: { en: 'values', zh: '数值' },
  mean: { en: 'mean', zh: '平均值' },
  min: { en: 'min', zh: '最小值' },
  max: { en: 'max', zh: '最大值' },
  last: { en: 'last', zh: '末值' },
  count: { en: 'count', zh: '个数' },
  time: { en: 'time ({{zone}})', zh: '时间（{{zone}}）' },
  utc_offset: { en: 'UTC offset', zh: 'UTC 偏移' },
  device: { en: 'device', zh: '设备' },
  point: { en: 'point', zh: '点位' },
  name: { en: 'name', zh: '名称' },
  unit: { en: 'unit', zh: '单位' },
  value: { en: 'value', zh: '数值' },
  quality: { en: 'quality', zh: '质量' },
});
