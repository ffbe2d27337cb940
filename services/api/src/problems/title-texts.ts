import { type Catalogue, catalogue } from '@holdfast/texts/text.ts';

const notThere = { en: 'There is no such thing', zh: '没有这个对象' };
const deviceUnfit = { en: 'This device cannot be read as it is configured', zh: '按现有配置无法读取此设备' };
const taskUnfit = { en: 'This task cannot be started as it is configured', zh: '按现有配置无法启动此任务' };

/**
 * The titles of problems by their status and code: a code always has the same ones. advice-texts.ts says what to do about
 * it.
 */
export const titlesByStatus = {
  400: {
    bad_request: { en: 'The request cannot be understood', zh: '无法理解该请求' },
    cookie_and_key: { en: 'This came with a login and a key', zh: '请求同时带有登录和密钥' },
    invalid_json: { en: 'The body is not JSON', zh: '请求体不是 JSON' },
  },
  401: {
    key_expired: { en: 'This key has expired', zh: '此密钥已过期' },
    key_needed: { en: 'A key is needed', zh: '需要密钥' },
    key_not_valid: { en: 'This key is none of this installation', zh: '此密钥不属于本系统' },
    key_revoked: { en: 'This key was revoked', zh: '此密钥已被吊销' },
    link_not_valid: { en: 'This link sets no password', zh: '此链接不能用于设置密码' },
    login_failed: { en: 'Nobody was logged in', zh: '登录失败' },
    login_needed: { en: 'A login is needed', zh: '需要登录' },
    login_over: { en: 'This login is over', zh: '登录已结束' },
  },
  403: {
    company_grants_missing: { en: 'The company gives you no rights here', zh: '贵公司未授予您任何权限' },
    company_login_failed: { en: 'The company sign-on let nobody in', zh: '企业统一登录未放行' },
    company_login_over: { en: 'This sign-on is over', zh: '此次统一登录已结束' },
    operator_known: { en: 'X-Operator names somebody else', zh: 'X-Operator 指的是另一个人' },
    fresh_authentication_needed: { en: 'Show once more who you are', zh: '请再次确认您的身份' },
    login_over_http_refused: {
      en: 'Nobody logs in over plain HTTP from another machine',
      zh: '不能从其他机器经明文 HTTP 登录',
    },
    origin_refused: { en: 'A web page elsewhere may not do this', zh: '不允许其他网站的页面执行此操作' },
    key_not_from_here: { en: 'This key may not be used from here', zh: '此密钥不能在这里使用' },
    no_keys_yet: {
      en: 'There is no key yet, so only this machine itself is served',
      zh: '尚无任何密钥，因此只有本机可以访问',
    },
    role_too_low: { en: 'Your role does not allow this', zh: '您的角色无权执行此操作' },
    site_not_granted: { en: 'Your role does not hold there', zh: '您的角色在该站点无效' },
  },
  404: {
    change_set_not_found: notThere,
    collector_not_found: notThere,
    company_login_not_set_up: { en: 'There is no company sign-on here', zh: '本系统没有企业统一登录' },
    device_not_found: notThere,
    device_not_in_session: notThere,
    export_not_found: notThere,
    import_not_found: notThere,
    mapping_not_found: notThere,
    key_not_found: notThere,
    login_code_unknown: { en: 'No command line waits with this code', zh: '没有命令行在等待此代码' },
    login_not_found: notThere,
    point_not_found: notThere,
    quarantined_message_not_found: notThere,
    route_not_found: { en: 'There is nothing at this path', zh: '此路径下没有内容' },
    session_not_found: notThere,
    session_not_started_yet: notThere,
    site_not_found: notThere,
    task_not_found: notThere,
    user_not_found: notThere,
    version_not_found: notThere,
  },
  405: {
    method_not_allowed: { en: 'This path has no such method', zh: '此路径不支持该方法' },
  },
  408: {
    request_timeout: { en: 'The request did not arrive in time', zh: '请求未能及时到达' },
  },
  409: {
    administrator_exists: { en: 'There is an administrator already', zh: '已经有管理员' },
    changed_since: { en: 'It was changed again since', zh: '此后又有更改' },
    code_fixed: { en: 'This code stays: history is kept under it', zh: '此代码不可更改：历史数据以它保存' },
    cannot_be_sent_again: { en: 'This message cannot be sent again', zh: '此消息不能重新发送' },
    collector_not_up: { en: 'The collector cannot be asked', zh: '该采集器无法处理此请求' },
    device_replaced: {
      en: 'What was learned belongs to another address',
      zh: '学到的限制属于设备的另一个地址',
    },
    duplicate_code: { en: 'This code is taken', zh: '此代码已被占用' },
    first_key_must_be_administrator: {
      en: 'The first key must be one of an administrator',
      zh: '第一个密钥必须是管理员密钥',
    },
    last_administrator: { en: 'This is the last person who manages people', zh: '这是最后一位管理员' },
    import_applied: { en: 'This import was applied already', zh: '此导入已经应用' },
    import_deletes_points: { en: 'This import would delete points', zh: '此导入会删除点位' },
    import_has_faults: { en: 'The list has faults', zh: '点位表中有错误' },
    import_has_questions: { en: 'The list leaves something open', zh: '点位表中有待确认的内容' },
    key_name_taken: { en: 'A key of this name is of use', zh: '已有有效密钥使用此名称' },
    last_administrator_key: {
      en: 'This is the last key of an administrator that may be used from anywhere',
      zh: '这是最后一个可在任何地方使用的管理员密钥',
    },
    last_collector: { en: 'Nobody else can take its sessions', zh: '没有其他采集器可以接管其会话' },
    login_taken: { en: 'This login is taken', zh: '此登录名已被占用' },
    log_unreadable: {
      en: "The task's last event cannot be read by this release",
      zh: '本版本无法读取该任务的最后一个事件',
    },
    nothing_to_revert: { en: 'Nothing of this change is left', zh: '此更改已无可撤销的内容' },
    nothing_learned: {
      en: 'No session has learned anything of this device',
      zh: '没有会话从该设备学到过限制',
    },
    place_taken: { en: 'Another device is there already', zh: '该地址已有另一台设备' },
    point_not_writable: { en: 'This point is not marked writable', zh: '此点位未标记为可写' },
    session_ended: { en: 'The session is over', zh: '会话已结束' },
    session_paused: { en: 'The session is paused', zh: '会话已暂停' },
    still_referenced: { en: 'Something still refers to it', zh: '仍被引用' },
    task_already_active: { en: 'The task already has an active session', zh: '该任务已有未结束的会话' },
    task_config_unreadable: {
      en: 'The configuration that the session runs on cannot be read',
      zh: '无法读取会话所用的配置',
    },
    cannot_run: { en: 'The session cannot go on with this configuration', zh: '会话不能以此配置继续' },
    move_needed: { en: 'The session would need another collector', zh: '会话需要换到另一个采集器' },
    cannot_hold: { en: 'Devices that do not change would lose ticks', zh: '未更改的设备将缺失采样' },
    sessions_left: {
      en: 'More sessions read it than are reconfigured at once',
      zh: '读取它的会话多于一次可重新配置的数量',
    },
    configuration_moved_on: { en: 'The configuration was changed meanwhile', zh: '配置已被他人更改' },
    reconfiguration_pending: { en: 'A change is about to come into force', zh: '有更改即将生效' },
    time_limit_reached: { en: 'The time of the session is over', zh: '会话的停止时限已到' },
    user_disabled: { en: 'This person is kept out', zh: '此人已被停用' },
    write_refused: { en: 'Nothing was written', zh: '没有写入任何内容' },
  },
  412: {
    precondition_failed: { en: 'It has been changed meanwhile', zh: '在此期间已被更改' },
  },
  413: {
    body_too_large: { en: 'The body is too large', zh: '请求体过大' },
  },
  414: {
    path_too_long: { en: 'The path is too long', zh: '路径过长' },
  },
  415: {
    unsupported_media_type: { en: 'This media type is not taken', zh: '不接受此媒体类型' },
  },
  422: {
    device_config_invalid: deviceUnfit,
    device_without_points: deviceUnfit,
    devices_not_readable: {
      en: 'The session was not started: its devices do not give all values',
      zh: '会话未启动：设备的数值未能全部读到',
    },
    place_not_allowed: { en: 'No collector may connect there', zh: '没有采集器可以连接到该地址' },
    secret_not_allowed: { en: 'This secret is not for this device', zh: '此密钥不供该设备使用' },
    import_refused: { en: 'This list cannot be imported', zh: '无法导入此点位表' },
    history_query_refused: { en: 'The database of samples refuses this query', zh: '采样数据库拒绝此查询' },
    idempotency_key_reused: {
      en: 'This Idempotency-Key was used for something else',
      zh: '此 Idempotency-Key 已用于其他操作',
    },
    invalid_cursor: { en: 'This cursor is none of ours', zh: '此游标不是本系统给出的' },
    task_config_invalid: taskUnfit,
    task_disabled: taskUnfit,
    task_without_devices: taskUnfit,
    task_without_points: taskUnfit,
    too_many_periods: { en: 'That would be too many periods', zh: '时段数量过多' },
    site_has_no_shifts: { en: 'The site has no shifts', zh: '该站点没有设置班次' },
    validation_failed: { en: 'The request does not have the right form', zh: '请求的格式不正确' },
  },
  428: {
    precondition_required: { en: 'If-Match is needed', zh: '需要 If-Match' },
  },
  429: {
    login_delayed: { en: 'Wait before the next login', zh: '请稍后再登录' },
    too_many_requests: { en: 'Too many requests', zh: '请求过多' },
  },
  431: {
    headers_too_large: { en: 'The headers are too large', zh: '请求头过大' },
  },
  500: {
    internal_error: { en: 'Something went wrong here', zh: '系统内部出错' },
  },
  502: {
    write_failed: { en: 'The device did not take the value', zh: '设备未接受该数值' },
  },
  503: {
    broker_unavailable: { en: 'The message broker cannot be used now', zh: '消息服务暂不可用' },
    company_login_unavailable: { en: 'The company sign-on does not answer', zh: '企业统一登录没有应答' },
    database_unavailable: { en: 'The database cannot be used now', zh: '数据库暂不可用' },
    logins_unavailable: { en: 'Logins cannot be looked up now', zh: '暂时无法查询登录' },
    password_login_unavailable: { en: 'Nobody can log in with a password here', zh: '此处不能用密码登录' },
    too_many_logins: { en: 'Too many log in at once', zh: '同时登录的人过多' },
    log_behind_read_model: {
      en: 'The event log lacks events that were there',
      zh: '事件日志缺少曾经存在的事件',
    },
    read_model_behind: { en: 'Lists may lack the latest sessions', zh: '列表可能缺少最新的会话' },
    no_collector: { en: 'No collector can ask this device', zh: '没有采集器可以访问该设备' },
    outcome_unknown: { en: 'It is not known whether the command was stored', zh: '尚不清楚命令是否已保存' },
    sample_store_unavailable: { en: 'The database of samples cannot be used now', zh: '采样数据库暂不可用' },
    shutting_down: { en: 'This process is ending', zh: '此进程正在结束' },
    too_many_live_clients: { en: 'Too many clients follow live samples', zh: '接收实时采样的客户端过多' },
  },
  504: {
    collector_silent: { en: 'The collector gave no answer in time', zh: '采集器未及时应答' },
    write_outcome_unknown: {
      en: 'It is not known whether the device took the value',
      zh: '尚不清楚设备是否已接受该数值',
    },
  },
  507: {
    command_keys_full: {
      en: 'There is no room for one more Idempotency-Key',
      zh: '已无空间再容纳一个 Idempotency-Key',
    },
    task_configs_full: {
      en: 'There is no room for the configuration of this task',
      zh: '已无空间容纳此任务的配置',
    },
  },
} as const satisfies Readonly<Record<number, Catalogue>>;
for (const titles of Object.values<Catalogue>(titlesByStatus)) catalogue('title', titles);
