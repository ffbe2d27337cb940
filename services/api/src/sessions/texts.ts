import { catalogue } from '@holdfast/texts/text.ts';

export const sessionsText = catalogue('sessions', {
  session_would_go_on_with_new: {
    en: 'Session {{sessionId}} would go on with a new version; {{counts}}.',
    zh: '会话 {{sessionId}} 将以新版本继续；{{counts}}。',
  },
  session_would_go_on_with: {
    en: 'Session {{sessionId}} would go on with version {{to}}; {{counts}}.',
    zh: '会话 {{sessionId}} 将以版本 {{to}} 继续；{{counts}}。',
  },
  nothing_stored: {
    en: 'it is read, but nothing of it is stored{{why}}',
    zh: '正在读取，但没有存储任何数据{{why}}',
  },
  nothing_stored_since: {
    en: 'it is read, but nothing of it is stored since {{last}}{{why}}',
    zh: '正在读取，但自 {{last}} 起没有存储任何数据{{why}}',
  },
  quarantine_may_say_why: {
    en: '. GET /api/system/quarantine/ may say why',
    zh: '。原因可能见 GET /api/system/quarantine/',
  },
  on_its_way: {
    en: 'what it has read lately may still be on its way: GET /api/system/sinks/ says what holds it up',
    zh: '最近读取的数据可能仍在途中：原因见 GET /api/system/sinks/',
  },
  on_its_way_behind: {
    en: 'what it has read lately may still be on its way, and the writer is {{lag}} s behind: GET /api/system/sinks/ says what holds it up',
    zh: '最近读取的数据可能仍在途中，写入服务落后 {{lag}} s：原因见 GET /api/system/sinks/',
  },
  refused_point: { en: '{{device}}, 1 point ({{reason}})', zh: '{{device}}，1 个点位（{{reason}}）' },
  refused_points: {
    en: '{{device}}, {{points}} points ({{reason}})',
    zh: '{{device}}，{{points}} 个点位（{{reason}}）',
  },
  assigned_to_which_says: {
    en: 'it is assigned to {{collectorId}}, which says {{state}}',
    zh: '已分配给 {{collectorId}}，其状态为 {{state}}',
  },
  assigned_to_which_says_why: {
    en: 'it is assigned to {{collectorId}}, which says {{state}}: {{detail}}',
    zh: '已分配给 {{collectorId}}，其状态为 {{state}}：{{detail}}',
  },
  running_but_no_sample: {
    en: 'it is running, but no sample of it has arrived',
    zh: '应在运行，但没有收到任何采样',
  },
  running_but_none_since: {
    en: 'it is running, but the last sample arrived {{ago}} ago, none since {{since}}',
    zh: '应在运行，但最近一次采样在 {{ago}} 前收到，自 {{since}} 起没有新的采样',
  },
  running_but_last_sample: {
    en: 'it is running, but the last sample arrived {{ago}} ago, not within {{within}}',
    zh: '应在运行，但最近一次采样在 {{ago}} 前收到，超过 {{within}}',
  },
  session_not_found: {
    en: 'Session {{sessionId}} was cleaned away at {{cleaned}}. The event log still has its events, and what it read is found by device.',
    zh: '会话 {{sessionId}} 已于 {{cleaned}} 清理。事件日志仍有它的事件，其读数可按设备查询。',
  },
  device_not_in_session: {
    en: 'Session {{sessionId}} reads no device {{device}}.',
    zh: '会话 {{sessionId}} 不读取设备 {{device}}。',
  },
  session_not_started_yet: {
    en: 'Session {{sessionId}} was started at {{startedAt}}, after {{at}}.',
    zh: '会话 {{sessionId}} 启动于 {{startedAt}}，晚于 {{at}}。',
  },
  not_every_writer_records_what_becomes: {
    en: 'not every writer records what becomes of ticks: give each DATABASE_URL',
    zh: '部分写入服务没有记录采样的去向：请为每个写入服务设置 DATABASE_URL',
  },
  its_configuration_cannot_be_read: { en: 'its configuration cannot be read', zh: '无法读取其配置' },
  the_broker_cannot_be_asked_see: {
    en: 'the broker cannot be asked: see whether NATS answers',
    zh: '无法查询消息服务：请检查 NATS 是否有应答',
  },
  the_record_cannot_be_read_see: {
    en: 'the record cannot be read: see whether PostgreSQL answers',
    zh: '无法读取记录：请检查 PostgreSQL 是否有应答',
  },
  refused: { en: ': {{refused}}', zh: '：{{refused}}' },
  values_of_it_go_to_quarantine: {
    en: 'values of it go to quarantine{{why}}',
    zh: '部分数值进入隔离区{{why}}',
  },
  what_it_reads_is_stored: { en: 'what it reads is stored', zh: '读取的数据均已存储' },
  no_writer_is_alive: {
    en: 'no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report',
    zh: '没有在线的写入服务：已读取的数据在消息流中等待。请启动写入服务，或查看其日志了解为何没有上报',
  },
  and_more_devices: { en: ' and {{more}} more devices', zh: '，另有 {{more}} 台设备' },
  semicolon: { en: '; ', zh: '；' },
  it_waits_for_the_supervisor: { en: 'it waits for the supervisor', zh: '等待监督服务分配' },
  no_collector: { en: 'no collector has it: {{why}}', zh: '无采集器负责：{{why}}' },
  it_was_assigned_to_with_epoch: {
    en: 'it was assigned to {{collectorId}} with epoch {{epoch}}, which has not said anything of it yet',
    zh: '已分配给 {{collectorId}}（接管序号 {{epoch}}），但后者尚未报告任何情况',
  },
  holds_it_with_epoch: {
    en: '{{collector}} holds it with epoch {{epoch}}, which the read model does not know yet',
    zh: '由 {{collector}} 持有（接管序号 {{epoch}}），读模型尚未更新',
  },
  has_said_nothing: {
    en: '{{collectorId}} has said nothing of it for {{silent}}',
    zh: '{{collectorId}} 已有 {{silent}} 没有报告',
  },
  the_last_sample_was_read_under: {
    en: 'the last sample was read under epoch {{epoch}}, not under {{placed}}',
    zh: '最近一次采样属于接管序号 {{epoch}}，而不是 {{placed}}',
  },
  supervisor_on: { en: 'supervisor on {{host}}', zh: '{{host}} 上的监督服务' },
  it_is_since_but_was_read: {
    en: 'it is {{status}} since {{ended}}, but was read for the tick of {{read}} under epoch {{epoch}}',
    zh: '自 {{ended}} 起已不在运行（{{status}}），但 {{read}} 的采样仍以接管序号 {{epoch}} 读取',
  },
  restore_sessions_from_the_backup: {
    en: 'Restore SESSIONS from the backup that belongs to this database. If the log is right and the database is not, delete the row of projection_checkpoint: the read model is then rebuilt from the log.',
    zh: '请用与此数据库对应的备份恢复 SESSIONS。若日志正确而数据库不正确，请删除 projection_checkpoint 中的行：读模型会由日志重新生成。',
  },
  sessions_ends_at_sequence_but: {
    en: 'SESSIONS ends at sequence {{end}}, but the read model has events up to {{lastSequence}}. {{wayOut}}',
    zh: 'SESSIONS 止于序号 {{end}}，而读模型已有到 {{lastSequence}} 的事件。{{wayOut}}',
  },
  sessions_has_another_event_at_sequence: {
    en: 'SESSIONS has another event at sequence {{lastSequence}} than the read model ({{lastEventId}}). {{wayOut}}',
    zh: 'SESSIONS 在序号 {{lastSequence}} 处的事件与读模型的（{{lastEventId}}）不同。{{wayOut}}',
  },
  shown_at_all_sites: {
    en: 'the reason is shown to those who may see all sites of the session',
    zh: '原因仅显示给可查看该会话全部站点的人',
  },
  waiting: { en: 'waiting for a collector', zh: '等待采集器' },
  resumed_resume: { en: 'resumed; waiting for a collector', zh: '已继续，等待采集器' },
  resumed_recover: { en: 'recovery asked for; waiting for a collector', zh: '已请求恢复，等待采集器' },
  resumed_restart: {
    en: 'tried again after a failure; waiting for a collector',
    zh: '出错后已重试，等待采集器',
  },
  assigned_start: { en: 'placed after the start', zh: '启动后分配' },
  assigned_recovery: { en: 'placed again after a restart', zh: '重启后重新分配' },
  assigned_failover: { en: 'placed again after its collector was lost', zh: '采集器失联后重新分配' },
  assigned_drain: { en: 'placed again because its collector was shut down', zh: '采集器移出会话后重新分配' },
  assigned_rebalance: { en: 'moved to spread the load', zh: '为均衡负载而移动' },
  assigned_resume: { en: 'placed again after a pause', zh: '暂停后重新分配' },
  released_rebalance: { en: 'another collector holds fewer sessions', zh: '另一采集器持有的会话较少' },
  released_drain: { en: 'its collector was asked to let go of its sessions', zh: '其采集器正在移出会话' },
  released_recovery_disabled: {
    en: 'the supervisor was started with DISABLE_SESSION_RECOVERY',
    zh: '监督服务启动时设置了 DISABLE_SESSION_RECOVERY',
  },
  what_it_would_do: {
    en: 'What it would do was not found out within {{within}} s. Try again.',
    zh: '{{within}} s 内未能得知它将如何处理。请重试。',
  },
  it_has_not_answered_within_s: {
    en: 'It has not answered within {{within}} s, and may still take it. Send the change again: a session that has taken it stays as it is.',
    zh: '它在 {{within}} s 内没有应答，仍可能采用此更改。请重新发送此更改：已采用的会话保持不变。',
  },
  read_model_behind: {
    en: 'Sessions that were started a moment ago may read it too. Send the change again: a session that has taken it stays as it is.',
    zh: '刚刚启动的会话也可能读取它。请重新发送此更改：已采用的会话保持不变。',
  },
  more_sessions_read_it_and_were: {
    en: '{{left}} more sessions read it, and were not looked at: a change gets to {{appliedAtMost}} at the most, and its repeat to those that are left.',
    zh: '另有 {{left}} 个会话读取它，未予检查：一次更改最多涉及 {{appliedAtMost}} 个会话，重复此更改会继续处理其余会话。',
  },
  more_sessions_read_it_reconfigure_each: {
    en: '{{left}} more sessions read it. Reconfigure each of them: POST /api/acquisition/sessions/{id}/reconfigure/; lists mark them by is_newer_configured.',
    zh: '另有 {{left}} 个会话读取它。请逐个重新配置：POST /api/acquisition/sessions/{id}/reconfigure/；列表以 is_newer_configured 标出它们。',
  },
  cannot_run: {
    en: 'Device {{code}} was deleted and created again: a session does not exchange one for the other. Give the new one another code, or stop the session and start its task again.',
    zh: '设备 {{code}} 已删除并重新创建：会话不能以一台替换另一台。请给新设备另一个代码，或停止会话并重新启动其任务。',
  },
  the_endpoint_is_read_by_collector: {
    en: 'the endpoint {{endpoint}} is read by collector {{collectorId}} for session {{sessionId}}, and {{holder}} holds this one',
    zh: '端点 {{endpoint}} 由采集器 {{collectorId}} 为会话 {{sessionId}} 读取，而本会话由 {{holder}} 持有',
  },
  collector_which_holds: {
    en: 'collector {{holder}}, which holds it, has no driver for {{protocol}} (device {{device}})',
    zh: '持有它的采集器 {{holder}} 没有 {{protocol}} 的驱动（设备 {{device}}）',
  },
  collector_which_holds_it_has_not: {
    en: 'collector {{holder}}, which holds it, has not all the labels {{wanted}}',
    zh: '持有它的采集器 {{holder}} 不具有全部标签 {{wanted}}',
  },
  move_needed: {
    en: 'Session {{sessionId}} would need another collector: {{why}}. Pause it, change it, and resume it: then it is placed again.',
    zh: '会话 {{sessionId}} 需要换到另一个采集器：{{why}}。请先暂停，再更改，然后继续：届时会重新分配。',
  },
  session: { en: 'Session {{sessionId}} {{word}}.', zh: '会话 {{sessionId}} {{word}}。' },
  it_was_cleaned_away_only: {
    en: 'It was cleaned away: only the event log has it.',
    zh: '它已被清理：只有事件日志中还有。',
  },
  session_of_task_is_started: {
    en: 'Session {{sessionId}} of task {{taskCode}} is started.',
    zh: '任务 {{taskCode}} 的会话 {{sessionId}} 已启动。',
  },
  is_stopped: { en: 'is stopped', zh: '已停止' },
  was_over_already: { en: 'was over already', zh: '此前已结束' },
  is_paused: { en: 'is paused', zh: '已暂停' },
  was_paused_already: { en: 'was paused already', zh: '此前已暂停' },
  runs_again: { en: 'runs again', zh: '已继续' },
  was_running_already: { en: 'was running already', zh: '本来就在运行' },
  will_be_placed_again: { en: 'will be placed again', zh: '将重新分配' },
  is_placed_there_is_nothing: {
    en: 'is placed: there is nothing to recover',
    zh: '已有采集器持有，无需恢复',
  },
  one_other: { en: '{{one}} {{other}}', zh: '{{one}}{{other}}' },
  the_database_is_away_lists_will: {
    en: 'The database is away: lists will show this when it is back.',
    zh: '数据库不可用：恢复后列表会显示此变化。',
  },
  lists_may_show_this_a_little: {
    en: 'Lists may show this a little later.',
    zh: '列表可能稍后才显示此变化。',
  },
  session_reads_by_this_configuration: {
    en: 'Session {{sessionId}} reads by this configuration already: there is nothing to change.',
    zh: '会话 {{sessionId}} 已按此配置读取：无需更改。',
  },
  devices_added_removed_changed: {
    en: 'devices: {{added}} added, {{removed}} removed, {{changed}} changed',
    zh: '设备：新增 {{added}}，移除 {{removed}}，更改 {{changed}}',
  },
  session_goes_on_with_version: {
    en: 'Session {{sessionId}} goes on with version {{to}} when it is resumed; {{counts}}.',
    zh: '会话 {{sessionId}} 继续后使用版本 {{to}}；{{counts}}。',
  },
  session_reads_by_version: {
    en: 'Session {{sessionId}} reads by version {{to}} from {{effectiveAt}} on; {{counts}}.',
    zh: '会话 {{sessionId}} 自 {{effectiveAt}} 起按版本 {{to}} 读取；{{counts}}。',
  },
  lists_may_show_this_a_little_later: {
    en: '{{detail}} Lists may show this a little later.',
    zh: '{{detail}}列表可能稍后才显示此变化。',
  },
  nothing_was_changed_without_apply: {
    en: '{{detail}} Nothing was changed; without apply=sessions the change is stored, and session {{sessionId}} goes on as before.',
    zh: '{{detail}}未作任何更改；不带 apply=sessions 时会保存此更改，会话 {{sessionId}} 仍按原配置运行。',
  },
  time_limit_reached: { en: 'time limit', zh: '已到运行时限' },
});
