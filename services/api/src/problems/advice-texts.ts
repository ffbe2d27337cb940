import { catalogue } from '@holdfast/texts/text.ts';

const notThere = { en: 'There is no such thing', zh: '没有这个对象' };
const deviceUnfit = {
  en: 'The device cannot be read as it is configured; `errors` says what is wrong',
  zh: '按现有配置无法读取此设备；`errors` 说明哪里不对',
};
const taskUnfit = {
  en: 'The task cannot be started as it is configured; `detail` says what to change',
  zh: '按现有配置无法启动此任务；`detail` 说明要改什么',
};

/**
 * Meaning of each problem and what to do about it, in Markdown. docs/reference/problems.md and the console's page on
 * problems are made from it; the API does not load it.
 */
export const adviceText = catalogue('advice', {
  bad_request: {
    en: 'The request cannot be parsed, for instance because letters are not percent-encoded',
    zh: '无法理解该请求，例如字母没有按百分号编码',
  },
  cookie_and_key: {
    en: 'Send the cookie or `Authorization`, not both',
    zh: '请只发送 cookie 或 `Authorization` 之一',
  },
  invalid_json: { en: 'The body is not JSON, or not in UTF-8', zh: '请求体不是 JSON，或不是 UTF-8 编码' },
  key_expired: { en: 'Ask an administrator for a new key', zh: '请向管理员申请新的密钥' },
  key_needed: { en: 'Send `Authorization: Bearer hf_…`', zh: '请发送 `Authorization: Bearer hf_…`' },
  key_not_valid: {
    en: 'The key does not belong to this installation, or is incomplete',
    zh: '密钥不属于本系统，或不完整',
  },
  key_revoked: { en: 'Ask an administrator for a new key', zh: '请向管理员申请新的密钥' },
  link_not_valid: {
    en: 'The link was used, is older than a day, or is incomplete: ask an administrator for another one',
    zh: '链接已用过、超过一天或不完整：请管理员另发一个',
  },
  login_failed: {
    en: 'The login does not exist, or the password is wrong',
    zh: '没有这个登录名，或密码不对',
  },
  login_needed: {
    en: 'This call is for people, or there are no keys yet: log in',
    zh: '此功能供用户使用，或尚无任何密钥：请登录',
  },
  login_over: {
    en: 'The login has ended, was revoked, or was idle for too long: log in again',
    zh: '登录已结束、被吊销或太久未使用：请重新登录',
  },
  company_grants_missing: {
    en: 'Ask your company for one of the values that `detail` names',
    zh: '请向公司申请 `detail` 所列值之一',
  },
  company_login_failed: {
    en: 'The company sign-on refused the login; `why` and `detail` say the reason',
    zh: '企业统一登录未放行；`why` 和 `detail` 说明原因',
  },
  company_login_over: {
    en: 'The sign-on was begun too long ago or in another browser, or was already used: begin again',
    zh: '开始得太早、在另一个浏览器中开始，或已用过：请重新开始',
  },
  operator_known: {
    en: '`X-Operator` names a user or key of this installation: they must use their own login or key',
    zh: '`X-Operator` 指的是本系统已有的用户或密钥：应使用其自己的登录或密钥',
  },
  fresh_authentication_needed: {
    en: 'Call `POST /api/login/again/`, then repeat the request within 5 minutes',
    zh: '先 `POST /api/login/again/`，再在 5 分钟内重新发送',
  },
  login_over_http_refused: {
    en: 'Use HTTPS; `detail` names the alternatives',
    zh: '请使用 HTTPS；`detail` 说明还有哪些办法',
  },
  origin_refused: {
    en: 'The request came from a web page of another site: `detail` says which pages may; see [this machine](docs/security.md#this-machine) and [logins](docs/security.md#logins)',
    zh: '请求来自其他网站的页面：`detail` 说明哪些页面可以；见[本机](docs/security.md#this-machine)、[登录](docs/security.md#logins)',
  },
  key_not_from_here: {
    en: 'The key is limited to its `networks`; `detail` says where the request came from',
    zh: '密钥限定了 `networks`，而请求来自别处：`detail` 说明来自哪里',
  },
  no_keys_yet: {
    en: 'There is no key and no user yet, and this request came from another machine: create the first key on the machine of the API',
    zh: '尚无任何密钥，也没有可以登录的人，而您不在 API 所在的机器上：请在那台机器上创建第一个',
  },
  role_too_low: {
    en: '`needed` is the required role, `role` the highest that you have',
    zh: '`needed` 是此操作所需的角色，`role` 是您的最高角色',
  },
  site_not_granted: {
    en: 'You have this role only at `sites`; the request concerns other sites (`missing` where they are named), something without a site, or everything: see [sites](docs/security.md#sites)',
    zh: '您只在 `sites` 所列站点拥有此角色，而此操作涉及其他站点（能列出时见 `missing`）、不属于任何站点的对象或全部对象：见[站点](docs/security.md#sites)',
  },
  change_set_not_found: {
    en: 'There is no such change set, or it concerns none of your sites',
    zh: '没有这个变更集，或其内容都不在您的站点',
  },
  collector_not_found: { en: 'There is no such collector', zh: '没有这个采集器' },
  company_login_not_set_up: {
    en: '[sign-on.md](docs/sign-on.md) describes the set-up',
    zh: '设置方法见 [sign-on.zh-CN.md](docs/sign-on.zh-CN.md)',
  },
  device_not_found: notThere,
  device_not_in_session: { en: 'The session does not read this device', zh: '会话不读取此设备' },
  export_not_found: {
    en: 'You have no such export: its progress is kept until ten minutes after its end, for the caller who started it. A download that runs goes on',
    zh: '您没有这个导出：进度只为发起者保留到结束后十分钟。正在进行的下载不受影响',
  },
  import_not_found: {
    en: 'You have no such import: it is kept for 24 hours for the caller who sent it. Send the list again',
    zh: '您没有这个导入：导入只为发送者保留 24 小时。请重新发送点位表',
  },
  mapping_not_found: { en: 'There is no such saved mapping', zh: '没有这个已保存的映射' },
  key_not_found: { en: 'There is no such key', zh: '没有这个密钥' },
  login_code_unknown: {
    en: 'No command line waits for this code: run `holdfast login` again',
    zh: '没有命令行在等待此代码：请重新运行 `holdfast login`',
  },
  login_not_found: { en: 'There is no such login', zh: '没有这条登录记录' },
  point_not_found: notThere,
  quarantined_message_not_found: { en: 'The quarantine has no such message', zh: '隔离区中没有这条消息' },
  route_not_found: { en: 'There is no such call', zh: '没有这个调用' },
  session_not_found: { en: 'There is no such session', zh: '没有这个会话' },
  session_not_started_yet: {
    en: 'The session started after the time in `at`',
    zh: '会话在 `at` 所指时间之后才启动',
  },
  site_not_found: notThere,
  task_not_found: notThere,
  user_not_found: {
    en: '`GET /api/system/users/` lists all users',
    zh: '`GET /api/system/users/` 列出现有用户',
  },
  version_not_found: {
    en: 'The task has no such version, or its snapshot is lost',
    zh: '任务没有此版本，或其快照已丢失',
  },
  method_not_allowed: {
    en: 'The path exists, but with another method: see the header `Allow`',
    zh: '有这个路径，但要用其他方法：见响应头 `Allow`',
  },
  request_timeout: { en: 'The request took longer than 30 s to arrive', zh: '请求超过 30 秒才到达' },
  administrator_exists: {
    en: 'There is already an administrator: log in, or ask them for a link to set a new password',
    zh: '已有管理员：请登录，或请其发送设置新密码的链接',
  },
  changed_since: {
    en: 'Later change sets changed the same fields; `conflicts` names each field and set. Revert those first, or narrow the revert with `only`',
    zh: '要撤销的内容后来又有更改；`conflicts` 列出每个字段及变更集。请先撤销后者，或用 `only` 缩小范围',
  },
  code_fixed: {
    en: 'A session (`session_id`) reads it, or values are stored under its code: create a new point or device, and disable this one',
    zh: '会话（`session_id`）正在读取它，或已有数值保存在此代码下：请新建点位或设备，并停用此对象',
  },
  cannot_be_sent_again: {
    en: 'The message stays in quarantine; `detail` says why',
    zh: '消息留在隔离区；`detail` 说明原因',
  },
  collector_not_up: {
    en: 'The collector has ended, is shutting down, or is of a version that cannot be drained',
    zh: '采集器已结束、正在结束，或其版本不支持移出会话',
  },
  device_replaced: {
    en: 'The learned limits belong to another address of the device: first start a new session of its task',
    zh: '学到的限制属于该设备的另一个地址：请先重新启动其任务的会话',
  },
  duplicate_code: { en: 'The code is already in use', zh: '此代码已被占用' },
  first_key_must_be_administrator: {
    en: 'First create a key with the role `administrator` for all sites that does not expire',
    zh: '请先创建一个角色为 `administrator`、适用于所有站点且不过期的密钥',
  },
  last_administrator: {
    en: 'First appoint another administrator of all sites who has set a password',
    zh: '请先另设一位负责所有站点、且已设置密码的管理员',
  },
  import_applied: {
    en: 'The import was already applied: send the list again',
    zh: '此导入已经应用：请重新发送点位表',
  },
  import_deletes_points: {
    en: '`mode=replace` would delete as many points as `deletes` says. If you intend that, send the number as `confirm_deletes`',
    zh: '`mode=replace` 会删除 `deletes` 个点位。若确实如此，请将该数作为 `confirm_deletes` 发送',
  },
  import_has_faults: {
    en: 'Some rows have faults: correct them in the file or with `cells`, or send `skip_faults` to import the other rows. Nothing was changed',
    zh: '有行存在错误：请在文件中改正，或用 `cells` 更改，或发送 `skip_faults` 先导入其余各行；没有任何更改',
  },
  import_has_questions: {
    en: 'The list can be read in two ways: see `questions` and send `answers`, or `accept_assumptions` for those without `needs_answer`',
    zh: '点位表可以有两种读法：请查看 `questions`，并发送 `answers`，没有 `needs_answer` 的也可用 `accept_assumptions`',
  },
  key_name_taken: {
    en: 'An active key has this name (case is ignored): choose another name, or revoke that key',
    zh: '已有一个有效密钥使用此名称（不区分大小写）：请换一个名称，或吊销那个密钥',
  },
  last_administrator_key: {
    en: 'First create another key with the role `administrator` for all sites and without networks, then revoke this one',
    zh: '请先另建一个角色为 `administrator`、适用于所有站点且不限网络的密钥，再吊销此密钥',
  },
  last_collector: {
    en: 'No other collector can take over the sessions (`sessions` names some): start one with their labels and drivers, or send `force`',
    zh: '没有其他采集器可以接管其会话（`sessions` 列出一部分）：请启动另一个带有所需标签的采集器，或发送 `force`',
  },
  login_taken: {
    en: 'The login is or was used by another person: choose another one',
    zh: '已有人使用或曾使用此登录名：请换一个',
  },
  log_unreadable: {
    en: 'The last event of the task was written by a newer version: use that one',
    zh: '该任务的最后一个事件由更新的版本写入：请使用那个版本',
  },
  nothing_to_revert: {
    en: 'Everything already has its former value, or no longer exists',
    zh: '其内容都已恢复原状，或已不存在',
  },
  nothing_learned: {
    en: 'In the latest session that reads the device, it has refused nothing',
    zh: '读取该设备的最近一个会话没有被它拒绝过任何内容',
  },
  place_taken: {
    en: 'Another device uses this endpoint and unit id: `detail` names it',
    zh: '另一台设备已使用此端点和站号：`detail` 给出其名称',
  },
  point_not_writable: {
    en: 'The point is not marked writable. Nothing was written',
    zh: '点位未标记为可写。没有写入任何内容',
  },
  session_ended: {
    en: 'The session has ended. Start its task again; a failed session can be recovered',
    zh: '会话已结束。请重新启动其任务；若是出错，也可恢复会话',
  },
  session_paused: { en: 'Resume it instead', zh: '请改为继续会话' },
  still_referenced: {
    en: 'It is still referenced; `referenced_by` says by what',
    zh: '仍被引用；`referenced_by` 说明被什么引用',
  },
  task_already_active: {
    en: 'The task is already running, as session `session_id`',
    zh: '任务已在运行，会话编号见 `session_id`',
  },
  task_config_unreadable: {
    en: 'The configuration snapshot of the session cannot be read, so the expected ticks are unknown',
    zh: '无法读取会话所用的配置快照：无从得知应有哪些采样',
  },
  cannot_run: {
    en: '`device` was deleted and created again with the same code: give it another code, or start the task again. With `apply=sessions` nothing was changed',
    zh: '`device` 已删除并以同一代码重新创建：请给它另一个代码，或重新启动任务。带 `apply=sessions` 时未作任何更改',
  },
  move_needed: {
    en: 'The collector of the session cannot read it: pause the session, change it, and resume it',
    zh: '持有会话的采集器无法读取：请先暂停，再更改，然后继续',
  },
  cannot_hold: {
    en: '`endpoints` would become so busy that devices which do not change lose ticks: read less there, or force the change with `force`',
    zh: '`endpoints` 列出会因此繁忙到使未更改的设备缺失采样的端点：请减少读取，或用 `force` 仍然更改',
  },
  sessions_left: {
    en: 'Comes with a write with `apply=sessions`: another `sessions` sessions read it; reconfigure each of them',
    zh: '随带 `apply=sessions` 的写入给出：另有 `sessions` 个会话读取它，请逐个重新配置',
  },
  configuration_moved_on: {
    en: 'The session was changed by another request: look at the difference again',
    zh: '会话已被他人更改：请重新查看差异',
  },
  reconfiguration_pending: { en: 'Retry after `effective_at`', zh: '请在 `effective_at` 之后再试' },
  time_limit_reached: {
    en: 'The failed session has reached its `hard_limit_at`: start its task again',
    zh: '出错会话的停止时限 `hard_limit_at` 已到：请重新启动其任务',
  },
  user_disabled: {
    en: 'First send `"disabled": false` with `PATCH`',
    zh: '请先用 `PATCH` 发送 `"disabled": false`',
  },
  write_refused: {
    en: 'The value is not allowed, or the collector may not access the device now. Nothing was written',
    zh: '数值不合要求，或采集器此刻不能访问该设备。没有写入任何内容',
  },
  precondition_failed: {
    en: 'It has changed since you read it: read it again; `etag` is the current version',
    zh: '在此期间已被更改：请重新读取；`etag` 是当前版本',
  },
  body_too_large: {
    en: 'Larger than 1 MiB (10 MiB for a point list, 16 MiB for a change set): send it in several requests',
    zh: '超过 1 MiB（点位表 10 MiB，变更集 16 MiB）：请分几次发送',
  },
  path_too_long: {
    en: 'An id or name in the path has more than 1,024 characters',
    zh: '路径中的编号或名称超过 1024 个字符',
  },
  unsupported_media_type: { en: 'Send `application/json`', zh: '请发送 `application/json`' },
  device_config_invalid: deviceUnfit,
  device_without_points: deviceUnfit,
  devices_not_readable: {
    en: 'With `"validate": "strict"`: some devices did not give all values; `validation` says which. No session was started',
    zh: '`"validate": "strict"`：有设备的数值未能全部读到；`validation` 说明是哪些。没有启动任何会话',
  },
  place_not_allowed: {
    en: 'The device is outside the networks of its site, or of every collector that is up: `detail` names them',
    zh: '设备不在其站点的网段内，或不在任何在线采集器的网段内：`detail` 给出这些网段',
  },
  secret_not_allowed: {
    en: '`bindings.json` of the collectors does not allow the secret for this site and host: `detail` says what is missing',
    zh: '采集器的 `bindings.json` 未将此密钥给予该站点和主机：`detail` 说明缺少什么',
  },
  import_refused: {
    en: 'The file cannot be read, or not safely: `detail` says why and what to do',
    zh: '无法读取该文件，或读取不安全：`detail` 说明原因和办法',
  },
  history_query_refused: {
    en: 'The sample database refuses the query, or the answer exceeds 32 MiB: `detail` says what to do',
    zh: '采样数据库拒绝此查询，或结果超过 32 MiB：`detail` 说明办法',
  },
  idempotency_key_reused: {
    en: 'The key was already used for another command. Nothing was changed',
    zh: '此键已用于其他操作。没有任何更改',
  },
  invalid_cursor: {
    en: 'The cursor is not from this API: leave it out to begin with the first page',
    zh: '游标不是本系统给出的：去掉它，从第一页开始',
  },
  task_config_invalid: taskUnfit,
  task_disabled: taskUnfit,
  task_without_devices: taskUnfit,
  task_without_points: taskUnfit,
  too_many_periods: {
    en: 'Choose a longer interval, a shorter time, or one device',
    zh: '请取更长的间隔、更短的时间，或只取一台设备',
  },
  site_has_no_shifts: {
    en: 'Set `shifts` of the site, or use `split=day`',
    zh: '请为该站点设置 `shifts`，或使用 `split=day`',
  },
  validation_failed: {
    en: 'The request has the wrong form; `errors` lists path and message of the first hundred faults',
    zh: '请求的格式不正确；`errors` 列出前一百处错误的路径和说明',
  },
  precondition_required: {
    en: 'Send the `ETag` of the item, or of the dry run, as `If-Match` (`API_REQUIRE_IF_MATCH`)',
    zh: '请把对象（或试运行）的 `ETag` 作为 `If-Match` 发送（`API_REQUIRE_IF_MATCH`）',
  },
  login_delayed: {
    en: 'Too many failed logins, from here or elsewhere: wait as long as `Retry-After` says',
    zh: '从这里或其他地方登录失败次数过多：请等待 `Retry-After` 所示的时间',
  },
  too_many_requests: { en: 'Retry after `Retry-After`', zh: '请在 `Retry-After` 之后重试' },
  headers_too_large: { en: 'The headers are larger than 16 KiB', zh: '请求头超过 16 KiB' },
  internal_error: {
    en: 'An internal fault: the log has it under the id in `instance`',
    zh: '系统自身的故障：日志中以 `instance` 的编号记录',
  },
  write_failed: {
    en: 'The device refused the write, or could not be reached. Nothing was written',
    zh: '设备拒绝了，或无法连通。没有写入任何内容',
  },
  broker_unavailable: {
    en: 'NATS is unavailable. Nothing was changed, and sessions keep running; retry after `Retry-After`',
    zh: 'NATS 不可用。没有任何更改，会话继续运行；请在 `Retry-After` 之后重试',
  },
  company_login_unavailable: {
    en: 'The company sign-on does not answer: wait as long as `Retry-After` says, or use a password',
    zh: '企业统一登录没有应答：请等待 `Retry-After` 所示的时间，或使用密码',
  },
  database_unavailable: {
    en: 'PostgreSQL is unavailable. Sessions keep running and can still be stopped, paused and resumed',
    zh: 'PostgreSQL 不可用。会话继续运行，仍可停止、暂停和继续',
  },
  logins_unavailable: {
    en: 'NATS is unavailable: for 60 s existing logins can still read; after that, they cannot be looked up',
    zh: 'NATS 不可用：已知的登录在 60 秒内仍可读取，之后无法查询',
  },
  password_login_unavailable: {
    en: 'The API runs on a Node without argon2: start it with Node 24.7 or later',
    zh: 'API 所用的 Node 没有 argon2：请用 Node 24.7 或更高版本启动',
  },
  too_many_logins: {
    en: 'Too many people are logging in at once: wait as long as `Retry-After` says',
    zh: '同时登录的人过多：请等待 `Retry-After` 所示的时间',
  },
  log_behind_read_model: {
    en: 'The event log lacks events: the storage of NATS was emptied, reset or replaced. Restore the backup that belongs to the database. If the log is right, delete the row of `projection_checkpoint`: the read model is then rebuilt',
    zh: '事件日志缺少事件：消息服务的存储被清空、回退或更换。请用与数据库对应的备份恢复。若日志才是对的，请删除 `projection_checkpoint` 中的行：读模型会重新生成',
  },
  read_model_behind: {
    en: 'Comes with a write with `apply=sessions`: the read model does not have the latest sessions yet; repeat the request',
    zh: '随带 `apply=sessions` 的写入给出：读模型尚无最新的会话；请重新发送',
  },
  no_collector: {
    en: 'No collector that can reach the device is up. Nothing was read or written',
    zh: '没有能够访问该设备的采集器在线。没有读取或写入任何内容',
  },
  outcome_unknown: {
    en: 'NATS did not answer in time: the command may have been stored. Check, or send it again: a repeat does no harm',
    zh: 'NATS 未及时应答：命令可能已保存。请查看，或重新发送：重复发送没有坏处',
  },
  sample_store_unavailable: {
    en: 'The sample database is unavailable. No sample is lost because of this',
    zh: '采样数据库不可用。不会因此丢失任何采样',
  },
  shutting_down: {
    en: 'This process is shutting down: send the request again, or to another process',
    zh: '此进程正在结束：请重新发送，或发送给另一个进程',
  },
  too_many_live_clients: {
    en: 'This process serves at most 500 streams, 20 of them to one key or person and 50 to one address; the last 50 are kept for callers who have none. Close some, retry later, or use another process',
    zh: '此进程最多同时提供 500 个数据流，其中同一密钥或用户 20 个、同一地址 50 个，最后 50 个留给尚无数据流的调用方：请关闭一些、稍后再试，或使用另一个进程',
  },
  collector_silent: { en: 'The collector did not answer in time', zh: '采集器未及时应答该请求' },
  write_outcome_unknown: {
    en: 'The device may have accepted the value or not. Read the point before you decide',
    zh: '设备可能已接受该数值，也可能没有。请先读取该点位，再作决定',
  },
  command_keys_full: {
    en: 'There is no space for another `Idempotency-Key`: send the request without one. Nothing was changed',
    zh: '已无空间再容纳一个 `Idempotency-Key`：请不带它发送。没有任何更改',
  },
  task_configs_full: {
    en: 'TASK_CONFIGS has no space for a new or changed configuration: increase its size as the answer says',
    zh: 'TASK_CONFIGS 已无空间容纳新的或更改过的配置：请按回复所示增大其容量',
  },
});
