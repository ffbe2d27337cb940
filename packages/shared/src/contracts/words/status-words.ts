import {
  catalogue,
  type InEachLanguage,
  inLanguage,
  type Language,
  type Text,
} from '@holdfast/texts/text.ts';
import type { GapCause } from '../../domain/gaps/gap-causes.ts';
import type { AssignReason } from '../../domain/placement/events.ts';
import type { Role } from '../api-key.ts';
import type { auditOutcomes } from '../audit-entry.ts';
import type { readQualities } from '../device-call.ts';
import type { KeyView } from '../http/access-http.ts';
import type { ChangeKind, ChangeOp } from '../http/change-sets-http.ts';
import type { CollectorState } from '../http/collectors-http.ts';
import type { DeviceTestView, WrittenPoint } from '../http/device-call-http.ts';
import type { DeviceCondition } from '../http/device-health-http.ts';
import type { GapEvent } from '../http/gap-event-http.ts';
import type { PlacementView, SessionView } from '../http/session-http.ts';
import type { SinksView } from '../http/system-http.ts';
import type { TaskPlanView } from '../http/task-plan-http.ts';
import type { LoginWay } from '../login.ts';
import type { LackCause } from '../sample/lacking.ts';
import type { DeviceStatus } from '../session-status.ts';

// Words for values of the API, as console and command line say them. A value without words does not compile.

type WordsOf<Name extends string> = Readonly<Record<Name, Text>>;

/** Adds the words for the values of one kind, in both languages. */
export function wordsOf<Name extends string>(
  kind: string,
  texts: Readonly<Record<Name, InEachLanguage>>,
): WordsOf<Name> {
  catalogue(`value.${kind}`, texts);
  const words = Object.keys(texts).map((name): [string, Text] => [name, { code: `value.${kind}.${name}` }]);
  return Object.fromEntries(words) as WordsOf<Name>;
}

/** Why a tick is missing. */
export const causeWords = wordsOf<GapCause | 'quarantined'>('cause', {
  timeout: { en: 'no answer in time', zh: '未及时应答' },
  connection: { en: 'no connection', zh: '无法连接' },
  exception: { en: 'the device refused', zh: '设备拒绝' },
  overrun: { en: 'reading took too long', zh: '读取耗时过长' },
  buffer_full: { en: 'no room was left while the broker was away', zh: '消息服务断开期间缓存已满' },
  too_large: { en: 'too large to send', zh: '消息过大，无法发送' },
  lease_lost: { en: 'its collector lost its lease', zh: '采集器失去租约' },
  fenced: { en: 'sent by a former holder', zh: '由前任持有者发送' },
  waiting: { en: 'no collector held it', zh: '无采集器负责' },
  failover: { en: 'a lost collector was replaced', zh: '接替失联的采集器' },
  drain: { en: 'a collector was drained', zh: '采集器移出会话（维护）' },
  rebalance: { en: 'moved for balance', zh: '为均衡负载而移动' },
  recovery: { en: 'recovered', zh: '恢复会话' },
  restart: { en: 'its collector was restarted', zh: '采集器重启' },
  delivered_late: { en: 'delivered late: its source had kept it', zh: '延迟送达：数据源保留后补发' },
  reconfiguration: { en: 'a change of configuration was heard of late', zh: '配置更改送达过晚' },
  session_end: { en: 'right before it ended or paused', zh: '结束或暂停前的最后采样' },
  holder_lost: { en: 'its collector fell silent, and it ended', zh: '采集器失联，会话随后结束' },
  not_arrived: { en: 'has not arrived yet', zh: '尚未到达' },
  quarantined: { en: 'in quarantine', zh: '在隔离区' },
});

/** Why a value is missing from a tick that has others. */
export const lackWords: WordsOf<LackCause> = {
  timeout: causeWords.timeout,
  connection: causeWords.connection,
  exception: causeWords.exception,
  ...wordsOf<Exclude<LackCause, GapCause>>('lack', {
    no_value: { en: 'what came is no value', zh: '应答不是有效数值' },
    not_read: { en: 'not asked for', zh: '未读取' },
    not_told: { en: 'nothing reported yet', zh: '尚未上报' },
  }),
};

/** How a device answers. */
export const deviceStatusWords = wordsOf<DeviceStatus>('device_status', {
  healthy: { en: 'answers', zh: '有应答' },
  slow: { en: 'slow', zh: '缓慢' },
  error: { en: 'refuses', zh: '拒绝' },
  timeout: { en: 'no answer', zh: '无应答' },
  disconnected: { en: 'no connection', zh: '未连接' },
});

/** Why a session came to its holder. */
export const holderWords = wordsOf<AssignReason>('holder', {
  start: { en: 'it was started', zh: '会话启动' },
  resume: { en: 'it was resumed', zh: '会话继续' },
  failover: { en: 'the collector before was lost', zh: '前任采集器失联' },
  drain: { en: 'the collector before was drained', zh: '前任采集器移出会话（维护）' },
  rebalance: { en: 'moved for balance', zh: '为均衡负载而移动' },
  recovery: { en: 'placed again after a restart', zh: '重启后重新分配' },
});

/** Who had a session moved, begun or ended. */
export const decidedWords = wordsOf<GapEvent['decided_by']>('decided', {
  command: { en: 'asked for by a command', zh: '由命令引起' },
  system: { en: 'decided by the system itself', zh: '系统自行决定' },
  shutdown: { en: 'the collector was ended where it runs', zh: '采集器在其主机上被关闭' },
});

/** How a collector is. */
export const collectorStateWords = wordsOf<CollectorState>('collector_state', {
  active: { en: 'Active', zh: '工作中' },
  silent: { en: 'Silent', zh: '无心跳' },
  draining: { en: 'Draining', zh: '正在移出会话' },
  drained: { en: 'Drained', zh: '已移出会话（维护）' },
  ended: { en: 'Ended', zh: '已退出' },
  lost: { en: 'Lost', zh: '已失联' },
});

export const sessionStatusWords = wordsOf<SessionView['status']>('session_status', {
  running: { en: 'Running', zh: '运行中' },
  paused: { en: 'Paused', zh: '已暂停' },
  stopped: { en: 'Ended', zh: '已结束' },
  error: { en: 'Failed', zh: '出错' },
});

export const placementWords = wordsOf<PlacementView['state']>('placement', {
  placed: { en: 'placed', zh: '已分配' },
  waiting: { en: 'waiting for a collector', zh: '等待采集器' },
  awaiting_recovery: { en: 'waiting to be recovered', zh: '等待恢复' },
});

/** How a device is read. */
export const conditionWords = wordsOf<DeviceCondition>('condition', {
  failing: { en: 'Not read', zh: '读不到' },
  partly: { en: 'Values missing', zh: '部分缺值' },
  slow: { en: 'Slow', zh: '缓慢' },
  unknown: { en: 'Nothing known', zh: '尚无消息' },
  healthy: { en: 'Answering', zh: '有应答' },
});

export const qualityWords = wordsOf<(typeof readQualities)[number]>('quality', {
  good: { en: 'good', zh: '良好' },
  uncertain: { en: 'uncertain', zh: '存疑' },
  bad: { en: 'no value', zh: '无数值' },
});

/** Whether a task can keep its period. */
export const verdictWords = wordsOf<TaskPlanView['verdict']>('verdict', {
  holds: { en: 'keeps its period', zh: '满足周期' },
  late_at_times: { en: 'late at times', zh: '偶有延迟' },
  cannot_hold: { en: 'cannot keep its period', zh: '不满足周期' },
});

/** What the test of a device showed. */
export const testWords = wordsOf<DeviceTestView['status']>('test', {
  ok: { en: 'all read', zh: '全部读到' },
  partly: { en: 'values missing', zh: '部分缺值' },
  failed: { en: 'nothing read', zh: '没有读到' },
});

/** How the writing of a point ended. */
export const writeWords = wordsOf<WrittenPoint['outcome']>('write', {
  written: { en: 'written', zh: '已写入' },
  differs: { en: 'reads back differently', zh: '读回的值与写入的不同' },
});

/** How samples are stored. */
export const sinkWords = wordsOf<SinksView['status']>('sink', {
  ok: { en: 'Writing', zh: '写入正常' },
  refusing: { en: 'Refusing values', zh: '部分被拒绝' },
  failing: { en: 'Failing', zh: '写入失败' },
  no_writer: { en: 'No writer', zh: '无写入服务' },
});

export const keyStatusWords = wordsOf<KeyView['status']>('key_status', {
  active: { en: 'active', zh: '有效' },
  expired: { en: 'expired', zh: '已过期' },
  revoked: { en: 'revoked', zh: '已吊销' },
});

/** How an audited action ended. */
export const outcomeWords = wordsOf<(typeof auditOutcomes)[number]>('outcome', {
  requested: { en: 'asked for', zh: '已请求' },
  done: { en: 'done', zh: '已完成' },
  refused: { en: 'refused', zh: '被拒绝' },
  failed: { en: 'failed', zh: '失败' },
  unknown: { en: 'not known', zh: '未知' },
});

export const changeWords = wordsOf<ChangeOp>('change', {
  created: { en: 'created', zh: '新建' },
  changed: { en: 'changed', zh: '更改' },
  deleted: { en: 'deleted', zh: '删除' },
});

/** What made a set of changes. */
export const changeKindWords = wordsOf<ChangeKind>('change_kind', {
  edit: { en: 'edit', zh: '编辑' },
  copy: { en: 'copy of a device', zh: '复制设备' },
  bulk: { en: 'bulk edit', zh: '批量修改' },
  import: { en: 'import', zh: '导入' },
  revert: { en: 'undo', zh: '撤销' },
  restore: { en: 'version restored', zh: '恢复版本' },
  learned: { en: 'learned limits', zh: '自动识别的限制' },
  direct: { en: 'in the database', zh: '直接修改数据库' },
});

export const loginWords = wordsOf<LoginWay>('login', {
  password: { en: 'password', zh: '密码' },
  link: { en: 'link', zh: '链接' },
  oidc: { en: 'company sign-on', zh: '企业统一登录' },
  approved: { en: 'command line', zh: '命令行' },
});

export const roleWords = wordsOf<Role>('role', {
  viewer: { en: 'viewer', zh: '只读用户' },
  operator: { en: 'operator', zh: '操作员' },
  engineer: { en: 'engineer', zh: '工程师' },
  administrator: { en: 'administrator', zh: '管理员' },
});

/** The words in one language, each under its name behind a prefix: `cause.timeout`. */
export function prefixed<Prefix extends string, Name extends string>(
  prefix: Prefix,
  words: WordsOf<Name>,
  language: Language,
): { readonly [Each in Name as `${Prefix}.${Each}`]: string } {
  const pairs = Object.entries<Text>(words).map(([name, text]) => [
    `${prefix}.${name}`,
    inLanguage(text, language),
  ]);
  return Object.fromEntries(pairs) as { readonly [Each in Name as `${Prefix}.${Each}`]: string };
}
