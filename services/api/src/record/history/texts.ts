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
  code: { en: 'code', zh: '编码' },
  uncertain: { en: 'uncertain', zh: '不确定' },
  uncertain_and_more: { en: '{{points}} and {{count}} more', zh: '{{points}}，另有 {{count}} 个' },
  exports_of_caller: {
    en: '{{most}} of your exports are running. Start this one when one of them is done, or cancel one.',
    zh: '您已有 {{most}} 个导出正在进行。请等其中一个完成或取消后再开始。',
  },
  exports_running: {
    en: '{{most}} exports are running. Try again in {{retryAfterSeconds}} s.',
    zh: '已有 {{most}} 个导出正在进行，请在 {{retryAfterSeconds}} 秒后重试。',
  },
  export_broke_off: {
    en: 'The export broke off, so the file is incomplete: delete it and export again. The log of the API says why.',
    zh: '导出中断，文件不完整：请删除后重新导出。原因见 API 日志。',
  },
  export_unknown: {
    en: 'Nothing is known of an export {{id}} of yours: it has not begun, or ended more than ten minutes ago, or another process of the API runs it.',
    zh: '没有您的导出 {{id}} 的记录：尚未开始，或已结束超过十分钟，或由另一个 API 进程执行。',
  },
});
