import { catalogue } from '@holdfast/texts/text.ts';
import type { AlarmSource, AlarmState, ClearReason } from '../../domain/alarm/alarm.ts';
import { wordsOf } from './status-words.ts';

/** What each alarm says: what happened, to which object, and what to do. */
export const alarmText = catalogue('alarm', {
  event_log_damaged: {
    en: 'The supervisor on {{host}} reports a damaged session log: {{detail}}. Nothing is assigned until it is repaired; docs/troubleshooting.md says how.',
    zh: '{{host}} 上的监督服务报告会话日志已损坏：{{detail}}。修复前不再分配会话；修复方法见 docs/troubleshooting.md。',
  },
  session_failed: {
    en: 'Session {{session}} of task {{task}} failed: {{why}}.',
    zh: '任务 {{task}} 的会话 {{session}} 出错：{{why}}。',
  },
  session_not_placed: {
    en: 'No collector reads session {{session}} of task {{task}}: {{why}}.',
    zh: '任务 {{task}} 的会话 {{session}} 没有采集器读取：{{why}}。',
  },
  waits_for_the_supervisor: {
    en: 'it waits for the supervisor, see that one is running',
    zh: '正在等待监督服务，请确认它在运行',
  },
  session_not_read: {
    en: 'Nothing of session {{session}} of task {{task}} arrives from collector {{collector}}. See that the collector runs and reaches NATS.',
    zh: '未收到采集器 {{collector}} 发来的任务 {{task}} 会话 {{session}} 的任何数据。请检查该采集器是否在运行、能否连接 NATS。',
  },
  no_writer_runs: {
    en: 'No writer is running: samples wait in NATS and are not stored. Start the writer.',
    zh: '没有写入服务在运行：采样数据在 NATS 中等待，未写入数据库。请启动写入服务。',
  },
  store_failing: {
    en: 'Samples cannot be stored: {{why}}. They wait in NATS until the database works again.',
    zh: '采样数据无法写入：{{why}}。数据库恢复前，数据在 NATS 中等待。',
  },
  store_behind: {
    en: 'Storing is {{seconds}} s behind: {{messages}} messages wait in NATS. See the load of the database and of the writer.',
    zh: '写入滞后 {{seconds}} 秒：{{messages}} 条消息在 NATS 中等待。请检查数据库和写入服务的负载。',
  },
  stream_filling: {
    en: 'The stream {{stream}} is {{percent}} % full. Give it more room before it refuses or drops messages; docs/nats.md says how.',
    zh: '流 {{stream}} 已使用 {{percent}}%。请在其拒收或丢弃消息之前扩容；方法见 docs/nats.md。',
  },
  collector_lost: {
    en: 'Collector {{collector}} on {{host}} gives no sign of life. Its sessions go to others; see that it is started again.',
    zh: '{{host}} 上的采集器 {{collector}} 已失联。其会话由其他采集器接管；请确认它重新启动。',
  },
  collector_draining: {
    en: 'Collector {{collector}} has been draining for long and still has {{sessions}} sessions. See whether another collector can take them.',
    zh: '采集器 {{collector}} 移出会话已久，仍持有 {{sessions}} 个会话。请检查是否有其他采集器可以接管。',
  },
  device_silent: {
    en: 'Device {{device}} does not answer: {{why}}.',
    zh: '设备 {{device}} 读不到：{{why}}。',
  },
  device_partly_failing: {
    en: 'Device {{device}} does not give all of its values: {{why}}.',
    zh: '设备 {{device}} 部分数值缺失：{{why}}。',
  },
  device_slow: { en: 'Device {{device}} answers slowly.', zh: '设备 {{device}} 应答缓慢。' },
  device_overrun: {
    en: 'Device {{device}} loses ticks: reading it takes longer than its period. Lengthen the period or read fewer points.',
    zh: '设备 {{device}} 缺失采样：读取耗时超过周期。请加长周期或减少点位。',
  },
  unknown_reason: { en: 'for an unknown reason', zh: '原因未知' },
  values_refused: {
    en: 'The database refuses values of session {{session}} of task {{task}}: {{why}}. They are in quarantine.',
    zh: '数据库拒绝任务 {{task}} 会话 {{session}} 的部分数值：{{why}}。这些数值已进入隔离区。',
  },
  quarantine_not_empty: {
    en: '{{count}} messages are in quarantine. Look at them with holdfast quarantine list, then send them again or delete them.',
    zh: '隔离区中有 {{count}} 条消息。请用 holdfast quarantine list 查看，然后重新发送或删除。',
  },
  session_time_limit: {
    en: 'Session {{session}} of task {{task}} runs longer than planned.',
    zh: '任务 {{task}} 的会话 {{session}} 运行时间超过计划。',
  },
});

export const alarmSourceWords = wordsOf<AlarmSource>('alarm_source', {
  event_log_damaged: { en: 'Session log damaged', zh: '会话日志损坏' },
  session_failed: { en: 'Session failed', zh: '会话出错' },
  session_not_placed: { en: 'Session without collector', zh: '会话无采集器' },
  session_not_read: { en: 'Session not read', zh: '会话无数据' },
  store_failing: { en: 'Storing fails', zh: '写入失败' },
  store_behind: { en: 'Storing is behind', zh: '写入滞后' },
  stream_filling: { en: 'Stream nearly full', zh: '流即将占满' },
  collector_lost: { en: 'Collector lost', zh: '采集器失联' },
  device_silent: { en: 'Device silent', zh: '设备读不到' },
  values_refused: { en: 'Values refused', zh: '数值被拒绝' },
  collector_draining: { en: 'Draining takes long', zh: '移出会话过久' },
  device_partly_failing: { en: 'Values missing', zh: '部分数值缺失' },
  device_slow: { en: 'Device slow', zh: '设备缓慢' },
  quarantine_not_empty: { en: 'Quarantine not empty', zh: '隔离区非空' },
  session_time_limit: { en: 'Session too long', zh: '会话超时' },
});

export const alarmStateWords = wordsOf<AlarmState>('alarm_state', {
  normal: { en: 'Normal', zh: '正常' },
  active_unacknowledged: { en: 'Active, not acknowledged', zh: '活动，未确认' },
  active_acknowledged: { en: 'Active, acknowledged', zh: '活动，已确认' },
  cleared_unacknowledged: { en: 'Cleared, not acknowledged', zh: '已恢复，未确认' },
});

export const clearReasonWords = wordsOf<ClearReason>('alarm_cleared', {
  recovered: { en: 'the condition is over', zh: '状况已恢复' },
  ended: { en: 'the session was stopped or paused', zh: '会话已停止或暂停' },
  removed: { en: 'it is no longer configured', zh: '已从配置中移除' },
});
