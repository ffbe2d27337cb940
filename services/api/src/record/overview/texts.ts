import { catalogue } from '@holdfast/texts/text.ts';

export const overviewText = catalogue('overview', {
  failed: { en: 'it failed. {{next}}', zh: '已出错。{{next}}' },
  failed_because: { en: '{{error}}. {{next}}', zh: '{{error}}。{{next}}' },
  runs_longer: { en: 'it runs longer than planned', zh: '运行时间超过计划' },
  runs_longer_until: {
    en: 'it runs longer than planned; it is stopped at {{end}}',
    zh: '运行时间超过计划，将于 {{end}} 自动结束',
  },
  nats_does_not_answer_now_collectors: {
    en: 'NATS does not answer now: collectors, sinks and the quarantine are not known, nor what is read.',
    zh: 'NATS 目前没有应答：采集器、写入和隔离区的状态，以及正在读取的内容均未知。',
  },
  the_database_of_the_samples_does: {
    en: 'The database of the samples does not answer now, so ticks are not counted.',
    zh: '采样数据库目前没有应答，无法统计采样。',
  },
  it_is_not_tried_again: { en: 'It is not tried again by itself.', zh: '不会自动重试。' },
  it_is_tried_again: { en: 'It is tried again at {{nextTryAt}}.', zh: '将于 {{nextTryAt}} 重试。' },
  no_collector: { en: 'no collector has it', zh: '无采集器负责' },
  separator_semicolon: { en: '; ', zh: '；' },
  nothing_of_it_arrives: { en: 'nothing of it arrives', zh: '没有收到任何数据' },
  separator_colon: { en: ': ', zh: '：' },
  and_more: { en: '; and {{more}} more', zh: '；另有 {{more}} 台' },
  nats_does_not_answer_now: {
    en: 'NATS does not answer now: what is read and what waits there unwritten is not known, so attention may lack not_read and not_stored, and losses may be called not_arrived.',
    zh: 'NATS 目前没有应答：正在读取的内容和其中待写入的内容均未知，因此需要处理的事项中可能缺少 not_read 和 not_stored，丢失的采样可能显示为 not_arrived。',
  },
});
