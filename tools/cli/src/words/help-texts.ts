/** The program's help. */
export const helpTexts = {
  settings_holdfast_url_default_where_you: {
    en: 'Settings: HOLDFAST_URL (default: where you logged in, else http://127.0.0.1:8000), HOLDFAST_API_KEY_FILE or HOLDFAST_API_KEY, HOLDFAST_OPERATOR, HOLDFAST_LANG (en, zh).',
    zh: '设置：HOLDFAST_URL（默认为最近登录的地址，否则为 http://127.0.0.1:8000）、HOLDFAST_API_KEY_FILE 或 HOLDFAST_API_KEY、HOLDFAST_OPERATOR、HOLDFAST_LANG（en、zh）。',
  },
  exit_codes_0_done_1_refused: {
    en: 'Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no answer, 4 not allowed. More: docs/cli.md',
    zh: '退出码：0 完成，1 被拒绝或失败，2 用法错误，3 没有应答，4 无权限。详见 docs/cli.md',
  },
  more_on_one_command_holdfast_command: {
    en: 'More on one command: holdfast COMMAND --help',
    zh: '单个命令的用法：holdfast COMMAND --help',
  },
  example: { en: 'Example: {{command}}', zh: '示例：{{command}}' },
  all_commands_holdfast_help: { en: 'All commands: holdfast --help', zh: '全部命令：holdfast --help' },
  at_most_this_many_default_1000: {
    en: 'at most this many (default 1000)',
    zh: '最多显示的条数（默认 1000）',
  },
  print_json_the_default: {
    en: 'print JSON (the default when the output is not a terminal)',
    zh: '输出 JSON；输出不是终端时本来就是 JSON',
  },
  print_tables_the_default: { en: 'print tables (the default on a terminal)', zh: '输出不是终端时也用表格' },
  show_this_help: { en: 'show this help', zh: '显示用法' },
  time_forms: {
    en: '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339',
    zh: '-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339',
  },
  time_forms_24_h_before_to: {
    en: '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339; 24 h before --to unless set',
    zh: '-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339；默认为 --to 之前 24 小时',
  },
  time_forms_as_it_was_then: {
    en: 'as it was then: -30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339',
    zh: '显示当时的状态：-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339',
  },
  likewise: { en: 'likewise', zh: '同上' },
  likewise_now_unless_set: { en: 'likewise; now unless set', zh: '同上；默认为现在' },
  sessions_newest_first: { en: 'Sessions, newest first.', zh: '列出会话，最新的在前。' },
  with_one_of_these_statuses_commas: {
    en: 'with one of these statuses (commas between them)',
    zh: '只列出这些状态的会话（用逗号分隔）',
  },
  of_this_task_id_or_code: { en: 'of this task (id or code)', zh: '只限此任务（id 或代码）' },
  running_and_paused_ones: { en: 'running and paused ones', zh: '只列出运行中和已暂停的' },
  one_session_with_its_counters: {
    en: 'One session with its counters and the health of its devices, or as it was at a time.',
    zh: '显示一个会话的计数和设备状态，或它在某一时刻的状态。',
  },
  what_happened_to_a_session_oldest: {
    en: 'What happened to a session, oldest first.',
    zh: '列出会话的事件，最早的在前。',
  },
  ticks_without_a_sample_each: {
    en: 'Ticks without a sample, each with its cause, how complete the session is, and points that never give a value.',
    zh: '列出会话缺失的采样及原因，给出完整率，以及始终没有数值的点位。',
  },
  for_these_causes_only_commas_between: {
    en: 'for these causes only (commas between them)',
    zh: '只限这些原因（用逗号分隔）',
  },
  starts_a_session_of_a_task: {
    en: 'Starts a session of a task. It runs until it is stopped.',
    zh: '为任务启动一个会话。它会一直运行，直到有人停止它。',
  },
  read_the_devices_first_strict_starts: {
    en: 'read the devices first: strict starts only when all answer, warn says which do not',
    zh: '启动前先读取设备：strict 仅在全部应答时启动，warn 只指出没有应答的设备',
  },
  kept_with_the_session: {
    en: 'kept with the session; may be given several times',
    zh: '随会话保存；可多次指定',
  },
  stops_sessions_for_good: { en: 'Stops sessions for good.', zh: '停止会话，不可恢复。' },
  pauses_sessions_nothing_is_read_until: {
    en: 'Pauses sessions: nothing is read until they are resumed.',
    zh: '暂停会话：继续之前不读取设备。',
  },
  resumes_paused_sessions: { en: 'Resumes paused sessions.', zh: '继续已暂停的会话。' },
  recovers_sessions_that_wait_after: {
    en: 'Recovers sessions that wait after a restart, or that failed.',
    zh: '恢复会话：重启后等待恢复的，或出错的。',
  },
  applies_the_current_configuration: {
    en: 'Applies the current configuration to a running session, without a restart: unchanged devices are read without interruption. Lists each difference.',
    zh: '使会话不经重启而按现有配置继续：未更改的照常读取。列出每处差异。',
  },
  use_this_version_of_its_task: {
    en: 'use this version of its task instead of the current configuration',
    zh: '按任务的此版本，而不论现有配置',
  },
  kept_in_the_event: { en: 'kept in the event', zh: '记录在事件中' },
  live_readings_of_one_session: {
    en: 'Live readings of one session or all, until Ctrl+C. As JSON: one object per line.',
    zh: '实时显示一个或全部会话的读数，按 Ctrl+C 结束。JSON 时每行一个对象。',
  },
  of_this_device_may_be_given: {
    en: 'of this device; may be given several times',
    zh: '只限此设备；可多次指定',
  },
  this_point_may_be_given_several: {
    en: 'this point; may be given several times',
    zh: '只限此点位；可多次指定',
  },
  end_after_this_many_readings: { en: 'end after this many readings', zh: '收到这么多条读数后结束' },
  who_held_which_session: {
    en: 'Who held which session when, and what each change of holder cost.',
    zh: '采集归属：谁在何时持有哪个会话，每次变更造成多少缺失。',
  },
  of_this_session_only: { en: 'of this session only', zh: '只限此会话' },
  with_devices_at_this_site_code: {
    en: 'with devices at this site (code)',
    zh: '只限有设备在此站点（代码）的会话',
  },
  sessions_that_it_has_ever_held: { en: 'sessions that it has ever held', zh: '只限此采集器持有过的会话' },
  completeness_of_all_sessions_or_devices: {
    en: 'Completeness of all sessions or devices: ticks due, stored and missing by cause, and values of points.',
    zh: '全部会话或设备的完整率：应采、已存、缺失的采样及缺失原因，以及点位的数值率。',
  },
  group_by_session_default_or_device: {
    en: 'group by session (default) or device',
    zh: '按会话（默认）或按设备',
  },
  of_this_device_only: { en: 'of this device only', zh: '只限此设备' },
  gaps_of_all_sessions_and_why: {
    en: 'Gaps of all sessions, and why: a gap that several devices share is listed once.',
    zh: '列出全部会话的缺失及原因，多台设备共有的缺失只列一次。',
  },
  a_report_as_csv: {
    en: 'A report as CSV for a spreadsheet: what was due, stored and missing by cause, and who held it.',
    zh: '输出 CSV 报告，可用电子表格打开：应采、已存、按原因分列的缺失，以及持有者。',
  },
  a_line_for_each_day: {
    en: 'a line for each day of the plant, or for each shift of --site',
    zh: '按工厂的日期分行，或按 --site 所指站点的班次分行',
  },
  name_of_the_batch_or_order: {
    en: 'name of the batch or order, in the first column',
    zh: '批次或订单的名称，写在第一列',
  },
  exports_stored_values_of_points: {
    en: 'Exports stored values of points as CSV or XLSX, each value or by interval, over any time.',
    zh: '将点位的已存数值导出为 CSV 或 XLSX：逐个数值或按时间间隔，时间范围不限。',
  },
  all_points_of_this_device: { en: 'all points of this device', zh: '此设备的全部点位' },
  time_forms_a_day_ago: {
    en: '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339; a day ago unless set',
    zh: '-30m（s、m、h、d、w）、2026-07-03T14:00（本地时间）或 RFC 3339；默认为一天前',
  },
  mean_min_max_last_and_count: {
    en: 'mean, min, max, last and count of each (30s, 15m, 1h, 1d) instead of every value',
    zh: '按此间隔（30s、15m、1h、1d）给出平均、最小、最大、最后值和个数，不再逐个给出',
  },
  clock_of_the_times_such: {
    en: 'clock of the times, such as Asia/Shanghai; that of the plant unless set',
    zh: '时间所用的时区，如 Asia/Shanghai；默认为工厂时区',
  },
  csv_unless_set_or_xlsx: { en: 'csv (unless set) or xlsx', zh: 'csv（默认）或 xlsx' },
  long_unless_set_or_wide: {
    en: 'long (unless set): a line for each value; wide: a line for each time, a column for each point',
    zh: 'long（默认）：每个数值一行；wide：每个时间一行，每个点位一列',
  },
  of_csv_point_unless_set: {
    en: 'of numbers in CSV: point (unless set) or comma, with semicolons between cells',
    zh: 'CSV 数字的小数点：point（默认）或 comma（逗号，单元格以分号分隔）',
  },
  write_to_this_file_instead: {
    en: 'write to this file instead of stdout; it appears only when it is complete',
    zh: '写入此文件而不是标准输出；写完整后文件才会出现',
  },
  whether_every_session_that_should_run: {
    en: 'Whether every session that should run is read, for monitors and cron: one line and an exit code.',
    zh: '检查应当运行的会话是否都在读取，供监控系统和 cron 使用：输出一行（英文）和退出码。',
  },
  also_warn_about_devices_that_do: {
    en: 'also warn about devices that do not answer or lose ticks because they are slow, and about points that never give a value',
    zh: '设备无应答或因过慢丢失采样时，或点位始终没有数值时，也给出警告',
  },
  repeat_until_all_is_well: {
    en: 'repeat until all is well, for at most this long',
    zh: '反复检查直到一切正常，最多等待这么久',
  },
  count_only_samples_since_then: {
    en: 'count only samples since then, as after a restart: -30s (s, m, h, d, w) or RFC 3339',
    zh: '只计此后的采样，例如重启之后：-30s（s、m、h、d、w）或 RFC 3339',
  },
  one_more_line_for_each_problem: { en: 'one more line for each problem', zh: '每处异常另输出一行' },
  sites_where_devices_are_and_where: {
    en: 'Sites: where devices are, and where roles hold.',
    zh: '列出站点：设备所在之处，也是角色的有效范围。',
  },
  tasks_what_can_be_acquired: { en: 'Tasks: what can be acquired.', zh: '列出采集任务。' },
  one_task: { en: 'One task.', zh: '显示一个任务。' },
  whether_a_task_can_keep: {
    en: 'Whether a task can keep its period: how long reading takes on each endpoint, from measured round trips if there are any, together with the tasks that run there now. Exit code 1 if not.',
    zh: '估算任务能否满足其周期：连同该端点上正在运行的任务，按实测的往返时间（如有）计算每个端点的读取耗时。不能满足时退出码为 1。',
  },
  of_a_tcp_request: { en: 'of a TCP request', zh: '一次 TCP 请求的往返时间' },
  of_a_device_on_a_serial: { en: 'of a device on a serial line', zh: '串口设备的应答间隔' },
  devices_and_where_they: { en: 'Devices and where they are.', zh: '列出设备及其地址。' },
  stores_the_limits_that_the_running: {
    en: 'Stores the limits that the running session has learned from refusals of a device in its configuration.',
    zh: '把运行中的会话因设备拒绝而学到的限制写入设备配置。',
  },
  also_ranges_that_were_refused_once: {
    en: 'also ranges that were refused once only',
    zh: '包括仅被拒绝一次的区间',
  },
  removes_learned_limits_from_a_device: {
    en: 'Removes learned limits from a device, and lets the running session request everything again.',
    zh: '清除会话从设备学到的限制，并让运行中的会话重新请求全部点位。',
  },
  reads_all_points_of_a_device: {
    en: 'Reads all points of a device once, as a session would, within 20 s, and says why a value is missing. Exit code 1 unless all values came.',
    zh: '测试读取：像会话一样把设备的每个点位读取一次，最长 20 秒，并说明缺值的原因。未全部读到时退出码为 1。',
  },
  each_enabled_device_that_this_task: {
    en: 'each enabled device that this task reads, one after the other',
    zh: '此任务读取的每台已启用设备，逐台测试',
  },
  also_the_bytes_of_each_request: {
    en: 'also the bytes of each request and answer',
    zh: '同时显示每个请求和应答的原始字节',
  },
  health_of_the_devices_of_all: {
    en: 'Health of the devices of all running sessions, unread ones first, or of one device.',
    zh: '显示全部运行中会话的设备状态（读不到的在前），或其中一台。',
  },
  only_those_with_points_that_gave: {
    en: 'only those with points that gave no value in the last 24 hours',
    zh: '仅显示最近 24 小时内存在无值点位的设备',
  },
  failing_partly_slow_unknown_or_healthy: {
    en: 'failing, partly, slow, unknown or healthy; several with commas',
    zh: 'failing（读不到）、partly（部分缺值）、slow（缓慢）、unknown（尚无消息）或 healthy（有应答）；多个用逗号分隔',
  },
  points_of_a_device: {
    en: 'Points of a device, or of all: their addresses, and which can be written.',
    zh: '列出一台或全部设备的点位：位置，以及是否可写。',
  },
  the_last_value_of_each_point: {
    en: 'The last value of each point of a device, a session or all, with its quality and its age.',
    zh: '显示一台设备、一个会话或全部点位的最近数值，带质量和距今时间。',
  },
  of_the_points_that_this_session: {
    en: 'of the points that this session reads',
    zh: '只限此会话读取的点位',
  },
  writes_a_point_that_is_marked: {
    en: 'Writes a point that is marked writable, once, and reads it back. Exit code 1 unless it holds the value.',
    zh: '向标记为可写的点位写入一次并读回。读回的值不同时退出码为 1。',
  },
  why_for_the_audit_log: { en: 'why, for the audit log', zh: '原因，写入审计日志' },
  protocols_of_devices_of_one: {
    en: 'Protocols of devices; of one, the fields of its devices and points.',
    zh: '列出设备协议；指定协议时列出其设备和点位的字段。',
  },
  all_sites_devices_points_and_tasks: {
    en: 'All sites, devices, points and tasks as YAML (--json: as JSON), with codes instead of ids.',
    zh: '把全部站点、设备、点位和任务导出为 YAML（--json：JSON），以代码代替 id。',
  },
  imports_a_file_from_export_all: {
    en: 'Imports a file from export, all or nothing: missing things are created, those with the same code are changed, nothing is deleted. FILE - is standard input.',
    zh: '导入 export 导出的文件，全部成功或全部不做：没有的会新建，代码相同的会更改，不删除任何内容。FILE 为 - 时读取标准输入。',
  },
  the_versions_of_a_task: {
    en: 'The versions of a task that sessions were started on, newest first.',
    zh: '列出任务曾启动会话的各个版本，最新的在前。',
  },
  how_two_versions_of_a_task: {
    en: 'How two versions of a task differ, or one and what is configured now.',
    zh: '比较任务的两个版本，或一个版本与当前配置。',
  },
  restores_a_task_its_devices: {
    en: 'Restores a task, its devices and points as they were in a version. Running sessions keep their configuration until they are reconfigured, or with --apply sessions.',
    zh: '把任务及其设备和点位恢复为某一版本时的样子。运行中的会话保持不变，直到重新配置，或使用 --apply sessions。',
  },
  the_value_of_a_field_text: {
    en: 'the value of a field, text or JSON; may be given several times',
    zh: '字段的值，文本或 JSON；可多次指定',
  },
  with_this_code_stands: {
    en: 'with this code; * stands for any characters',
    zh: '代码符合此模式的；* 代表任意字符',
  },
  at_this_site: { en: 'at this site', zh: '在此站点的' },
  of_devices_that_this_task_reads: { en: 'of devices that this task reads', zh: '此任务读取的设备的' },
  of_this_device: { en: 'of this device', zh: '此设备的' },
  also_delete_their_points_and_remove: {
    en: 'also delete their points, and remove them from tasks that read them',
    zh: '连同其点位，并从读取它们的任务中移除',
  },
  also_remove_them_from_tasks: {
    en: 'also remove them from tasks that select them',
    zh: '并从选用它们的任务中移除',
  },
  copies_a_device_with_its_points: {
    en: 'Copies a device with its points: codes are numbered by {n}, addresses and unit ids by steps. All or none.',
    zh: '按一台设备复制出多台，连同点位：代码用 {n} 编号，地址和站号逐台递增。全部成功或全部不做。',
  },
  number_of_copies_default_1: { en: 'number of copies (default 1)', zh: '台数（默认 1）' },
  of_the_copies_with_n: {
    en: 'of the copies, with {n} or {n:02} for the number',
    zh: '副本的代码，用 {n} 或 {n:02} 表示编号',
  },
  likewise_that_of_the_device_unless: {
    en: 'likewise; that of the device unless set',
    zh: '同上；默认与原设备相同',
  },
  number_of_the_first_copy_default: {
    en: 'number of the first copy (default 1)',
    zh: '第一台副本的编号（默认 1）',
  },
  a_field_that_goes_up_host: {
    en: 'a field that goes up: host=10.0.0.11, unit_id=2:1; may be given several times',
    zh: '逐台递增的字段：host=10.0.0.11、unit_id=2:1；可多次指定',
  },
  reads_the_copies: {
    en: 'reads the copies too; may be given several times',
    zh: '也读取这些副本；可多次指定',
  },
  gives_many_devices_the_same_fields: {
    en: 'Gives many devices the same fields. All or none.',
    zh: '批量修改设备的字段。全部成功或全部不做。',
  },
  gives_many_points_the_same_fields: {
    en: 'Gives many points the same fields. All or none.',
    zh: '批量修改点位的字段。全部成功或全部不做。',
  },
  deletes_many_devices_all_or_none: {
    en: 'Deletes many devices. All or none.',
    zh: '批量删除设备。全部成功或全部不做。',
  },
  deletes_many_points_all_or_none: {
    en: 'Deletes many points. All or none.',
    zh: '批量删除点位。全部成功或全部不做。',
  },
  changes_of_the_configuration_newest: {
    en: 'Changes of the configuration, newest first.',
    zh: '列出配置变更，最新的在前。',
  },
  edit_copy_bulk_import_revert_restore: {
    en: 'edit, copy, bulk, import, revert, restore, learned or direct',
    zh: 'edit（编辑）、copy（复制设备）、bulk（批量修改）、import（导入）、revert（撤销）、restore（恢复版本）、learned（学到的限制）或 direct（直接修改数据库）',
  },
  of_who_is_called_exactly: { en: 'of who is called exactly so', zh: '只限此操作者（名称须完全一致）' },
  of_this_device_and_its_points: { en: 'of this device and its points', zh: '只限此设备及其点位' },
  of_this_task_itself: { en: 'of this task itself', zh: '只限此任务本身' },
  what_one_change_did_each_thing: {
    en: 'What one change did: each thing and field, before and after.',
    zh: '显示一次变更：每个对象和字段的变更前后。',
  },
  reverts_a_change_set_whole: {
    en: 'Reverts a change set, whole or in part; reverting the revert restores it. Later changes of the same fields are refused, and listed.',
    zh: '撤销一次变更，全部或部分；再撤销该次撤销即为重做。此后又有更改的内容会被拒绝并指出。',
  },
  only_this_of_it_device_4: {
    en: 'only this of it: device:4 or device:4:host,port; may be given several times',
    zh: '只撤销其中这部分：device:4 或 device:4:host,port；可多次指定',
  },
  kept_in_the_change_set: { en: 'kept in the change set', zh: '记录在变更集中' },
  only_say_what_would_be_done: { en: 'only say what would be done', zh: '只说明将做什么' },
  also_where_devices_that_do: {
    en: 'also where devices that do not change would lose ticks',
    zh: '即使未更改的设备会缺失采样',
  },
  running_sessions_take_the_change: {
    en: 'running sessions take the change at once',
    zh: '运行中的会话立即按新配置继续',
  },
  only_check_it_and_say: { en: 'only check it and say what would be done', zh: '只检查文件并说明将做什么' },
  points_of_devices_or_of_all: {
    en: 'Points of devices, or of all, as CSV or XLSX: points import takes it as it is.',
    zh: '把设备（或全部）的点位导出为 CSV 或 XLSX：points import 可直接导入。',
  },
  an_empty_list_of_points: {
    en: 'An empty list of points for a protocol, with examples, to be filled in.',
    zh: '某协议的空白点位表，带示例，供填写。',
  },
  imports_a_list_of_points_csv: {
    en: 'Imports a list of points, CSV or XLSX, all or nothing; first says how it reads the columns. FILE - is standard input.',
    zh: '导入点位表（CSV 或 XLSX），全部导入或完全不导入；先说明各列如何识别。FILE 为 - 时读取标准输入。',
  },
  of_csv_utf_8_unless_set: {
    en: 'of CSV: utf-8 (unless set) or gb18030',
    zh: 'CSV 的编码：utf-8（默认）或 gb18030',
  },
  between_cells_of_csv_comma_unless: {
    en: 'between cells of CSV: comma (unless set) or semicolon',
    zh: 'CSV 的分隔符：comma 逗号（默认）或 semicolon 分号',
  },
  of_rows_that_name_no_device: { en: 'of rows that name no device', zh: '未写明设备的行所属的设备' },
  merge_unless_set_empty_cells_keep: {
    en: 'merge (unless set): empty cells keep; append: only new points; replace: empty cells clear, points that are not in the list go',
    zh: 'merge（默认）：空单元格保持不变；append：只新增；replace：空单元格清除，表中没有的点位删除',
  },
  columns_predecessor_or_one: {
    en: 'columns, predecessor or one that was saved; found out unless set',
    zh: 'columns、predecessor（原采集程序的 19 列表）或已保存的映射；不填则自动识别',
  },
  save_how_this_list_is_read: {
    en: 'save how this list is read, for --mapping NAME',
    zh: '保存此表的识别方式，供 --mapping NAME 使用',
  },
  saved_mappings_of_point_lists: {
    en: 'Saved mappings of point lists (from points import --save-mapping).',
    zh: '已保存的点位表映射：由 points import --save-mapping 保存。',
  },
  deletes_a_saved_mapping_of_point: {
    en: 'Deletes a saved mapping of point lists.',
    zh: '删除已保存的点位表映射。',
  },
  meaning_of_a_column_b_ignores: {
    en: 'meaning of a column; B= ignores it',
    zh: '某列的含义；B= 表示忽略该列',
  },
  answer_to_an_open_question: {
    en: 'answer to an open question of the list',
    zh: '回答点位表中待确认的问题',
  },
  accept_all_assumptions: { en: 'accept all assumptions', zh: '接受全部推测' },
  of_csv_found_out_unless_set: { en: 'of CSV; found out unless set', zh: 'CSV 的编码；不填则自动识别' },
  of_a_workbook_the_one: {
    en: 'of a workbook; the one that looks most like a list unless set',
    zh: '工作表名；不填则取最像点位表的一张',
  },
  use_this_text_instead: {
    en: 'use this text instead of that of the cell, to correct a fault',
    zh: '用此文字代替该单元格的内容，以改正错误',
  },
  the_task_goes_on_reading_points: {
    en: 'the task goes on reading points that it reads now and the version lacks',
    zh: '任务继续读取现在读取而该版本中没有的点位',
  },
  import_the_rows_without_faults_even: {
    en: 'import the rows without faults, even if others have some',
    zh: '有的行有错误时，导入没有错误的行',
  },
  write_rows_with_faults: {
    en: 'write rows with faults to this file, for correction',
    zh: '把有错误的行写入此文件，以便改正',
  },
  with_replace_number_of_points: {
    en: 'with replace: number of points that may be deleted',
    zh: '与 replace 同用：确认要删除的点位数',
  },
  why_for_the_history: { en: 'why, for the history of the configuration', zh: '原因，写入配置历史' },
  collectors_state_last_heartbeat: {
    en: 'Collectors: state, last heartbeat, what each holds, how busy it is.',
    zh: '列出采集器：状态、最近心跳、持有的会话、负载。',
  },
  sessions_that_moved_between_collectors: {
    en: 'Sessions that moved between collectors, and why, newest first.',
    zh: '列出会话在采集器之间的移动及原因，最新的在前。',
  },
  moves_a_collector_sessions_to_others: {
    en: 'Moves a collector’s sessions to others, before maintenance; it stays up without work until it is restarted.',
    zh: '移出采集器的会话（维护之前）：由其他采集器接管，它保持运行但不再工作，直到重新启动。',
  },
  until_it_has_no_session_left: {
    en: 'until it has no session left, or nothing has moved for a minute',
    zh: '等到它不再持有会话，或一分钟内没有任何移动',
  },
  even_if_the_other_collectors_cannot: {
    en: 'even if the other collectors cannot take all of them',
    zh: '没有其他采集器能全部接管时也移出',
  },
  let_it_work_again: { en: 'let it work again', zh: '恢复接收会话，重新工作' },
  whether_samples_reach_their_database: {
    en: 'Whether samples reach their database. Exit code 1 if not.',
    zh: '显示采样写入数据库的情况。不正常时退出码为 1。',
  },
  what_could_not_be_processed_oldest: {
    en: 'What could not be processed, oldest first.',
    zh: '列出隔离区中无法处理的消息，最早的在前。',
  },
  only_what_came_from_this_stream: {
    en: 'only what came from this stream, as SAMPLES',
    zh: '只限来自此消息流的，例如 SAMPLES',
  },
  only_what_has_this_in_its: { en: 'only what has this in its reason', zh: '只限原因中含有此文字的' },
  only_what_this_collector_has_published: {
    en: 'only what this collector has published',
    zh: '只限由此采集器发布的',
  },
  only_what_says: { en: 'only what says that it is of this session', zh: '只限自称属于此会话的' },
  only_samples_whose_epoch_a_restored: {
    en: 'only samples whose epoch a restored log lacks',
    zh: '只限恢复后的日志不认识其接管序号的采样',
  },
  only_up_to_this_one_nothing: {
    en: 'only up to this one: nothing that came since',
    zh: '只到此条为止：不含此后到来的',
  },
  one_quarantined_message_with_its_body: {
    en: 'One quarantined message with its body.',
    zh: '显示隔离区中的一条消息及其内容。',
  },
  sends_messages_back_to_where_they: {
    en: 'Sends messages back to where they came from: one, or those of a filter (--all: all of them).',
    zh: '把消息发回原来的消息流：一条，或符合筛选条件的（--all：全部）。',
  },
  without_a_filter: { en: 'without a filter', zh: '不加筛选' },
  takes_samples_whose_epoch_a_restored: {
    en: 'takes samples whose epoch a restored log does not know: you vouch for them. With --collector and --up-to: those of it that you have seen',
    zh: '接受恢复后的日志不认识其接管序号的采样：由您负责。与 --collector 和 --up-to 一起用：只限您看过的该采集器的',
  },
  deletes_messages_for_good_one: {
    en: 'Deletes messages for good: one, or those of a filter.',
    zh: '彻底删除消息：一条，或符合筛选条件的。',
  },
  removes_sessions_that_ended_long_ago: {
    en: 'Removes sessions that ended long ago from the lists. Events and stored samples remain.',
    zh: '从列表中清理早已结束的会话。事件日志和已存的采样都会保留。',
  },
  only_sessions_that_ended_longer_ago: {
    en: 'only sessions that ended longer ago: 12h, 30d, 8w (required)',
    zh: '只清理结束已超过此时长的：12h、30d、8w（必填）',
  },
  one_or_both_with_a_comma: {
    en: 'one or both with a comma (default stopped,error)',
    zh: '一种状态，或用逗号分隔两种（默认 stopped,error）',
  },
  only_say_what_would_be_removed: { en: 'only say what would be removed', zh: '只说明将清理什么' },
  logs_you_in_shows_a_code: {
    en: 'Logs you in: shows a code to enter and approve in a browser.',
    zh: '登录：显示一个代码，请在浏览器中输入并批准。',
  },
  address_of_the_api_used: { en: 'address of the API; used from then on', zh: 'API 的地址；此后一直使用' },
  ends_your_login_here_at_once: { en: 'Ends your login here, at once.', zh: '立即结束您在此处的登录。' },
  who_you_are_to_the_api: {
    en: 'Who you are to the API, and what you may do.',
    zh: '显示 API 识别到的身份和权限。',
  },
  your_logins_in_browsers: {
    en: 'Your logins, in browsers and on command lines.',
    zh: '列出您在浏览器和命令行中的登录。',
  },
  ends_one_of_your_logins_wherever: {
    en: 'Ends one of your logins, wherever it is.',
    zh: '结束您的一个登录，无论在何处。',
  },
  people_who_may_log: {
    en: 'People who may log in, and what they may do where.',
    zh: '列出可以登录的用户及其在各站点的角色。',
  },
  adds_a_person_and_shows_only: {
    en: 'Adds a person and shows, only once, a link to set the password.',
    zh: '添加用户。会给出设置密码的链接，只显示这一次。',
  },
  viewer_operator_engineer_administrator: {
    en: 'viewer, operator, engineer, administrator; with sites, operator@hall-1,hall-2, it holds there only',
    zh: 'viewer（只读用户）、operator（操作员）、engineer（工程师）、administrator（管理员）；写成 operator@hall-1,hall-2 则只在这些站点有效',
  },
  full_name: { en: 'full name', zh: '姓名' },
  language_of_pages_and_messages: { en: 'language of pages and messages', zh: '界面语言' },
  changes_the_roles_of_a_person: {
    en: 'Changes the roles of a person (replacing all of them), the name or the language.',
    zh: '更改用户的角色（整体替换）、姓名或语言。',
  },
  disables_a_person_and_ends_all: {
    en: 'Disables a person, and ends all their logins.',
    zh: '停用用户，并结束其全部登录。',
  },
  enables_a_person_again: { en: 'Enables a person again.', zh: '重新启用用户。' },
  creates_a_link_to_set: {
    en: 'Creates a link to set a new password, shown only once. The old password works until then.',
    zh: '生成设置新密码的链接，只显示这一次。在设置之前原密码仍有效。',
  },
  where_a_person_is_logged: { en: 'Where a person is logged in.', zh: '列出用户的登录。' },
  ends_a_login_of_a_person: {
    en: 'Ends a login of a person, or all of them.',
    zh: '结束用户的一个登录，或全部登录。',
  },
  shows_a_link_that_makes: {
    en: 'Shows a link that makes the first administrator, as long as there is none.',
    zh: '尚无管理员时，显示创建第一位管理员的链接。',
  },
  api_keys_without_their_secrets_revoked: {
    en: 'API keys without their secrets, revoked ones too.',
    zh: '列出 API 密钥（不含密钥内容），包括已吊销的。',
  },
  creates_an_api_key: {
    en: 'Creates an API key. It is shown only once.',
    zh: '创建 API 密钥，只显示这一次。',
  },
  after_12h_90d_or_52w: {
    en: 'after 12h, 90d or 52w, or at a time',
    zh: '12h、90d 或 52w 之后过期，或在某一时刻过期',
  },
  may_be_used_from_there_only: {
    en: 'may be used from there only: 10.20.0.0/16, or one address',
    zh: '只能从这些地址使用：10.20.0.0/16，或单个地址',
  },
  writes_the_key_into_a_new: {
    en: 'writes the key into a new file that only you can read',
    zh: '把密钥写入只有您能读取的新文件',
  },
  revokes_a_key_at_once: { en: 'Revokes a key, at once and for good.', zh: '吊销密钥，立即生效，不可恢复。' },
  who_changed_what_or_was_refused: {
    en: 'Who changed what, or was refused, as the audit log has it.',
    zh: '查询审计日志：谁更改了什么，或被拒绝了什么。',
  },
  exports_the_whole_audit_log_oldest: {
    en: 'Exports the whole audit log, oldest first, for archiving: one JSON entry per line.',
    zh: '导出全部审计日志以便另行保存，最早的在前：每行一条 JSON 记录。',
  },
  part_of_the_name: { en: 'part of the name', zh: '操作者名称中的文字' },
  session_stop_or_all: {
    en: 'session.stop, or all of a kind: session',
    zh: '如 session.stop；只写 session 则为该类全部操作',
  },
  of_this_command_the_trace: {
    en: 'of this command: the trace that an event or a gap names',
    zh: '只限此命令（事件或缺失所示的跟踪号）',
  },
  that_come_of_this_command_only: {
    en: 'that come of this command only, by its trace',
    zh: '只限由此命令引起的（按跟踪号）',
  },
  part_of_what_it_was_done: { en: 'part of what it was done to', zh: '操作对象中的文字' },
  backs_up_event_log_configuration: {
    en: 'Backs up event log, configuration snapshots and database together (docs/backup.md).',
    zh: '把事件日志、配置快照和数据库一起备份（docs/backup.md）。',
  },
  restores_a_backup_into_an_empty: {
    en: 'Restores a backup into an empty system (docs/backup.md).',
    zh: '把备份恢复到空的系统（docs/backup.md）。',
  },
  checks_recorded_data_was_anything_lost: {
    en: 'Checks recorded data: was anything lost or polled twice? (docs/reliability.md)',
    zh: '检查已记录的数据：是否有丢失或重复轮询（docs/reliability.md）。',
  },
  a_script_that_completes_commands: {
    en: 'A script that completes commands and options: source <(holdfast completion bash)',
    zh: '生成补全命令和选项的脚本：source <(holdfast completion bash)',
  },
  prints_one_line_as_nagios: {
    en: 'Prints one line as Nagios and Icinga expect it: the verdict, then figures after a bar. expected sessions should run; actual ones do, as their samples show, and are stored; missing ones do not; unexpected ones are read although they should not be; unknown ones may or may not be stored.',
    zh: '按 Nagios 和 Icinga 的格式输出一行：结论，竖线之后是数字。expected 为应当运行的会话；actual 为实际在运行（以采样为准）且已保存的；missing 为没有的；unexpected 为不应运行却在读取的；unknown 为尚不清楚是否已保存的。',
  },
  exit_codes_0_ok_1_warning: {
    en: 'Exit codes: 0 OK; 1 WARNING: something does not fit, such as a session that is read although it should not be, or with --devices a device that does not answer; 2 CRITICAL: a session that should run is not read or not stored, or the session log is damaged; 3 UNKNOWN: no answer, no key, wrong use, or samples arrive and it is not known whether they are stored.',
    zh: '退出码：0 OK；1 WARNING，有异常，例如不应读取的会话在读取，或使用 --devices 时设备没有应答；2 CRITICAL，应当运行的会话没有读取或没有保存，或会话日志已损坏；3 UNKNOWN，没有应答、没有密钥、用法错误，或采样到达但不清楚是否已保存。',
  },
  without_devices_the_verdict: {
    en: 'Without --devices the verdict can be OK although no device answers. With --devices the figures silent, slow and undelivered count devices that do not answer, devices that lose ticks, and points that gave no value in the last ten minutes although their device gave others; undelivered_unknown counts sessions for which that is not known. A device that answers with an exception counts as answering.',
    zh: '不使用 --devices 时，即使没有设备应答，结论也可能是 OK。使用 --devices 时，silent、slow 和 undelivered 分别是没有应答的设备、丢失采样的设备，以及最近十分钟内没有数值而同一设备的其他点位有数值的点位；undelivered_unknown 是无法得知这一点的会话。以异常应答的设备视为有应答。',
  },
  a_session_that_was_started: {
    en: 'A session that was started or resumed less than its period and 2 s ago is starting, and not missing yet.',
    zh: '启动或继续不到一个周期加 2 秒的会话为 starting，尚不算缺失。',
  },
  if_the_connection_breaks_it_continues: {
    en: 'If the connection breaks, it continues with the reading after the last one.',
    zh: '连接中断后，从最后一条读数之后继续。',
  },
  point_is_an_id_or_device: {
    en: 'POINT is an id, or DEVICE/POINT by their codes. A negative value goes after --. A text is written as typed, also 007; two quotes without anything between them empty it.',
    zh: 'POINT 为 id，或用代码写成 DEVICE/POINT。负数写在 -- 之后。文本按输入写入，例如 007；一对空引号表示清空。',
  },
  with_exit_code_1_nothing: {
    en: 'With exit code 1 nothing was written, or the point holds another value. With exit code 3 the value may have been written: look before you repeat it.',
    zh: '退出码为 1 时没有写入，或点位保存的是另一个值。退出码为 3 时可能已经写入：重试之前请先查看。',
  },
  the_whole_file_is_checked_first: {
    en: 'The whole file is checked first; with any fault nothing is changed. A field that the file names (a list, a profile) is replaced as a whole. Aliases of YAML (*name) are refused. One change set holds at most 20,000 things; a larger file makes several, and can be imported again after a fault.',
    zh: '先检查整个文件，有任何错误则不作更改。文件中写明的字段（列表、配置）整体替换。不接受 YAML 别名（*name）。一个变更集最多 20,000 个对象；更大的文件分成几个，出错后可再次导入。',
  },
  with_apply_sessions_exit_code_1: {
    en: 'With --apply sessions, exit code 1 also means that a session did not take the change, although the change was made; with --dry-run that a session would not take it.',
    zh: '使用 --apply sessions 时，退出码 1 也表示有会话没有采用更改（更改本身已完成）；与 --dry-run 一起时，表示有会话将不会采用。',
  },
  it_can_be_interrupted_and_repeated: {
    en: 'It can be interrupted and repeated. A failed session stays as long as it can be recovered.',
    zh: '可以中断和重复。出错的会话在仍可恢复时保留。',
  },
  last_used_is_accurate_to_five: {
    en: 'LAST USED is accurate to five minutes.',
    zh: 'LAST USED 精确到五分钟。',
  },
  key_is_an_id: {
    en: 'KEY is an id, or a name that only one active key has.',
    zh: 'KEY 为 id，或仅一个有效密钥使用的名称。',
  },
  it_completes_holdfast_on_the_path: {
    en: 'It completes holdfast on the PATH; in a checkout, add node_modules/.bin to the PATH first.',
    zh: '补全 PATH 中的 holdfast；在代码目录中，请先把 node_modules/.bin 加入 PATH。',
  },
} as const;
