/** Chinese help, by its English. */
export const chineseHelp = {
  'Settings: HOLDFAST_URL (default: where you logged in, else http://127.0.0.1:8000), HOLDFAST_API_KEY_FILE or HOLDFAST_API_KEY, HOLDFAST_OPERATOR, HOLDFAST_LANG (en, zh).':
    '设置：HOLDFAST_URL（默认为最近登录的地址，否则为 http://127.0.0.1:8000）、HOLDFAST_API_KEY_FILE 或 HOLDFAST_API_KEY、HOLDFAST_OPERATOR、HOLDFAST_LANG（en、zh）。',
  'Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 no answer, 4 not allowed. More: docs/cli.md':
    '退出码：0 完成，1 被拒绝或失败，2 用法错误，3 没有应答，4 无权限。详见 docs/cli.md',
  'More on one command: holdfast COMMAND --help': '单个命令的用法：holdfast COMMAND --help',
  'Example: {{command}}': '示例：{{command}}',
  'All commands: holdfast --help': '全部命令：holdfast --help',

  'at most this many (default 1000)': '最多显示的条数（默认 1000）',
  'print JSON (the default when the output is not a terminal)': '输出 JSON；输出不是终端时本来就是 JSON',
  'print tables (the default on a terminal)': '输出不是终端时也用表格',
  'show this help': '显示用法',
  '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339':
    '-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339',
  '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339; 24 h before --to unless set':
    '-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339；默认为 --to 之前 24 小时',
  'as it was then: -30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339':
    '显示当时的状态：-30m（s、m、h、d、w）、2026-07-03T14:00（本机时间）或 RFC 3339',
  likewise: '同上',
  'likewise; now unless set': '同上；默认为现在',

  'Sessions, newest first.': '列出会话，最新的在前。',
  'with one of these statuses (commas between them)': '只列出这些状态的会话（用逗号分隔）',
  'of this task (id or code)': '只限此任务（id 或代码）',
  'running and paused ones': '只列出运行中和已暂停的',
  'One session with its counters and the health of its devices, or as it was at a time.':
    '显示一个会话的计数和设备状态，或它在某一时刻的状态。',
  'What happened to a session, oldest first.': '列出会话的事件，最早的在前。',
  'Ticks without a sample, each with its cause, how complete the session is, and points that never give a value.':
    '列出会话缺失的采样及原因，给出完整率，以及始终没有数值的点位。',
  'for these causes only (commas between them)': '只限这些原因（用逗号分隔）',
  'Starts a session of a task. It runs until it is stopped.':
    '为任务启动一个会话。它会一直运行，直到有人停止它。',
  'read the devices first: strict starts only when all answer, warn says which do not':
    '启动前先读取设备：strict 仅在全部应答时启动，warn 只指出没有应答的设备',
  'kept with the session; may be given several times': '随会话保存；可多次指定',
  'Stops sessions for good.': '停止会话，不可恢复。',
  'Pauses sessions: nothing is read until they are resumed.': '暂停会话：继续之前不读取设备。',
  'Resumes paused sessions.': '继续已暂停的会话。',
  'Recovers sessions that wait after a restart, or that failed.': '恢复会话：重启后等待恢复的，或出错的。',
  'Applies the current configuration to a running session, without a restart: unchanged devices are read without interruption. Lists each difference.':
    '使会话不经重启而按现有配置继续：未更改的照常读取。列出每处差异。',
  'use this version of its task instead of the current configuration': '按任务的此版本，而不论现有配置',
  'kept in the event': '记录在事件中',
  'Live readings of one session or all, until Ctrl+C. As JSON: one object per line.':
    '实时显示一个或全部会话的读数，按 Ctrl+C 结束。JSON 时每行一个对象。',
  'of this device; may be given several times': '只限此设备；可多次指定',
  'this point; may be given several times': '只限此点位；可多次指定',
  'end after this many readings': '收到这么多条读数后结束',

  'Who held which session when, and what each change of holder cost.':
    '采集归属：谁在何时持有哪个会话，每次变更造成多少缺失。',
  'of this session only': '只限此会话',
  'with devices at this site (code)': '只限有设备在此站点（代码）的会话',
  'sessions that it has ever held': '只限此采集器持有过的会话',
  'Completeness of all sessions or devices: ticks due, stored and missing by cause, and values of points.':
    '全部会话或设备的完整率：应采、已存、缺失的采样及缺失原因，以及点位的数值率。',
  'group by session (default) or device': '按会话（默认）或按设备',
  'of this device only': '只限此设备',
  'Gaps of all sessions, and why: a gap that several devices share is listed once.':
    '列出全部会话的缺失及原因，多台设备共有的缺失只列一次。',
  'A report as CSV for a spreadsheet: what was due, stored and missing by cause, and who held it.':
    '输出 CSV 报告，可用电子表格打开：应采、已存、按原因分列的缺失，以及持有者。',
  'a line for each day of the plant, or for each shift of --site':
    '按工厂的日期分行，或按 --site 所指站点的班次分行',
  'name of the batch or order, in the first column': '批次或订单的名称，写在第一列',

  'Exports stored values of points as CSV or XLSX, each value or by interval, over any time.':
    '将点位的已存数值导出为 CSV 或 XLSX：逐个数值或按时间间隔，时间范围不限。',
  'all points of this device': '此设备的全部点位',
  '-30m (s, m, h, d, w), 2026-07-03T14:00 (local) or RFC 3339; a day ago unless set':
    '-30m（s、m、h、d、w）、2026-07-03T14:00（本地时间）或 RFC 3339；默认为一天前',
  'mean, min, max, last and count of each (30s, 15m, 1h, 1d) instead of every value':
    '按此间隔（30s、15m、1h、1d）给出平均、最小、最大、最后值和个数，不再逐个给出',
  'clock of the times, such as Asia/Shanghai; that of the plant unless set':
    '时间所用的时区，如 Asia/Shanghai；默认为工厂时区',
  'csv (unless set) or xlsx': 'csv（默认）或 xlsx',
  'write to this file instead of stdout; it appears only when it is complete':
    '写入此文件而不是标准输出；写完整后文件才会出现',

  'Whether every session that should run is read, for monitors and cron: one line and an exit code.':
    '检查应当运行的会话是否都在读取，供监控系统和 cron 使用：输出一行（英文）和退出码。',
  'also warn about devices that do not answer or lose ticks because they are slow, and about points that never give a value':
    '设备无应答或因过慢丢失采样时，或点位始终没有数值时，也给出警告',
  'repeat until all is well, for at most this long': '反复检查直到一切正常，最多等待这么久',
  'count only samples since then, as after a restart: -30s (s, m, h, d, w) or RFC 3339':
    '只计此后的采样，例如重启之后：-30s（s、m、h、d、w）或 RFC 3339',
  'one more line for each problem': '每处异常另输出一行',

  'Sites: where devices are, and where roles hold.': '列出站点：设备所在之处，也是角色的有效范围。',
  'Tasks: what can be acquired.': '列出采集任务。',
  'One task.': '显示一个任务。',
  'Whether a task can keep its period: how long reading takes on each endpoint, from measured round trips if there are any, together with the tasks that run there now. Exit code 1 if not.':
    '估算任务能否满足其周期：连同该端点上正在运行的任务，按实测的往返时间（如有）计算每个端点的读取耗时。不能满足时退出码为 1。',
  'of a TCP request': '一次 TCP 请求的往返时间',
  'of a device on a serial line': '串口设备的应答间隔',
  'Devices and where they are.': '列出设备及其地址。',
  'Stores the limits that the running session has learned from refusals of a device in its configuration.':
    '把运行中的会话因设备拒绝而学到的限制写入设备配置。',
  'also ranges that were refused once only': '包括仅被拒绝一次的区间',
  'Removes learned limits from a device, and lets the running session request everything again.':
    '清除会话从设备学到的限制，并让运行中的会话重新请求全部点位。',
  'Reads all points of a device once, as a session would, within 20 s, and says why a value is missing. Exit code 1 unless all values came.':
    '测试读取：像会话一样把设备的每个点位读取一次，最长 20 秒，并说明缺值的原因。未全部读到时退出码为 1。',
  'each enabled device that this task reads, one after the other': '此任务读取的每台已启用设备，逐台测试',
  'also the bytes of each request and answer': '同时显示每个请求和应答的原始字节',
  'Health of the devices of all running sessions, unread ones first, or of one device.':
    '显示全部运行中会话的设备状态（读不到的在前），或其中一台。',
  'only those with points that gave no value in the last 24 hours': '仅显示最近 24 小时内存在无值点位的设备',
  'failing, partly, slow, unknown or healthy; several with commas':
    'failing（读不到）、partly（部分缺值）、slow（缓慢）、unknown（尚无消息）或 healthy（有应答）；多个用逗号分隔',
  'Points of a device, or of all: their addresses, and which can be written.':
    '列出一台或全部设备的点位：位置，以及是否可写。',
  'The last value of each point of a device, a session or all, with its quality and its age.':
    '显示一台设备、一个会话或全部点位的最近数值，带质量和距今时间。',
  'of the points that this session reads': '只限此会话读取的点位',
  'Writes a point that is marked writable, once, and reads it back. Exit code 1 unless it holds the value.':
    '向标记为可写的点位写入一次并读回。读回的值不同时退出码为 1。',
  'why, for the audit log': '原因，写入审计日志',
  'Protocols of devices; of one, the fields of its devices and points.':
    '列出设备协议；指定协议时列出其设备和点位的字段。',
  'All sites, devices, points and tasks as YAML (--json: as JSON), with codes instead of ids.':
    '把全部站点、设备、点位和任务导出为 YAML（--json：JSON），以代码代替 id。',
  'Imports a file from export, all or nothing: missing things are created, those with the same code are changed, nothing is deleted. FILE - is standard input.':
    '导入 export 导出的文件，全部成功或全部不做：没有的会新建，代码相同的会更改，不删除任何内容。FILE 为 - 时读取标准输入。',
  'The versions of a task that sessions were started on, newest first.':
    '列出任务曾启动会话的各个版本，最新的在前。',
  'How two versions of a task differ, or one and what is configured now.':
    '比较任务的两个版本，或一个版本与当前配置。',
  'Restores a task, its devices and points as they were in a version. Running sessions keep their configuration until they are reconfigured, or with --apply sessions.':
    '把任务及其设备和点位恢复为某一版本时的样子。运行中的会话保持不变，直到重新配置，或使用 --apply sessions。',
  'the value of a field, text or JSON; may be given several times': '字段的值，文本或 JSON；可多次指定',
  'with this code; * stands for any characters': '代码符合此模式的；* 代表任意字符',
  'at this site': '在此站点的',
  'of devices that this task reads': '此任务读取的设备的',
  'of this device': '此设备的',
  'also delete their points, and remove them from tasks that read them':
    '连同其点位，并从读取它们的任务中移除',
  'also remove them from tasks that select them': '并从选用它们的任务中移除',
  'Copies a device with its points: codes are numbered by {n}, addresses and unit ids by steps. All or none.':
    '按一台设备复制出多台，连同点位：代码用 {n} 编号，地址和站号逐台递增。全部成功或全部不做。',
  'number of copies (default 1)': '台数（默认 1）',
  'of the copies, with {n} or {n:02} for the number': '副本的代码，用 {n} 或 {n:02} 表示编号',
  'likewise; that of the device unless set': '同上；默认与原设备相同',
  'number of the first copy (default 1)': '第一台副本的编号（默认 1）',
  'a field that goes up: host=10.0.0.11, unit_id=2:1; may be given several times':
    '逐台递增的字段：host=10.0.0.11、unit_id=2:1；可多次指定',
  'reads the copies too; may be given several times': '也读取这些副本；可多次指定',
  'Gives many devices the same fields. All or none.': '批量修改设备的字段。全部成功或全部不做。',
  'Gives many points the same fields. All or none.': '批量修改点位的字段。全部成功或全部不做。',
  'Deletes many devices. All or none.': '批量删除设备。全部成功或全部不做。',
  'Deletes many points. All or none.': '批量删除点位。全部成功或全部不做。',
  'Changes of the configuration, newest first.': '列出配置变更，最新的在前。',
  'edit, copy, bulk, import, revert, restore, learned or direct':
    'edit（编辑）、copy（复制）、bulk（批量）、import（导入）、revert（撤销）、restore（恢复版本）、learned（学到的限制）或 direct（直接改库）',
  'of who is called exactly so': '只限此操作者（名称须完全一致）',
  'of this device and its points': '只限此设备及其点位',
  'of this task itself': '只限此任务本身',
  'What one change did: each thing and field, before and after.': '显示一次变更：每个对象和字段的变更前后。',
  'Reverts a change set, whole or in part; reverting the revert restores it. Later changes of the same fields are refused, and listed.':
    '撤销一次变更，全部或部分；再撤销该次撤销即为重做。此后又有更改的内容会被拒绝并指出。',
  'only this of it: device:4 or device:4:host,port; may be given several times':
    '只撤销其中这部分：device:4 或 device:4:host,port；可多次指定',
  'kept in the change set': '记录在变更集中',
  'only say what would be done': '只说明将做什么',
  'also where devices that do not change would lose ticks': '即使未更改的设备会缺失采样',
  'running sessions take the change at once': '运行中的会话立即按新配置继续',
  'only check it and say what would be done': '只检查文件并说明将做什么',
  'Points of devices, or of all, as CSV or XLSX: points import takes it as it is.':
    '把设备（或全部）的点位导出为 CSV 或 XLSX：points import 可直接导入。',
  'An empty list of points for a protocol, with examples, to be filled in.':
    '某协议的空白点位表，带示例，供填写。',
  'Imports a list of points, CSV or XLSX, all or nothing; first says how it reads the columns. FILE - is standard input.':
    '导入点位表（CSV 或 XLSX），全部导入或完全不导入；先说明各列如何识别。FILE 为 - 时读取标准输入。',
  'of CSV: utf-8 (unless set) or gb18030': 'CSV 的编码：utf-8（默认）或 gb18030',
  'between cells of CSV: comma (unless set) or semicolon':
    'CSV 的分隔符：comma 逗号（默认）或 semicolon 分号',
  'of rows that name no device': '未写明设备的行所属的设备',
  'merge (unless set): empty cells keep; append: only new points; replace: empty cells clear, points that are not in the list go':
    'merge（默认）：空单元格保持不变；append：只新增；replace：空单元格清除，表中没有的点位删除',
  'columns, predecessor or one that was saved; found out unless set':
    'columns、predecessor（原采集程序的 19 列表）或已保存的映射；不填则自动识别',
  'save how this list is read, for --mapping NAME': '保存此表的识别方式，供 --mapping NAME 使用',
  'Saved mappings of point lists (from points import --save-mapping).':
    '已保存的点位表映射：由 points import --save-mapping 保存。',
  'Deletes a saved mapping of point lists.': '删除已保存的点位表映射。',
  'meaning of a column; B= ignores it': '某列的含义；B= 表示忽略该列',
  'answer to an open question of the list': '回答点位表中待确认的问题',
  'accept all assumptions': '接受全部推测',
  'of CSV; found out unless set': 'CSV 的编码；不填则自动识别',
  'of a workbook; the one that looks most like a list unless set': '工作表名；不填则取最像点位表的一张',
  'use this text instead of that of the cell, to correct a fault': '用此文字代替该单元格的内容，以改正错误',
  'the task goes on reading points that it reads now and the version lacks':
    '任务继续读取现在读取而该版本中没有的点位',
  'import the rows without faults, even if others have some': '有的行有错误时，导入没有错误的行',
  'write rows with faults to this file, for correction': '把有错误的行写入此文件，以便改正',
  'with replace: number of points that may be deleted': '与 replace 同用：确认要删除的点位数',
  'why, for the history of the configuration': '原因，写入配置历史',

  'Collectors: state, last heartbeat, what each holds, how busy it is.':
    '列出采集器：状态、最近心跳、持有的会话、负载。',
  'Sessions that moved between collectors, and why, newest first.':
    '列出会话在采集器之间的移动及原因，最新的在前。',
  'Moves a collector’s sessions to others, before maintenance; it stays up without work until it is restarted.':
    '移出采集器的会话（维护之前）：由其他采集器接管，它保持运行但不再工作，直到重新启动。',
  'until it has no session left, or nothing has moved for a minute':
    '等到它不再持有会话，或一分钟内没有任何移动',
  'even if the other collectors cannot take all of them': '没有其他采集器能全部接管时也移出',
  'let it work again': '恢复接收会话，重新工作',
  'Whether samples reach their database. Exit code 1 if not.':
    '显示采样写入数据库的情况。不正常时退出码为 1。',
  'What could not be processed, oldest first.': '列出隔离区中无法处理的消息，最早的在前。',
  'only what came from this stream, as SAMPLES': '只限来自此消息流的，例如 SAMPLES',
  'only what has this in its reason': '只限原因中含有此文字的',
  'only what this collector has published': '只限由此采集器发布的',
  'only what says that it is of this session': '只限自称属于此会话的',
  'only samples whose epoch a restored log lacks': '只限恢复后的日志不认识其接管序号的采样',
  'only up to this one: nothing that came since': '只到此条为止：不含此后到来的',
  'One quarantined message with its body.': '显示隔离区中的一条消息及其内容。',
  'Sends messages back to where they came from: one, or those of a filter (--all: all of them).':
    '把消息发回原来的消息流：一条，或符合筛选条件的（--all：全部）。',
  'without a filter': '不加筛选',
  'takes samples whose epoch a restored log does not know: you vouch for them. With --collector and --up-to: those of it that you have seen':
    '接受恢复后的日志不认识其接管序号的采样：由您负责。与 --collector 和 --up-to 一起用：只限您看过的该采集器的',
  'Deletes messages for good: one, or those of a filter.': '彻底删除消息：一条，或符合筛选条件的。',
  'Removes sessions that ended long ago from the lists. Events and stored samples remain.':
    '从列表中清理早已结束的会话。事件日志和已存的采样都会保留。',
  'only sessions that ended longer ago: 12h, 30d, 8w (required)':
    '只清理结束已超过此时长的：12h、30d、8w（必填）',
  'one or both with a comma (default stopped,error)': '一种状态，或用逗号分隔两种（默认 stopped,error）',
  'only say what would be removed': '只说明将清理什么',

  'Logs you in: shows a code to enter and approve in a browser.':
    '登录：显示一个代码，请在浏览器中输入并批准。',
  'address of the API; used from then on': 'API 的地址；此后一直使用',
  'Ends your login here, at once.': '立即结束您在此处的登录。',
  'Who you are to the API, and what you may do.': '显示 API 识别到的身份和权限。',
  'Your logins, in browsers and on command lines.': '列出您在浏览器和命令行中的登录。',
  'Ends one of your logins, wherever it is.': '结束您的一个登录，无论在何处。',
  'People who may log in, and what they may do where.': '列出可以登录的用户及其在各站点的角色。',
  'Adds a person and shows, only once, a link to set the password.':
    '添加用户。会给出设置密码的链接，只显示这一次。',
  'viewer, operator, engineer, administrator; with sites, operator@hall-1,hall-2, it holds there only':
    'viewer（只读用户）、operator（操作员）、engineer（工程师）、administrator（管理员）；写成 operator@hall-1,hall-2 则只在这些站点有效',
  'full name': '姓名',
  'language of pages and messages': '界面语言',
  'Changes the roles of a person (replacing all of them), the name or the language.':
    '更改用户的角色（整体替换）、姓名或语言。',
  'Disables a person, and ends all their logins.': '停用用户，并结束其全部登录。',
  'Enables a person again.': '重新启用用户。',
  'Creates a link to set a new password, shown only once. The old password works until then.':
    '生成设置新密码的链接，只显示这一次。在设置之前原密码仍有效。',
  'Where a person is logged in.': '列出用户的登录。',
  'Ends a login of a person, or all of them.': '结束用户的一个登录，或全部登录。',
  'Shows a link that makes the first administrator, as long as there is none.':
    '尚无管理员时，显示创建第一位管理员的链接。',
  'API keys without their secrets, revoked ones too.': '列出 API 密钥（不含密钥内容），包括已吊销的。',
  'Creates an API key. It is shown only once.': '创建 API 密钥，只显示这一次。',
  'after 12h, 90d or 52w, or at a time': '12h、90d 或 52w 之后过期，或在某一时刻过期',
  'may be used from there only: 10.20.0.0/16, or one address': '只能从这些地址使用：10.20.0.0/16，或单个地址',
  'writes the key into a new file that only you can read': '把密钥写入只有您能读取的新文件',
  'Revokes a key, at once and for good.': '吊销密钥，立即生效，不可恢复。',
  'Who changed what, or was refused, as the audit log has it.':
    '查询审计日志：谁更改了什么，或被拒绝了什么。',
  'Exports the whole audit log, oldest first, for archiving: one JSON entry per line.':
    '导出全部审计日志以便另行保存，最早的在前：每行一条 JSON 记录。',
  'part of the name': '操作者名称中的文字',
  'session.stop, or all of a kind: session': '如 session.stop；只写 session 则为该类全部操作',
  'of this command: the trace that an event or a gap names': '只限此命令（事件或缺失所示的跟踪号）',
  'that come of this command only, by its trace': '只限由此命令引起的（按跟踪号）',
  'part of what it was done to': '操作对象中的文字',

  'Backs up event log, configuration snapshots and database together (docs/backup.md).':
    '把事件日志、配置快照和数据库一起备份（docs/backup.md）。',
  'Restores a backup into an empty system (docs/backup.md).': '把备份恢复到空的系统（docs/backup.md）。',
  'Checks recorded data: was anything lost or polled twice? (docs/reliability.md)':
    '检查已记录的数据：是否有丢失或重复轮询（docs/reliability.md）。',
  'A script that completes commands and options: source <(holdfast completion bash)':
    '生成补全命令和选项的脚本：source <(holdfast completion bash)',

  'Prints one line as Nagios and Icinga expect it: the verdict, then figures after a bar. expected sessions should run; actual ones do, as their samples show, and are stored; missing ones do not; unexpected ones are read although they should not be; unknown ones may or may not be stored.':
    '按 Nagios 和 Icinga 的格式输出一行：结论，竖线之后是数字。expected 为应当运行的会话；actual 为实际在运行（以采样为准）且已保存的；missing 为没有的；unexpected 为不应运行却在读取的；unknown 为尚不清楚是否已保存的。',
  'Exit codes: 0 OK; 1 WARNING: something does not fit, such as a session that is read although it should not be, or with --devices a device that does not answer; 2 CRITICAL: a session that should run is not read or not stored, or the session log is damaged; 3 UNKNOWN: no answer, no key, wrong use, or samples arrive and it is not known whether they are stored.':
    '退出码：0 OK；1 WARNING，有异常，例如不应读取的会话在读取，或使用 --devices 时设备没有应答；2 CRITICAL，应当运行的会话没有读取或没有保存，或会话日志已损坏；3 UNKNOWN，没有应答、没有密钥、用法错误，或采样到达但不清楚是否已保存。',
  'Without --devices the verdict can be OK although no device answers. With --devices the figures silent, slow and undelivered count devices that do not answer, devices that lose ticks, and points that gave no value in the last ten minutes although their device gave others; undelivered_unknown counts sessions for which that is not known. A device that answers with an exception counts as answering.':
    '不使用 --devices 时，即使没有设备应答，结论也可能是 OK。使用 --devices 时，silent、slow 和 undelivered 分别是没有应答的设备、丢失采样的设备，以及最近十分钟内没有数值而同一设备的其他点位有数值的点位；undelivered_unknown 是无法得知这一点的会话。以异常应答的设备视为有应答。',
  'A session that was started or resumed less than its period and 2 s ago is starting, and not missing yet.':
    '启动或继续不到一个周期加 2 秒的会话为 starting，尚不算缺失。',
  'If the connection breaks, it continues with the reading after the last one.':
    '连接中断后，从最后一条读数之后继续。',
  'POINT is an id, or DEVICE/POINT by their codes. A negative value goes after --. A text is written as typed, also 007; two quotes without anything between them empty it.':
    'POINT 为 id，或用代码写成 DEVICE/POINT。负数写在 -- 之后。文本按输入写入，例如 007；一对空引号表示清空。',
  'With exit code 1 nothing was written, or the point holds another value. With exit code 3 the value may have been written: look before you repeat it.':
    '退出码为 1 时没有写入，或点位保存的是另一个值。退出码为 3 时可能已经写入：重试之前请先查看。',
  'The whole file is checked first; with any fault nothing is changed. A field that the file names (a list, a profile) is replaced as a whole. Aliases of YAML (*name) are refused. One change set holds at most 20,000 things; a larger file makes several, and can be imported again after a fault.':
    '先检查整个文件，有任何错误则不作更改。文件中写明的字段（列表、配置）整体替换。不接受 YAML 别名（*name）。一个变更集最多 20,000 个对象；更大的文件分成几个，出错后可再次导入。',
  'With --apply sessions, exit code 1 also means that a session did not take the change, although the change was made; with --dry-run that a session would not take it.':
    '使用 --apply sessions 时，退出码 1 也表示有会话没有采用更改（更改本身已完成）；与 --dry-run 一起时，表示有会话将不会采用。',
  'It can be interrupted and repeated. A failed session stays as long as it can be recovered.':
    '可以中断和重复。出错的会话在仍可恢复时保留。',
  'LAST USED is accurate to five minutes.': 'LAST USED 精确到五分钟。',
  'KEY is an id, or a name that only one active key has.': 'KEY 为 id，或仅一个有效密钥使用的名称。',
  'It completes holdfast on the PATH; in a checkout, add node_modules/.bin to the PATH first.':
    '补全 PATH 中的 holdfast；在代码目录中，请先把 node_modules/.bin 加入 PATH。',
} as const;
