import type { Language } from '../i18n/language.ts';

type Words<Name extends string> = Readonly<Record<Name, Readonly<Record<Language, string>>>>;

/** What people can do, by `<kind>.<verb>` as the audit log has it, in the order of the choice of actions. */
export const actionWords = {
  'session.start': { en: 'Start a session', zh: '启动会话' },
  'session.stop': { en: 'Stop a session', zh: '停止会话' },
  'session.pause': { en: 'Pause a session', zh: '暂停会话' },
  'session.resume': { en: 'Resume a session', zh: '继续会话' },
  'session.recover': { en: 'Recover a session', zh: '恢复会话' },
  'session.reconfigure': { en: 'Apply a configuration to a session', zh: '将配置应用到会话' },
  'session.cleanup': { en: 'Remove ended sessions', zh: '清理已结束的会话' },
  'device.create': { en: 'Add a device', zh: '新建设备' },
  'device.update': { en: 'Change a device', zh: '修改设备' },
  'device.delete': { en: 'Delete a device', zh: '删除设备' },
  'device.copy': { en: 'Copy a device', zh: '复制设备' },
  'device.bulk_update': { en: 'Change many devices', zh: '批量修改设备' },
  'device.bulk_delete': { en: 'Delete many devices', zh: '批量删除设备' },
  'device.test': { en: 'Test a device', zh: '测试设备' },
  'device.try': { en: 'Test a device before it is stored', zh: '保存前测试设备' },
  'device.apply_learned_limits': { en: 'Store learned limits of a device', zh: '保存自动识别的设备限制' },
  'device.forget_learned_limits': { en: 'Remove learned limits of a device', zh: '清除自动识别的设备限制' },
  'device.use_secret': { en: 'Use a secret for a device', zh: '为设备使用密码或令牌' },
  'point.write': { en: 'Write a point', zh: '写入点位' },
  'point.create': { en: 'Add points', zh: '新建点位' },
  'point.update': { en: 'Change a point', zh: '修改点位' },
  'point.delete': { en: 'Delete a point', zh: '删除点位' },
  'point.bulk_update': { en: 'Change many points', zh: '批量修改点位' },
  'point.bulk_delete': { en: 'Delete many points', zh: '批量删除点位' },
  'task.create': { en: 'Add a task', zh: '新建任务' },
  'task.update': { en: 'Change a task', zh: '修改任务' },
  'task.delete': { en: 'Delete a task', zh: '删除任务' },
  'task.restore': { en: 'Restore a version of a task', zh: '恢复任务的旧版本' },
  'site.create': { en: 'Add a site', zh: '新建站点' },
  'site.update': { en: 'Change a site', zh: '修改站点' },
  'site.delete': { en: 'Delete a site', zh: '删除站点' },
  'change_set.create': { en: 'Make many changes as one', zh: '一次提交多项变更' },
  'change_set.revert': { en: 'Undo a change', zh: '撤销变更' },
  'import.create': { en: 'Upload a list of points', zh: '上传点位表' },
  'import.update': { en: 'Correct an uploaded list', zh: '更正已上传的点位表' },
  'import.delete': { en: 'Discard an uploaded list', zh: '丢弃已上传的点位表' },
  'import.apply': { en: 'Import a list of points', zh: '导入点位表' },
  'mapping.save': { en: 'Save a mapping of lists', zh: '保存导入映射' },
  'mapping.delete': { en: 'Delete a mapping of lists', zh: '删除导入映射' },
  'collector.drain': { en: 'Drain a collector', zh: '移出采集器的会话（维护）' },
  'collector.undrain': { en: 'Let a collector work again', zh: '让采集器恢复工作' },
  'collector.write': { en: 'Store data as a collector', zh: '以采集器身份写入数据' },
  'quarantine.send_again': { en: 'Process a quarantined message again', zh: '重新处理隔离区的消息' },
  'quarantine.send_many_again': {
    en: 'Process many quarantined messages again',
    zh: '批量重新处理隔离区的消息',
  },
  'quarantine.delete': { en: 'Delete a quarantined message', zh: '删除隔离区的消息' },
  'quarantine.delete_many': { en: 'Delete many quarantined messages', zh: '批量删除隔离区的消息' },
  'user.create': { en: 'Add a person', zh: '新建用户' },
  'user.update': { en: 'Change a person', zh: '修改用户' },
  'user.password': { en: 'Change a password', zh: '修改密码' },
  'user.link': { en: 'Issue a password link', zh: '生成密码链接' },
  'user.first_link': { en: 'Issue the link of the first administrator', zh: '生成首位管理员的链接' },
  'login.open': { en: 'Log in', zh: '登录' },
  'login.renew': { en: 'Re-authenticate', zh: '再次验证身份' },
  'login.close': { en: 'Log out', zh: '退出登录' },
  'login.revoke': { en: 'End a login', zh: '终止登录' },
  'login.expire': { en: 'Login expired', zh: '登录过期' },
  'login.ask': { en: 'Request a command-line login', zh: '请求命令行登录' },
  'login.approve': { en: 'Approve a command-line login', zh: '批准命令行登录' },
  'login.deny': { en: 'Deny a command-line login', zh: '拒绝命令行登录' },
  'key.create': { en: 'Create a key', zh: '创建密钥' },
  'key.revoke': { en: 'Revoke a key', zh: '吊销密钥' },
  'key.use': { en: 'Use a key outside its networks', zh: '在允许的网络之外使用密钥' },
  'api.read': { en: 'Read without the right to', zh: '无权限读取' },
} as const satisfies Words<`${string}.${string}`>;

export type KnownAction = keyof typeof actionWords;
export const knownActions = Object.keys(actionWords) as KnownAction[];

/** Kinds of actions: many of a kind, and one thing of it. */
export const kindWords = {
  session: { en: 'Sessions', zh: '会话' },
  device: { en: 'Devices', zh: '设备' },
  point: { en: 'Points', zh: '点位' },
  task: { en: 'Tasks', zh: '任务' },
  site: { en: 'Sites', zh: '站点' },
  change_set: { en: 'Change sets', zh: '变更' },
  import: { en: 'Lists of points', zh: '点位表' },
  mapping: { en: 'Mappings of lists', zh: '导入映射' },
  collector: { en: 'Collectors', zh: '采集器' },
  quarantine: { en: 'Quarantine', zh: '隔离区' },
  user: { en: 'People', zh: '用户' },
  login: { en: 'Logins', zh: '登录' },
  key: { en: 'Keys', zh: '密钥' },
  api: { en: 'Refused reads', zh: '被拒绝的读取' },
} as const satisfies Words<string>;

export type KnownKind = keyof typeof kindWords;
export const knownKinds = Object.keys(kindWords) as KnownKind[];

/** One thing of a kind, before its name: `Session 7-3`. */
export const thingWords = {
  session: { en: 'Session', zh: '会话' },
  device: { en: 'Device', zh: '设备' },
  point: { en: 'Point', zh: '点位' },
  task: { en: 'Task', zh: '任务' },
  site: { en: 'Site', zh: '站点' },
  change_set: { en: 'Change', zh: '变更' },
  import: { en: 'List', zh: '点位表' },
  mapping: { en: 'Mapping', zh: '导入映射' },
  collector: { en: 'Collector', zh: '采集器' },
  quarantine: { en: 'Quarantine', zh: '隔离区' },
  user: { en: 'Person', zh: '用户' },
  login: { en: 'Login', zh: '登录' },
  key: { en: 'Key', zh: '密钥' },
  bucket: { en: 'Bucket', zh: '存储桶' },
} as const satisfies Words<string>;

/** The words in one language, each under its name behind a prefix: `audit.action.session.stop`. */
export function wordsIn<Prefix extends string, Name extends string>(
  language: Language,
  prefix: Prefix,
  words: Words<Name>,
): { readonly [Each in Name as `${Prefix}.${Each}`]: string } {
  const pairs = Object.entries<Words<Name>[Name]>(words).map(([name, word]) => [
    `${prefix}.${name}`,
    word[language],
  ]);
  return Object.fromEntries(pairs) as { readonly [Each in Name as `${Prefix}.${Each}`]: string };
}
