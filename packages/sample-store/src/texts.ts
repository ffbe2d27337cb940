import { catalogue } from '@holdfast/texts/text.ts';

export const storeText = catalogue('store', {
  influxdb_answered: { en: 'InfluxDB: {{problem}}', zh: 'InfluxDB {{problem}}' },
  intervals_are_too_many_at_most: {
    en: '{{buckets}} intervals are too many ({{bucketsAtMost}} at most): ask for less time or longer intervals',
    zh: '时段共 {{buckets}} 个，超过上限 {{bucketsAtMost}} 个：请取更短的时间，或更长的间隔',
  },
  database_gave_reason: { en: '{{reason}}', zh: '数据库给出的原因为“{{reason}}”' },
  influxdb_its_answer_is_longer_than: {
    en: 'InfluxDB: its answer is longer than {{answerMibAtMost}} MiB: name a device, or ask for less with limit or a shorter time',
    zh: 'InfluxDB 的结果超过 {{answerMibAtMost}} MiB：请指定设备，或用 limit 或更短的时间减少数据量',
  },
  influxdb_400: { en: 'InfluxDB 400: {{reason}}', zh: 'InfluxDB 给出的原因为“{{reason}}”' },
  not_an_answer_problem: { en: 'not an InfluxQL answer', zh: '返回的不是 InfluxQL 结果' },
  cut_short_problem: {
    en: 'it gives fewer rows than there are (max-row-limit of its section [http]): raise that, or ask for less with limit or a shorter time',
    zh: '返回的行数少于实际行数（受 [http] 一节中 max-row-limit 的限制）：请调高该值，或用 limit 或更短的时间减少数据量',
  },
  server_gave_reason: { en: '{{reason}}', zh: '给出的原因为“{{reason}}”' },
});
