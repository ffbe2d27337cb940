import { catalogue } from '@holdfast/texts/text.ts';

/** What collectors say of devices, requests and ticks, and the API shows. */
export const collectorText = catalogue('collector', {
  after_tries: { en: '{{why}} ({{count}} tries)', zh: '{{why}}（已尝试 {{count}} 次）' },
  device_timeout: { en: "{{why}}, the device's timeout_ms", zh: '{{why}}（设备的 timeout_ms）' },
  though_it_answers_others: {
    en: '{{why}}, though it answers others',
    zh: '{{why}}，而设备对其他请求有应答',
  },
  also_after_retries: {
    en: '{{why}}, also after {{count}} retries (its busy_retries)',
    zh: '{{why}}，重试 {{count}} 次（busy_retries）后仍然如此',
  },
  when_the_test_was_over: {
    en: "{{why}}, when the time of the test was over; the device's timeout_ms is {{ms}}",
    zh: '{{why}}，测试时间已到；设备的 timeout_ms 为 {{ms}}',
  },
  not_read_because: { en: 'not read: {{why}}', zh: '未读取：{{why}}' },
  not_asked_next_try: {
    en: 'not asked, next try in {{count}} s after: {{why}}',
    zh: '暂不请求，{{count}} 秒后重试，此前：{{why}}',
  },
  not_asked_trying: {
    en: 'not asked, a try is under way after: {{why}}',
    zh: '暂不请求，正在重试，此前：{{why}}',
  },
  ticks_lost_to_overruns: {
    en: '{{count}} % of the ticks of the last 5 minutes were lost to overruns: {{why}}',
    zh: '最近 5 分钟有 {{count}}% 的采样因超时限而缺失：{{why}}',
  },
  write_not_confirmed: { en: 'The device did not confirm it ({{why}}).', zh: '设备未确认写入（{{why}}）。' },
  point_fault: {
    en: 'device {{device}}, point {{point}}: {{why}}',
    zh: '设备 {{device}} 的点位 {{point}}：{{why}}',
  },
  device_fault: { en: 'device {{device}}: {{why}}', zh: '设备 {{device}}：{{why}}' },
  snapshot_fault: {
    en: 'configuration snapshot {{snapshot}}: {{why}}',
    zh: '配置快照 {{snapshot}}：{{why}}',
  },
  snapshot_cannot_be_read: {
    en: 'the configuration snapshot cannot be read: {{why}}',
    zh: '无法读取配置快照：{{why}}',
  },
  own_snapshot_cannot_be_read: {
    en: 'its configuration snapshot could not be read: {{why}}',
    zh: '无法读取其配置快照：{{why}}',
  },
  device_holds_the_value: { en: 'The device holds the value.', zh: '设备中已是该数值。' },
  not_read_back_because: { en: 'It could not be read back: {{why}}.', zh: '未能读回：{{why}}。' },
  not_read_back: { en: 'It could not be read back.', zh: '未能读回。' },
  device_holds_another_value: {
    en: 'The device holds another value: it limits or clears it, or another client wrote to it.',
    zh: '设备中是另一个数值：设备对其作了限幅或清除，或有其他人写入。',
  },
  value_too_long_for_the_answer: {
    en: 'was read, but its {{count}} bytes do not fit into the answer',
    zh: '已读到，但其 {{count}} 字节放不进应答',
  },
  answer_too_long: {
    en: 'the answer has {{count}} bytes, and NATS takes {{most}} in a message: raise its max_payload',
    zh: '应答有 {{count}} 字节，而 NATS 每条消息最多 {{most}} 字节：请调大其 max_payload',
  },
  no_answer: { en: 'no answer', zh: '没有应答' },
  not_asked: { en: 'not asked', zh: '未请求' },
  not_read: { en: 'not read', zh: '未读取' },
  connection_given_up: {
    en: 'the connection was given up: a request never ended',
    zh: '连接已放弃：有请求始终没有结束',
  },
  other_side_has_no_known_address: { en: 'the address of the other side is not known', zh: '对方的地址未知' },
  address_is_a_server: {
    en: '{{address}} is {{server}}, a server of this installation and no device',
    zh: '{{address}} 是 {{server}}，属于本系统的服务器，不是设备',
  },
  endpoint_has_another_name: {
    en: '{{address}} is in use here as {{other}}: name one host in both devices',
    zh: '{{address}} 在此已作为 {{other}} 使用：请在两台设备中填写同一主机',
  },
  address_of_host_unknown: { en: 'the address of {{host}} is not known yet', zh: '尚不知道 {{host}} 的地址' },
  secret_is_bound_to_nothing: {
    en: 'the secret {{name}} is bound to no site and host: an administrator of the collectors has to name them in bindings.json beside it',
    zh: '密钥 {{name}} 没有绑定站点和主机：请由采集器的管理员在同一文件夹的 bindings.json 中写明',
  },
  secret_needs_a_site: {
    en: 'the secret {{name}} is not for devices without a site: bindings.json names its sites',
    zh: '密钥 {{name}} 不供没有站点的设备使用：bindings.json 写明了它的站点',
  },
  secret_is_not_for_site: {
    en: 'the secret {{name}} is not for site {{site}}: bindings.json names its sites',
    zh: '密钥 {{name}} 不供站点 {{site}} 使用：bindings.json 写明了它的站点',
  },
  secret_is_not_for_server: {
    en: 'the secret {{name}} is not for {{server}}, only for {{hosts}}: bindings.json names its hosts',
    zh: '密钥 {{name}} 不供 {{server}} 使用，只供 {{hosts}}：bindings.json 写明了它的主机',
  },
  file_cannot_be_read: { en: '{{path}} cannot be read: {{why}}', zh: '无法读取 {{path}}：{{why}}' },
  file_is_no_json: { en: 'it is no JSON', zh: '不是 JSON' },
  not_a_serial_path: {
    en: '{{path}} is not opened as a serial line: it begins with none of {{prefixes}} (SERIAL_PATHS)',
    zh: '{{path}} 不作为串口打开：路径须以 {{prefixes}} 之一开头（SERIAL_PATHS）',
  },
  secret_cannot_be_had: {
    en: 'the secret {{name}} cannot be had: {{why}}',
    zh: '无法取得密钥 {{name}}：{{why}}',
  },
  no_folder_of_secrets: {
    en: 'this collector has no secrets: name a folder with a file of that name in DEVICE_SECRETS',
    zh: '此采集器没有密钥：请用 DEVICE_SECRETS 指定含有同名文件的文件夹',
  },
  not_a_secret_name: { en: 'that is no name of a secret', zh: '密钥文件名无效' },
  secret_file_fault: {
    en: '{{path}}: {{error}}. Put the value into that file on every collector that may read the device',
    zh: '{{path}}：{{error}}。请在每个可能读取该设备的采集器上将密钥写入此文件',
  },
  secret_file_is_empty: { en: '{{path}} is empty', zh: '{{path}} 为空' },
  outside_valid_range: {
    en: 'outside its valid range, or unknown to its enumeration',
    zh: '超出有效范围，或不在枚举之中',
  },
  protocol_has_no_writing: { en: 'points of this protocol cannot be written', zh: '此协议的点位不能写入' },
  protocol_writes_nothing: { en: 'its protocol writes nothing', zh: '其协议不能写入' },
  protocol_has_no_subscription: { en: 'its protocol cannot be subscribed to', zh: '其协议不能订阅' },
  no_lease_at_present: { en: 'the collector holds no lease at present', zh: '采集器目前没有租约' },
  lease_lost: { en: 'the collector has lost its lease', zh: '采集器已失去租约' },
  collector_is_ending: { en: 'the collector is ending', zh: '采集器正在退出' },
  lease_might_have_ended: {
    en: 'the lease of the collector might have ended before the answer',
    zh: '采集器的租约可能在应答之前到期',
  },
  write_outlasts_lease: {
    en: "writing may take {{ms}} ms, and the collector's lease is certain for {{most}} ms: try again, or give the device a shorter timeout_ms or the collectors a longer LEASE_TTL_MS",
    zh: '写入可能需要 {{ms}} 毫秒，而采集器的租约只能保证 {{most}} 毫秒：请重试，或缩短设备的 timeout_ms，或延长采集器的 LEASE_TTL_MS',
  },
  turn_came_too_late: {
    en: 'its turn came too late for the {{ms}} ms that it was given',
    zh: '轮到它时，给定的 {{ms}} 毫秒已不够',
  },
  time_for_it_over: { en: 'the {{ms}} ms for it were over', zh: '给定的 {{ms}} 毫秒已到' },
  turn_given_back: { en: 'its turn was given back', zh: '请求已放弃' },
  not_marked_writable: { en: '{{place}} is not marked writable', zh: '{{place}} 未标记为可写' },
  test_time_over: { en: 'the time of the test was over', zh: '测试时间已到' },
  time_over: { en: 'the time is over', zh: '时间已到' },
  turn_did_not_come: {
    en: 'its turn did not come in the time of the test: others keep its endpoint busy',
    zh: '测试时间内没有轮到它：其端点一直被其他请求占用',
  },
  polling_has_stopped: { en: 'no request was sent: polling has stopped', zh: '未发送请求：采集已停止' },
  session_not_held: {
    en: 'no request was sent: the session is not held any more',
    zh: '未发送请求：会话已不由此采集器持有',
  },
  requester_has_stopped: {
    en: 'no request was sent: the requester has stopped',
    zh: '未发送请求：请求方已停止',
  },
  session_lost_meanwhile: {
    en: 'the session was lost while its device was asked',
    zh: '请求设备期间失去了会话',
  },
  another_loop_reads_it: { en: 'another loop reads this device by now', zh: '此设备已由另一个循环读取' },
  tick_of_another_configuration: {
    en: 'the next tick is another configuration’s',
    zh: '下一采样周期已属于另一配置版本',
  },
  snapshot_lacks_point: {
    en: 'its configuration snapshot has no point {{point}}',
    zh: '其配置快照中没有点位 {{point}}',
  },
  snapshot_of_another_device: {
    en: 'its configuration snapshot is of another device',
    zh: '其配置快照属于另一台设备',
  },
  snapshot_lacks_device: {
    en: 'configuration snapshot {{snapshot}} has no device {{device}}',
    zh: '配置快照 {{snapshot}} 中没有设备 {{device}}',
  },
  snapshot_missing: {
    en: 'configuration snapshot {{snapshot}} is missing in TASK_CONFIGS',
    zh: 'TASK_CONFIGS 中缺少配置快照 {{snapshot}}',
  },
  snapshot_damaged: {
    en: 'configuration snapshot {{snapshot}} is damaged in TASK_CONFIGS',
    zh: 'TASK_CONFIGS 中的配置快照 {{snapshot}} 已损坏',
  },
  snapshot_differs_from_its_name: {
    en: 'configuration snapshot {{snapshot}} is not what its name says',
    zh: '配置快照 {{snapshot}} 与其名称不符',
  },
  unknown_protocol: {
    en: 'there is no protocol {{protocol}} here; known: {{protocols}}',
    zh: '此版本没有协议 {{protocol}}；可用的有：{{protocols}}',
  },
  unknown_mode: { en: '{{protocol}} has no mode {{mode}}', zh: '{{protocol}} 没有 {{mode}} 模式' },
  not_read_in_time: {
    en: 'not read in time: the reading before it, or others on the same endpoint, took longer than the period of {{ms}} ms',
    zh: '未及时读取：上一次读取或同一端点上的其他读取超过了 {{ms}} 毫秒的周期',
  },
  no_time_for_it: {
    en: 'the collector had no time for it: data received in between is reported with a later tick',
    zh: '采集器来不及处理：其间收到的数据随后续采样上报',
  },
  source_has_not_answered: { en: 'its source has not answered yet', zh: '数据源尚未应答' },
  watch_ended: { en: 'the driver has ended its watch', zh: '驱动已结束订阅' },
  values_left_out: {
    en: '{{count}} values were left out: a tick takes {{most}}, then the last one of each point. Have the device publish less often, or shorten its period',
    zh: '舍弃了 {{count}} 个数值：每次采样最多 {{most}} 个，其后只保留各点位的最后一个。请降低设备的发布频率，或缩短采集周期',
  },
  lost_before_the_broker: {
    en: 'what it told was lost before the broker took it: its source is asked for it again. Bring NATS back or raise SAMPLE_BUFFER_MAX and SPOOL_MAX_BYTES',
    zh: '数据在 NATS 接收前丢失，将向数据源重新索取。请恢复 NATS，或增大 SAMPLE_BUFFER_MAX 和 SPOOL_MAX_BYTES',
  },
  lease_ran_out: {
    en: 'the lease of the collector ran out, since NATS did not confirm it in time or the collector stood still: it read nothing until it held the lease again',
    zh: '采集器的租约到期（NATS 未及时确认，或采集器停顿）：重新持有租约之前没有读取',
  },
  buffer_was_full: {
    en: 'the broker did not take samples for longer than the buffer of the collector could hold',
    zh: 'NATS 不接收采样的时间过长，采集器的缓存已满',
  },
  sample_too_large_raise_bound: {
    en: 'a sample of device {{device}} has {{count}} bytes and may have {{most}} at most: raise {{bound}}, or spread its points over several tasks',
    zh: '设备 {{device}} 的一条采样有 {{count}} 字节，最多 {{most}} 字节：请增大 {{bound}}，或将其点位分到多个任务',
  },
  sample_too_large: {
    en: 'a sample of device {{device}} has {{count}} bytes and may have {{most}} at most: spread its points over several tasks',
    zh: '设备 {{device}} 的一条采样有 {{count}} 字节，最多 {{most}} 字节：请将其点位分到多个任务',
  },
  sample_too_large_unknown_raise_bound: {
    en: 'a sample of device {{device}} has {{count}} bytes and may have fewer: raise {{bound}}, or spread its points over several tasks',
    zh: '设备 {{device}} 的一条采样有 {{count}} 字节，过大：请增大 {{bound}}，或将其点位分到多个任务',
  },
  sample_too_large_unknown: {
    en: 'a sample of device {{device}} has {{count}} bytes and may have fewer: spread its points over several tasks',
    zh: '设备 {{device}} 的一条采样有 {{count}} 字节，过大：请将其点位分到多个任务',
  },
  snapshot_invalid: {
    en: 'configuration snapshot {{snapshot}} is invalid: {{why}}',
    zh: '配置快照 {{snapshot}} 无效：{{why}}',
  },
  snapshot_is_no_json: {
    en: 'configuration snapshot {{snapshot}} is not JSON',
    zh: '配置快照 {{snapshot}} 不是 JSON',
  },
  failed_to_recover: {
    en: 'Failed to recover after restart: {{why}}',
    zh: '重启后未能恢复：{{why}}',
  },
  failed_to_start: { en: 'Failed to start: {{why}}', zh: '未能启动：{{why}}' },
  not_read_before_that: {
    en: 'not read: {{why}}; before that: {{before}}',
    zh: '未读取：{{why}}；此前：{{before}}',
  },
  file_missing: { en: 'there is no such file', zh: '没有此文件' },
  file_too_long: { en: 'it has more than {{count}} bytes', zh: '超过 {{count}} 字节' },
  of_device: { en: '{{device}}: {{why}}', zh: '{{device}}：{{why}}' },
  of_field: { en: '{{field}}: {{why}}', zh: '{{field}}：{{why}}' },
  each_of: { en: '{{texts|; }}', zh: '{{texts|；}}' },
  unread_points: { en: '{{texts|, }}', zh: '{{texts|，}}' },
  two_sentences: { en: '{{one}} {{other}}', zh: '{{one}}{{other}}' },
  write_of_point: { en: '{{device}} {{point}}: {{why}}', zh: '{{device}} {{point}}：{{why}}' },
});
