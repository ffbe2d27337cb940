import { catalogue } from '@holdfast/texts/text.ts';

export const configurationText = catalogue('configuration', {
  kind_site: { en: 'site', zh: '站点' },
  kind_device: { en: 'device', zh: '设备' },
  kind_point: { en: 'point', zh: '点位' },
  kind_task: { en: 'task', zh: '任务' },
  there_is_no_item: { en: 'There is no {{kind}} {{id}}.', zh: '没有{{kind}} {{id}}。' },
  place_taken: {
    en: '{{place}} is device {{code}} (id {{id}}). {{remedy}}',
    zh: '{{place}}是设备 {{code}}（id {{id}}）。{{remedy}}',
  },
  place: { en: '{{key}}', zh: '{{key}} ' },
  place_of_unit: { en: '{{key}} unit {{unit}}', zh: '{{key}} 站号 {{unit}} ' },
  was_created_and_removed: {
    en: 'It was created as {{kind}} {{id}}, and has been removed since.',
    zh: '它曾创建为{{kind}} {{id}}，此后已被删除。',
  },
  task_config_unreadable: {
    en: '{{problem}}. Without it nobody knows which ticks were due.',
    zh: '{{problem}}。没有它便无从得知应有哪些采样。',
  },
  changed_by_set: {
    en: '{{item}} was changed by set {{changeSet}} later',
    zh: '{{item}} 后来由变更集 {{changeSet}} 更改',
  },
  changed_since: {
    en: 'Nothing was taken back: {{changes|; }}{{rest}}. Take that back first, or leave these fields out (only).',
    zh: '没有撤销任何内容：{{changes|；}}{{rest}}。请先撤销后者，或用 only 排除这些字段。',
  },
  and_more_changes: { en: ' (and {{more}} more)', zh: '（另有 {{more}} 处）' },
  referring_devices: { en: 'devices {{codes}}', zh: '设备 {{codes}}' },
  referring_points: { en: 'points {{codes}}', zh: '点位 {{codes}}' },
  referring_tasks: { en: 'tasks {{codes}}', zh: '任务 {{codes}}' },
  referring_active_sessions: { en: 'active sessions {{codes}}', zh: '未结束的会话 {{codes}}' },
  referring: { en: '{{kind}} {{codes}}', zh: '{{kind}} {{codes}}' },
  is_used_by: {
    en: '{{what}} is used by {{referrers|; }}. {{remedy}}',
    zh: '{{what}}仍被{{referrers}}引用。{{remedy}}',
  },
  no_collector_would_read: {
    en: 'Device {{device}} would be read by no collector: {{faults|; }}.',
    zh: '没有采集器会读取设备 {{device}}：{{faults|；}}。',
  },
  noun_code: { en: '{{noun}} {{code}}', zh: '{{noun}} {{code}} ' },
  nouns_sites: { en: 'Site', zh: '站点' },
  nouns_devices: { en: 'Device', zh: '设备' },
  nouns_points: { en: 'Point', zh: '点位' },
  nouns_tasks: { en: 'Task', zh: '任务' },
  task_not_found: { en: 'There is no task {{taskId}}.', zh: '没有任务 {{taskId}}。' },
  task: { en: 'task {{taskCode}}', zh: '任务 {{taskCode}} ' },
  task_configs_full: {
    en: 'The configuration of {{of}} is new or has changed, and TASK_CONFIGS, which keeps a snapshot of each, has {{bytes}} of its {{maxBytes}} bytes. Give it more room: nats stream edit OBJ_TASK_CONFIGS --max-bytes {{value}}. Sessions that run go on, and tasks that have not changed can be started.',
    zh: '{{of}}的配置是新的或已更改，而保存配置快照的 TASK_CONFIGS 已用 {{bytes}} 字节，上限 {{maxBytes}} 字节。请增大其容量：nats stream edit OBJ_TASK_CONFIGS --max-bytes {{value}}。运行中的会话继续，配置未变的任务仍可启动。',
  },
  task_is_disabled_enable_it_first: {
    en: 'Task {{code}} is disabled. Enable it first.',
    zh: '任务 {{code}} 已停用，请先启用。',
  },
  task_has_no_enabled_device_give: {
    en: 'Task {{code}} has no enabled device. Give it some, or enable those that it has.',
    zh: '任务 {{code}} 没有已启用的设备。请添加设备，或启用已有的设备。',
  },
  the_devices_of_task_have: {
    en: 'The devices of task {{code}} have no enabled point that it reads. Configure some first.',
    zh: '任务 {{code}} 的设备没有可读取的已启用点位。请先配置点位。',
  },
  the_configuration_of_task: {
    en: 'The configuration of task {{code}} is not valid: see errors.',
    zh: '任务 {{code}} 的配置无效：见 errors。',
  },
  stop_what_runs_or_is_paused: {
    en: 'Stop what runs or is paused first.',
    zh: '请先停止运行中或已暂停的会话。',
  },
  remove_it_there_first: { en: 'Remove it there first.', zh: '请先在那里移除。' },
  a_site: { en: 'a site', zh: '站点' },
  a_device: { en: 'a device', zh: '设备' },
  a_task: { en: 'a task', zh: '任务' },
  a_point_of_this_device: { en: 'a point of this device', zh: '该设备的点位' },
  there_is_already_with_this_code: {
    en: 'There is already {{what}} with this code.',
    zh: '已有{{what}}使用此代码。',
  },
  where_it_is_the_line: {
    en: 'Where it is the line of another machine, name it by its path in /dev/serial/by-id/, or give the device another site.',
    zh: '若是另一台机器的串口，请用 /dev/serial/by-id/ 中的路径命名，或把设备放到另一个站点。',
  },
  to_replace_that_device_change: {
    en: 'To replace that device, change it, or set enabled to false there.',
    zh: '若要替换那台设备，请更改它，或将其 enabled 设为 false。',
  },
  device_config_invalid: {
    en: 'Device {{code}} speaks {{protocol}}, which this release does not know. It knows: {{names}}.',
    zh: '设备 {{code}} 使用协议 {{protocol}}，本版本不支持。支持的有：{{names}}。',
  },
  point: { en: 'Point {{code}}', zh: '点位 {{code}} ' },
  make_a_new_device: {
    en: 'make a new device with the other code and disable this one',
    zh: '请用新代码新建设备，并停用此设备',
  },
  make_a_new_point: {
    en: 'make a new point with the other code or device, at the same address, and disable this one',
    zh: '请用新代码或在另一设备上新建点位（地址相同），并停用此点位',
  },
  has_values_that_are_kept_under: {
    en: 'has values that are kept under this code: {{remedy}}',
    zh: '有数值保存在此代码下：{{remedy}}',
  },
  is_read_by_session_under: {
    en: 'is read by session {{session}} under this code. Stop it first; once there are values under this code, {{remedy}}',
    zh: '正由会话 {{session}} 以此代码读取。请先停止该会话；若此代码下已有数值，{{remedy}}',
  },
  code_fixed: {
    en: '{{what}} {{code}} {{why}}. Its name is free at any time.',
    zh: '{{what}} {{code}} {{why}}。名称可随时更改。',
  },
  version_not_found: {
    en: 'Task {{taskId}} has no version {{number}}, or its snapshot is lost. GET /api/config/tasks/{{taskId}}/versions/ lists them.',
    zh: '任务 {{taskId}} 没有版本 {{number}}，或其快照已丢失。GET /api/config/tasks/{{taskId}}/versions/ 可列出全部版本。',
  },
  change_set_not_found: { en: 'There is no change set {{id}}.', zh: '没有变更集 {{id}}。' },
  nothing_to_revert: {
    en: 'Everything that set {{id}} has changed is as it was before it, or is there no more.',
    zh: '变更集 {{id}} 更改的一切都已恢复原状，或已不存在。',
  },
  what_this_would_delete: { en: 'What this would delete', zh: '此操作要删除的对象' },
  device_not_found: { en: 'There is no device {{id}}.', zh: '没有设备 {{id}}。' },
  is_an_array_each_value: {
    en: '{{pointCode}} is an array, each value of which has a name of its own: ask for {{pointCode}}[0] to {{pointCode}}[{{arrayLength}}].',
    zh: '{{pointCode}} 是数组，每个值各有名称：请查询 {{pointCode}}[0] 至 {{pointCode}}[{{arrayLength}}]。',
  },
  there_is_no_device: {
    en: 'There is no device {{unknownDevice}}, and no value of a point {{pointCode}} was ever stored for one of that name.',
    zh: '没有设备 {{unknownDevice}}，也从未以该名称存储过点位 {{pointCode}} 的数值。',
  },
  no_device: { en: 'No device has a', zh: '没有设备有' },
  point_and_nothing_was_ever_stored: {
    en: '{{who}} point {{pointCode}}, and nothing was ever stored under that name.',
    zh: '{{who}}点位 {{pointCode}}，也从未以该名称存储过数值。',
  },
  device_has_no: { en: 'Device {{code}} has no', zh: '设备 {{code}} 没有' },
  devices_have: { en: 'Devices {{codes}} have no', zh: '设备 {{codes}} 都没有' },
});
