import { catalogue } from '@holdfast/texts/text.ts';

export const problemsText = catalogue('problems', {
  an_event_of: {
    en: 'an event of {{subject}} cannot be read: {{problem}}',
    zh: '{{subject}} 中有一条事件无法读取：“{{problem}}”',
  },
  session_is_running: {
    en: 'Session {{sessionId}} is running. Stop it first, or go on with it.',
    zh: '会话 {{sessionId}} 正在运行。请先停止它，或继续使用它。',
  },
  session_is_paused: {
    en: 'Session {{sessionId}} is paused. Stop it first, or go on with it.',
    zh: '会话 {{sessionId}} 已暂停。请先停止它，或继续使用它。',
  },
  fault_at: { en: '{{path}}: {{message}}', zh: '{{path}}：{{message}}' },
  faults: { en: '{{faults|; }}', zh: '{{faults|；}}' },
  faults_and_more: { en: '{{faults|; }} (and {{more}} more)', zh: '{{faults|；}}（另有 {{more}} 处）' },
  invalid: { en: 'invalid', zh: '无效' },
  log_unreadable: {
    en: '{{event}}. Use the release that wrote it, or a newer one.',
    zh: '{{event}}。请使用写入它的版本或更新的版本。',
  },
  there_is_no_session: { en: 'There is no session {{sessionId}}.', zh: '没有会话 {{sessionId}}。' },
  session_has_failed_take_it_up: {
    en: 'Session {{sessionId}} has failed. Take it up again with POST /api/acquisition/sessions/{{sessionId}}/recover/, or start its task again.',
    zh: '会话 {{sessionId}} 已出错。可恢复它（POST /api/acquisition/sessions/{{sessionId}}/recover/），或重新启动其任务。',
  },
  session_has_ended_and_does: {
    en: 'Session {{sessionId}} has ended and does not come back. Start its task again.',
    zh: '会话 {{sessionId}} 已结束，不会恢复。请重新启动其任务。',
  },
  session_is_paused_resume_it_instead: {
    en: 'Session {{sessionId}} is paused: resume it instead.',
    zh: '会话 {{sessionId}} 已暂停：请改为继续会话。',
  },
  session_was_to_end: {
    en: 'Session {{sessionId}} was to end at {{hardLimitAt}} at the latest (max_duration of its task). Start the task again.',
    zh: '会话 {{sessionId}} 最迟应于 {{hardLimitAt}} 结束（任务的 max_duration）。请重新启动任务。',
  },
  session_has_version_by_now_somebody: {
    en: 'Session {{sessionId}} has version {{configVersion}} by now: it was changed meanwhile. Look at the difference again.',
    zh: '会话 {{sessionId}} 现在是版本 {{configVersion}}：已有他人更改。请重新查看差异。',
  },
  a_change_of_session_comes_into: {
    en: 'A change of session {{sessionId}} comes into force at {{effectiveAt}}. Ask again after that.',
    zh: '会话 {{sessionId}} 的一次更改将于 {{effectiveAt}} 生效。请在此之后再试。',
  },
  outcome_unknown: {
    en: 'The broker did not answer in time. Look at the session, or send the command again: a repeated stop, pause or resume changes nothing, and a repeated start is answered with 409 when the first one was stored.',
    zh: '消息服务未及时应答。请查看会话，或重新发送命令：重复的停止、暂停、继续不会有任何改变；若第一次启动已保存，重复的启动会得到 409。',
  },
  broker_unavailable: {
    en: 'Nothing was changed. Sessions that run go on by themselves; try the command again.',
    zh: '没有任何更改。运行中的会话自行继续；请重试此命令。',
  },
  database_unavailable: {
    en: 'Sessions that run go on, and they can be stopped, paused and resumed. Try again.',
    zh: '运行中的会话继续，仍可停止、暂停和继续。请重试。',
  },
  sample_store_unavailable: {
    en: 'No sample is lost by this. Try again.',
    zh: '不会因此丢失任何采样。请重试。',
  },
  too_many_periods: {
    en: 'At most {{atMost}} periods are given at once, those of each row counted. Take a longer interval, a shorter time, or a smaller limit.',
    zh: '一次最多给出 {{atMost}} 个时段（每行分别计数）。请取更长的间隔、更短的时间，或更小的 limit。',
  },
});
