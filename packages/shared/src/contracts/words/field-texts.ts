import { catalogue } from '@holdfast/texts/text.ts';

/** What may be wrong with a field of a request. */
export const fieldText = catalogue('field', {
  unknown_name_nearest: {
    en: 'there is no {{kind}} "{{name}}"; did you mean {{nearest}}?',
    zh: '没有{{kind}}“{{name}}”，您是否要写 {{nearest}}？',
  },
  unknown_name_known: {
    en: 'there is no {{kind}} "{{name}}"; known: {{names}}',
    zh: '没有{{kind}}“{{name}}”，可用的有：{{names}}',
  },
  unknown_name_none: {
    en: 'there is no {{kind}} "{{name}}"; this takes none',
    zh: '没有{{kind}}“{{name}}”，这里不接受任何{{kind}}',
  },
  nested_too_deeply: { en: 'is nested too deeply', zh: '嵌套过深' },
  characters_not_storable: { en: 'has characters that no text may hold', zh: '含有文本中不允许的字符' },
  not_blank: { en: 'must not be blank', zh: '不能为空' },
  invalid: { en: 'invalid', zh: '无效' },
  must_be_before: { en: 'must be before {{other}}', zh: '必须早于 {{other}}' },
  not_in_the_future: { en: 'must not lie in the future', zh: '不能晚于现在' },
  in_the_future: { en: 'must lie in the future', zh: '必须晚于现在' },
  time_rule: {
    en: 'must be now, a time ago like -30m or -7d, or RFC 3339 like 2026-01-31T08:00:00+08:00',
    zh: '应为 now、此前的时间（如 -30m 或 -7d）或 RFC 3339 时间（如 2026-01-31T08:00:00+08:00）',
  },
  duration_rule: {
    en: 'must be a length of time like 30s, 15m, 1h or 1d',
    zh: '应为时长，如 30s、15m、1h 或 1d',
  },
  cleanup_age_rule: {
    en: 'must be a length of time like 12h, 30d or 8w, from 1h to 3650d',
    zh: '应为时长，如 12h、30d 或 8w，从 1h 到 3650d',
  },
  utc_offset_rule: {
    en: 'must be how far a clock is ahead of UTC, like +08:00 or -03:30',
    zh: '应为比 UTC 早多少，如 +08:00 或 -03:30',
  },
  time_zone_rule: {
    en: 'must be a time zone, such as Asia/Shanghai or Europe/Berlin',
    zh: '应为时区，如 Asia/Shanghai 或 Europe/Berlin',
  },
  bucket_rule: {
    en: 'must be whole days, like 1d or 1w, or less than one, like 1h',
    zh: '应为整数天（如 1d、1w），或短于一天（如 1h）',
  },
  active_statuses_rule: {
    en: 'must be running, paused, or both with a comma; GET /api/acquisition/sessions/ has all others',
    zh: '应为 running、paused，或以逗号分隔的两者；其他状态见 GET /api/acquisition/sessions/',
  },
  must_be_one_of: { en: 'must be one of {{values}}', zh: '应为以下之一：{{values}}' },
  idempotency_key_rule: {
    en: 'must be 1 to 255 visible ASCII characters',
    zh: '应为 1 至 255 个可见的 ASCII 字符',
  },
  event_id_rule: { en: 'must be the id of an event of this stream', zh: '应为此数据流中某个事件的编号' },
  task_id_rule: {
    en: 'must be the id of a task, such as 1 (GET /api/config/tasks/ lists them)',
    zh: '应为任务编号，如 1（列表：GET /api/config/tasks/）',
  },
  point_name_rule: { en: 'must be DEVICE/POINT by their codes', zh: '应为 设备代码/点位代码' },
  point_or_device_needed: {
    en: 'name at least one point, or a device',
    zh: '请至少指定一个点位，或一台设备',
  },
  devices_without_points: {
    en: 'has no point: name devices that have some',
    zh: '没有点位：请指定有点位的设备',
  },
  points_in_one_file: { en: '{{count}} points at most in one file', zh: '一个文件最多 {{count}} 个点位' },
  points_in_wide_table: {
    en: '{{count}} points at most in a wide table: export fewer, or with the layout long',
    zh: '宽表最多 {{count}} 个点位：请减少点位，或使用 long 布局',
  },
  stream_name_rule: { en: 'must be the name of a stream', zh: '应为消息流的名称' },
  stream_or_reason_needed: {
    en: 'give a stream or a part of the reason of what is to be deleted',
    zh: '请指明要删除的消息流，或原因中的文字',
  },
  json_too_large: { en: 'must not exceed {{bytes}} bytes of JSON', zh: '以 JSON 计不能超过 {{bytes}} 字节' },
  site_needed_for_shifts: {
    en: 'is needed for shifts: each site has its own',
    zh: '按班次分段时必须指定：各站点的班次不同',
  },
  network_rule: {
    en: 'must be a network such as 192.168.10.0/24, or one address',
    zh: '应为网段（如 192.168.10.0/24）或单个地址',
  },
  time_of_day_rule: {
    en: 'must be a time of the day like 06:00 or 22:30',
    zh: '应为一天中的时刻，如 06:00 或 22:30',
  },
  shift_name_taken: { en: 'must not be that of another shift', zh: '不能与另一个班次相同' },
  shift_start_taken: { en: 'must not be when another begins', zh: '不能与另一个班次的起始时刻相同' },
  password_too_short: { en: 'must have 12 characters at least', zh: '至少需要 12 个字符' },
  display_for_viewers_only: {
    en: 'is for people who are viewers and no more: nobody sees who stands before a display',
    zh: '只适用于仅有只读用户角色的用户：没有人知道显示屏前站着谁',
  },
  key_name_rule: {
    en: 'must be 1 to 64 letters, digits, blanks and ._@-, and begin with one of the first two',
    zh: '应为 1 至 64 个字母、数字、空格和 ._@-，并以字母或数字开头',
  },
  user_name_rule: {
    en: 'must be 1 to 64 of a-z, A-Z, 0-9 and ._@-, begin with one of the first three, and not look like an id',
    zh: '应为 1 至 64 个 a-z、A-Z、0-9 和 ._@-，以字母或数字开头，且不能像 id',
  },
  belongs_into_a_grant: { en: 'belongs into one of the grants', zh: '应写在 grants 的某一项中' },
  role_or_grants_needed: { en: 'is needed, or grants', zh: '必须给出，或给出 grants' },
  all_sites_stand_alone: { en: '* stands alone: it is all sites', zh: '* 表示全部站点，只能单独使用' },
  taken: { en: 'is taken', zh: '已被占用' },
  code_of_another: { en: 'is that of {{other}}', zh: '已被 {{other}} 使用' },
  no_item_makes: { en: 'no item makes {{kind}} {{id}}', zh: '没有任何一项新建 {{kind}} {{id}}' },
  deleted_by_this_set: { en: '{{kind}} {{id}} is deleted by this set', zh: '此变更集会删除 {{kind}} {{id}}' },
  no_such_site: { en: 'there is no such site', zh: '没有这个站点' },
  no_such_device: { en: 'there is no such device', zh: '没有这台设备' },
  no_such_point: { en: 'there is no such point', zh: '没有这个点位' },
  points_of_other_devices: {
    en: '{{points}}: of a device that is not in device_ids',
    zh: '{{points}}：其设备不在 device_ids 中',
  },
  measurement_begins_with_hash: { en: 'must not begin with #', zh: '不能以 # 开头' },
  code_time_reserved: {
    en: 'must not be "time": that is the name of the timestamp in the database; choose another, such as "clock_time"',
    zh: '不能是“time”：这是数据库中时间戳的名称，请换一个，如“clock_time”',
  },
  code_integer_reserved: {
    en: 'must not end in "__integer" or "__integer_minus_2_63": such names hold 64-bit integers in InfluxDB',
    zh: '不能以“__integer”或“__integer_minus_2_63”结尾：InfluxDB 用这样的名称保存 64 位整数',
  },
  scale_not_zero: {
    en: 'must not be 0: every value would be the offset',
    zh: '不能为 0：否则每个值都等于偏移量',
  },
  too_many_enumerated: { en: 'must not name more than 1000 numbers', zh: '最多 1000 个数值名称' },
  label_characters: {
    en: 'must not contain an equals sign or a comma: no collector can have it',
    zh: '不能含有等号或逗号：采集器不可能有这样的标签',
  },
  too_many_labels: { en: 'must not have more than 32 labels', zh: '最多 32 个标签' },
  trust_epoch_collector: {
    en: 'must say, with trust_epoch, whose samples you vouch for',
    zh: '使用 trust_epoch 时必须说明为哪个采集器的采样担保',
  },
  trust_epoch_position: {
    en: 'must say, with trust_epoch, how far you have seen the quarantine',
    zh: '使用 trust_epoch 时必须说明隔离区看到了哪个位置',
  },
  duration_limit_needed: {
    en: 'must set soft_seconds, hard_seconds or both; null instead of this sets no limit',
    zh: '必须设置 soft_seconds、hard_seconds 或两者；不限时请把整项设为 null',
  },
  soft_below_hard: {
    en: 'must be less than hard_seconds: a session that is stopped is not warned of',
    zh: '必须小于 hard_seconds：已停止的会话不会再提醒',
  },
  value_name_of_array: {
    en: 'a value of the array {{array}} is named {{name}} too',
    zh: '数组 {{array}} 中也有一个值名为 {{name}}',
  },
  device_value_name_of_array: {
    en: '{{device}}: a value of the array {{array}} is named {{name}} too',
    zh: '{{device}}：数组 {{array}} 中也有一个值名为 {{name}}',
  },
  stored_kind_differs: {
    en: '{{stored}} of {{point}} are stored, and the database takes no {{kind}} next to them: make a new point with another code, such as {{other}}, and disable the present one',
    zh: '{{point}} 已存有{{stored}}，数据库不能再存入{{kind}}：请用另一个代码（如 {{other}}）新建点位，并停用现有点位',
  },
  kind_numbers: { en: 'numbers', zh: '数值' },
  kind_booleans: { en: 'booleans', zh: '布尔值' },
  kind_texts: { en: 'texts', zh: '文本' },
  name_of_field: { en: 'field', zh: '字段' },
  name_of_query_parameter: { en: 'query parameter', zh: '查询参数' },
  columns_rule: { en: 'must name columns, such as B', zh: '应为列号，如 B' },
  cells_rule: { en: 'must name cells, such as E17', zh: '应为单元格，如 E17' },
  too_many_cells: { en: 'must not change more than 1000 cells', zh: '最多更改 1000 个单元格' },
  too_many_answers: { en: 'must not have more than 16 answers', zh: '最多 16 个回答' },
  all_of: { en: '{{texts|; }}', zh: '{{texts|；}}' },
  more_unknown_names: { en: 'and {{more}} more that there are not', zh: '另有 {{more}} 个不存在的名称' },
  no_surrogate_halves: {
    en: 'must not contain U+0000 or half a surrogate pair',
    zh: '不能含有 U+0000 或不成对的代理字符',
  },
  too_many_levels: { en: 'must not nest deeper than {{levels}} levels', zh: '嵌套不能超过 {{levels}} 层' },
  ids_or_filter: {
    en: 'give either ids, or a filter with a field',
    zh: '请给出 ids，或至少含一个字段的 filter',
  },
  of_thing: { en: '{{thing}}: {{why}}', zh: '{{thing}}：{{why}}' },
  of_things: { en: '{{one}}, {{other}}: {{why}}', zh: '{{one}}，{{other}}：{{why}}' },
  in_thing: { en: '{{thing}}, {{why}}', zh: '{{thing}}，{{why}}' },
  of_kind: { en: '{{kind}} {{code}}: {{why}}', zh: '{{kind}} {{code}}：{{why}}' },
  of_copy: { en: 'copy {{number}}: {{why}}', zh: '第 {{number}} 个副本：{{why}}' },
  no_such_protocol: { en: 'there is no protocol {{protocol}}', zh: '没有协议 {{protocol}}' },
  no_such_task: { en: 'there is no such task', zh: '没有这个任务' },
  same_as_item: { en: 'is the same as that of item {{item}}', zh: '与第 {{item}} 项的相同' },
  point_would_not_fit: {
    en: 'point {{point}} would not fit: {{field}}: {{why}}',
    zh: '点位 {{point}} 将不适用：{{field}}：{{why}}',
  },
  in_use_under_this_code: { en: 'is in use under this code', zh: '正以此代码使用' },
  not_in_this_change_set: { en: 'is not in this change set', zh: '不在此变更集中' },
  no_figures_to_raise: { en: '{{text}} has no figures that could go up', zh: '{{text}} 中没有可递增的数字' },
  cannot_go_up_to: { en: '{{text}} cannot go up to {{next}}', zh: '{{text}} 不能递增到 {{next}}' },
  finds_too_many: { en: 'finds more than {{count}}: narrow it', zh: '找到的超过 {{count}} 项：请缩小范围' },
  finds_nothing: { en: 'finds nothing', zh: '没有找到任何项' },
  copies_need_numbers: {
    en: 'needs {n} in it, or all copies would have the same code',
    zh: '须含有 {n}，否则所有副本的代码相同',
  },
  code_is_taken: { en: '{{code}} is taken', zh: '{{code}} 已被占用' },
  too_many_points_of_copies: {
    en: 'would make {{count}} points; at most {{most}} at once',
    zh: '将新建 {{count}} 个点位，一次最多 {{most}} 个',
  },
});
