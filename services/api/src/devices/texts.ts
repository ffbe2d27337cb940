import { catalogue } from '@holdfast/texts/text.ts';

export const devicesText = catalogue('devices', {
  point_not_writable: {
    en: '{{about}}: nothing was written. Set writable in the configuration of the point to allow it.',
    zh: '{{about}}：没有写入任何内容。若要允许写入，请在点位的配置中设置 writable。',
  },
  device_point: { en: 'device {{device}} point {{point}}', zh: '设备 {{device}} 点位 {{point}}' },
  write_failed: { en: '{{about}}: {{detail}}.', zh: '{{about}}：{{detail}}。' },
  write_outcome_unknown: {
    en: '{{about}}: {{why}} It is not sent again by itself: read the point, then decide.',
    zh: '{{about}}：{{why}}系统不会自动重发：请先读取该点位，再作决定。',
  },
  endpoint_verdict: {
    en: '{{endpoint}} {{detail}}. {{reckonedWith}}',
    zh: '{{endpoint}} {{detail}}。{{reckonedWith}}',
  },
  every_period_can_be_held: {
    en: 'Every period can be held. {{reckonedWith}}',
    zh: '所有周期均可满足。{{reckonedWith}}',
  },
  cannot_hold_no_rest: {
    en: 'cannot hold {{shortestPeriodMs}} ms: the plan needs {{once}}, and {{share}} % of the time of the bus',
    zh: '无法满足 {{shortestPeriodMs}} ms：全部读取一次需 {{once}}，占用总线时间的 {{share}}%',
  },
  cannot_hold_late: {
    en: 'cannot hold {{shortestPeriodMs}} ms: the plan needs {{once}}, and {{share}} % of the time of the bus, which leaves none for an answer that is late',
    zh: '无法满足 {{shortestPeriodMs}} ms：全部读取一次需 {{once}}，占用总线时间的 {{share}}%，没有余量容纳迟到的应答',
  },
  cannot_hold: {
    en: '{{endpoint}} {{detail}}. What does not change would lose ticks: {{named}}{{rest}}. Read less there, or less often; "force": true changes it all the same.',
    zh: '{{endpoint}} {{detail}}。未更改的对象将缺失采样：{{named}}{{rest}}。请减少在此的读取或降低频率；"force": true 表示仍要更改。',
  },
  and_more_losing: { en: ' and {{more}} more', zh: ' 等，另有 {{more}} 个' },
  point_because: { en: '{{code}}: {{detail}}', zh: '{{code}}：{{detail}}' },
  points_because: {
    en: '{{code}} and {{more}} more: {{detail}}',
    zh: '{{code}} 及另外 {{more}} 个：{{detail}}',
  },
  there_is_no_device: { en: 'There is no device {{deviceId}}.', zh: '没有设备 {{deviceId}}。' },
  device_config_invalid: {
    en: 'The configuration of device {{code}} is not valid: see errors.',
    zh: '设备 {{code}} 的配置无效：见 errors。',
  },
  device_without_points: {
    en: 'Device {{code}} has no points. Configure some first.',
    zh: '设备 {{code}} 没有点位。请先配置。',
  },
  device: { en: 'device {{code}}', zh: '设备 {{code}} ' },
  it_is_not_known_whether: {
    en: ' It is not known whether the value was written: read it.',
    zh: '尚不清楚数值是否已写入：请读取该点位。',
  },
  collector_silent: {
    en: 'Collector {{collectorId}} was asked about device {{code}} and did not answer within {{withinMs}} ms.{{may}}',
    zh: '已请求采集器 {{collectorId}} 访问设备 {{code}}，但它在 {{withinMs}} 毫秒内没有应答。{{may}}',
  },
  should_be_there_and_take: {
    en: '{{candidates}} should be there and take no calls',
    zh: '{{candidates}} 应当在线，但不接受调用',
  },
  no_collector_that_is_up: {
    en: 'no collector that is up has the labels {{wanted}}',
    zh: '没有在线的采集器具有标签 {{wanted}}',
  },
  every_collector_that_is_up: {
    en: 'every collector that is up is draining, and does not read it',
    zh: '在线的采集器都在移出会话，不再读取它',
  },
  no_collector_is_up: { en: 'no collector is up', zh: '没有采集器在线' },
  start_one_or_try_again: {
    en: '{{why}}. Start one, or try again when it is back',
    zh: '{{why}}。请启动一个采集器，或在其恢复后重试',
  },
  device_because: { en: 'Device {{code}}: {{why}}.', zh: '设备 {{code}}：{{why}}。' },
  reckoned_with_alone: {
    en: 'This is reckoned for the task alone: no other one reads there now, and one that is started later is not in it.',
    zh: '仅按此任务估算：目前没有其他任务在此读取，之后启动的任务未计入。',
  },
  reckoned_with_others: {
    en: 'This is reckoned with the other tasks that read there now; one that is started later is not in it.',
    zh: '已计入目前在此读取的其他任务；之后启动的任务未计入。',
  },
  holds_ms_reading_everything_once_takes: {
    en: 'holds {{shortestPeriodMs}} ms: reading everything once takes {{once}}',
    zh: '可满足 {{shortestPeriodMs}} ms：全部读取一次需 {{once}}',
  },
  holds_ms_most_of_the_time: {
    en: 'holds {{shortestPeriodMs}} ms most of the time: when everything is due at once the plan needs {{once}}, and ticks are missed',
    zh: '大多可满足 {{shortestPeriodMs}} ms：全部同时到期时需 {{once}}，会缺失采样',
  },
  and_more: { en: ' and {{more}} more', zh: '，另有 {{more}} 个' },
  with_of_the_time: {
    en: ', with {{share}} % of the time for what runs there already: {{named}}{{rest}}',
    zh: '；已在此运行的任务占用 {{share}}% 的时间：{{named}}{{rest}}',
  },
  ms_session: {
    en: '{{device}} {{ms}} ms (session {{session}})',
    zh: '{{device}} {{ms}} ms（会话 {{session}}）',
  },
  and_more_devices: { en: ' and {{more}} more', zh: '，另有 {{more}} 台' },
  a_request_takes_as_measured: {
    en: '; a request takes, as measured: {{named}}{{rest}}',
    zh: '；单次请求实测耗时：{{named}}{{rest}}',
  },
  devices_not_readable: {
    en: '{{count}} of {{total}} devices of task {{taskCode}}. {{device}}: {{detail}} To start all the same, ask for the validation warn or skip.',
    zh: '任务 {{taskCode}} 的 {{total}} 台设备中有 {{count}} 台未读到全部数值。{{device}}：{{detail}} 若仍要启动，请将 validate 设为 warn 或 skip。',
  },
  not_read_the_ms_for_all: {
    en: 'not read: the {{validationMs}} ms for all devices were over',
    zh: '未读取：全部设备共用的 {{validationMs}} 毫秒已到',
  },
  the_time_of_the_test: { en: 'the time of the test was over', zh: '测试时间已到' },
  the_collector_gave_another_answer_than: {
    en: 'the collector gave another answer than was asked for',
    zh: '采集器的应答与请求不符',
  },
  not_read: { en: 'not read: {{detail}}', zh: '未读取：{{detail}}' },
  all_values_were_read: { en: 'All {{total}} values were read.', zh: '{{total}} 个数值全部读到。' },
  more_reasons_see_points: { en: '{{left}} more reasons, see points', zh: '另有 {{left}} 种原因，见各点位' },
  of_values_could_not_be_read: {
    en: '{{count}} of {{total}} values could not be read. {{all|. }}',
    zh: '{{total}} 个数值中有 {{count}} 个没有读到。{{all|；}}',
  },
  point_not_found: { en: 'There is no point {{pointId}}.', zh: '没有点位 {{pointId}}。' },
  it_is_being_written: {
    en: 'it is being written for the same Idempotency-Key, or that was cut off.',
    zh: '正在以同一 Idempotency-Key 写入，或该写入已中断。',
  },
  the_broker_went_away_meanwhile: {
    en: 'The connection to the broker was lost during the request.',
    zh: '其间消息服务中断。',
  },
  device_unknown: { en: 'There is no device {{id}}.', zh: '没有设备 {{id}}。' },
  nothing_learned: {
    en: 'Device {{code}} has refused nothing in the latest session that reads it, or none was started yet.',
    zh: '在读取设备 {{code}} 的最近一个会话中，它没有拒绝过任何请求，或还没有会话启动过。',
  },
  device_replaced: {
    en: 'The session that reads {{code}} began when it had another address. Stop that session and start a new one.',
    zh: '读取 {{code}} 的会话启动时，该设备还是另一个地址。请停止该会话并重新启动。',
  },
});
