import { catalogue } from '@holdfast/texts/text.ts';

export const systemText = catalogue('system', {
  others_take_its_session: {
    en: 'Others take its session, as far as they can.',
    zh: '其 1 个会话由其他采集器尽量接管。',
  },
  others_take_its_sessions: {
    en: 'Others take its {{sessions}} sessions, as far as they can.',
    zh: '其 {{sessions}} 个会话由其他采集器尽量接管。',
  },
  cannot_be_written: {
    en: 'samples cannot be written: {{why}}. They wait in the stream',
    zh: '无法写入采样：{{why}}。采样在消息流中等待',
  },
  cannot_be_written_since: {
    en: 'samples cannot be written since {{since}}: {{why}}. They wait in the stream',
    zh: '自 {{since}} 起无法写入采样：{{why}}。采样在消息流中等待',
  },
  but_not_those_of: {
    en: ", but not those of {{source}} that name session {{session}}, which are not its holder's: {{reason}}",
    zh: '，但 {{source}} 以会话 {{session}}名义发送的除外，它并非其持有者：{{reason}}',
  },
  but_not_those_of_and_more: {
    en: ", but not those of {{source}} that name session {{session}} and {{others}} more, which are not its holder's: {{reason}}",
    zh: '，但 {{source}} 以会话 {{session}}（另有 {{others}} 个）名义发送的除外，它并非其持有者：{{reason}}',
  },
  collector_silent: {
    en: 'Collector {{id}} may have heard it: the list of collectors shows its state. It can be asked again.',
    zh: '采集器 {{id}} 可能已收到：其状态见采集器列表。可以再次请求。',
  },
  it_is_not_there: { en: 'it is not there', zh: '它不在线' },
  collector_not_found: { en: 'There is no collector {{id}}.', zh: '没有采集器 {{id}}。' },
  it_has_ended_or_was_declared: { en: 'it has ended, or was declared dead', zh: '它已退出，或已被判定失联' },
  it_has_no_session: { en: 'It has no session.', zh: '它没有持有会话。' },
  it_gets_no_work_until: {
    en: '{{taken}} It gets no work until it is started again or undrained.',
    zh: '{{taken}}重新启动或恢复接收会话之前，它不会再分到工作。',
  },
  it_gets_work_again: {
    en: 'It gets work again: what is started, and its share of what runs.',
    zh: '它重新工作：会分到新启动的会话，以及运行中会话的应有份额。',
  },
  collector_not_up: { en: 'Collector {{id}}: {{why}}.', zh: '采集器 {{id}}：{{why}}。' },
  no_other_collector_is_up: {
    en: 'No other collector is up: the sessions of {{id}} would stay with it.',
    zh: '没有其他采集器在线：{{id}} 的会话会留在它那里。',
  },
  nobody_else_that_is_up: {
    en: 'Nobody else that is up has the labels or drivers that {{count}} of its sessions require: they would stay with {{id}}.',
    zh: '在线的其他采集器都没有其 {{count}} 个会话所需的标签或驱动：它们会留在 {{id}}。',
  },
  last_collector: {
    en: '{{why}} Start another one first, or have it drained by force: what nobody takes goes on being read where it is.',
    zh: '{{why}}请先启动另一个采集器，或强制移出：无人接管的会话留在原处继续读取。',
  },
  it_has_a_form: { en: 'it has a form that this release does not know', zh: '本版本不认识其格式' },
  only_samples_can_be_sent_again: {
    en: 'only samples can be sent again, not messages of {{stream}} on {{subject}}',
    zh: '只有采样可以重新发送，{{stream}} 的 {{subject}} 消息不可以',
  },
  it_was_too_long: { en: 'it was too long to be kept whole', zh: '消息过长，未能完整保存' },
  it_was_read_under_epoch: {
    en: 'it was read under epoch {{epoch}} of session {{session}} for tick {{tick}}, and published after epoch {{later}} had begun, which answers for that tick: the writer would reject it',
    zh: '它是会话 {{session}} 以接管序号 {{epoch}} 读取的第 {{tick}} 次采样，但发布时接管序号 {{later}} 已开始生效并负责该次采样：写入服务会拒绝它',
  },
  no_writer_is_alive: { en: 'no writer is alive', zh: '没有在线的写入服务' },
  no_writer_is_alive_samples_wait: {
    en: 'no writer is alive; {{messages}} samples wait in the stream',
    zh: '没有在线的写入服务；{{messages}} 次采样在消息流中等待',
  },
  values_of_go_to_quarantine: {
    en: 'values of {{refusals}} go to quarantine',
    zh: '{{refusals}} 的数值进入隔离区',
  },
  samples_are_written: { en: 'samples are written', zh: '采样写入正常' },
  the_database_does_not_answer: { en: 'the database does not answer', zh: '数据库没有应答' },
  of_writers_cannot_write: {
    en: '{{count}} of {{total}} writers cannot write: {{why}}',
    zh: '{{total}} 个写入服务中有 {{count}} 个无法写入：{{why}}',
  },
  session: {
    en: 'session {{session}}, {{device}} ({{reason}})',
    zh: '会话 {{session}} 的 {{device}}（{{reason}}）',
  },
  and_more_devices: { en: ' and {{more}} more devices', zh: '，另有 {{more}} 台设备' },
  semicolon: { en: '; ', zh: '；' },
  it_is_number_of_now: {
    en: 'It is number {{sentAs}} of {{stream}} now. What still cannot be processed comes back here.',
    zh: '现为 {{stream}} 的第 {{sentAs}} 条。仍然无法处理的会回到这里。',
  },
  quarantined_message_not_found: {
    en: 'There is no message {{sequence}} in quarantine.',
    zh: '隔离区中没有消息 {{sequence}}。',
  },
  cannot_be_sent_again: {
    en: 'Message {{sequence}} stays in quarantine: {{why}}.',
    zh: '消息 {{sequence}} 留在隔离区：{{why}}。',
  },
});
