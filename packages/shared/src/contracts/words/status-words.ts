import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { GapCause } from '../../domain/gaps/gap-causes.ts';
import type { AssignReason } from '../../domain/placement/events.ts';
import type { CollectorState } from '../http/collectors-http.ts';
import type { GapEvent } from '../http/gap-event-http.ts';
import type { LackCause } from '../sample/lacking.ts';
import type { DeviceStatus } from '../session-status.ts';

type WordsOf<Name extends string> = Readonly<Record<Name, InBoth>>;

/** Why a tick is missing, as console and command line say it. */
export const causeWords: WordsOf<GapCause> = {
  timeout: both('no answer in time', '未及时应答'),
  connection: both('no connection', '无法连接'),
  exception: both('the device refused', '设备拒绝'),
  overrun: both('reading took too long', '读取耗时过长'),
  buffer_full: both('no room was left while the broker was away', '消息服务断开期间缓存已满'),
  too_large: both('too large to send', '消息过大，无法发送'),
  lease_lost: both('its collector lost its lease', '采集器失去租约'),
  fenced: both('sent by a former holder', '由前任持有者发送'),
  waiting: both('no collector held it', '无采集器负责'),
  failover: both('a lost collector was replaced', '接替失联的采集器'),
  drain: both('a collector was drained', '采集器移出会话（维护）'),
  rebalance: both('moved for balance', '为均衡负载而移动'),
  recovery: both('recovered', '恢复会话'),
  restart: both('its collector was restarted', '采集器重启'),
  delivered_late: both('delivered late: its source had kept it', '延迟送达：数据源保留后补发'),
  reconfiguration: both('a change of configuration was heard of late', '配置更改送达过晚'),
  session_end: both('right before it ended or paused', '结束或暂停前的最后采样'),
  holder_lost: both('its collector fell silent, and it ended', '采集器失联，会话随后结束'),
  not_arrived: both('has not arrived yet', '尚未到达'),
};

/** Why a value is missing from a tick that has others. */
export const lackWords: WordsOf<LackCause> = {
  timeout: causeWords.timeout,
  connection: causeWords.connection,
  exception: causeWords.exception,
  no_value: both('what came is no value', '应答不是有效数值'),
  not_read: both('not asked for', '未读取'),
  not_told: both('nothing told yet', '尚未上报'),
};

/** How a device answers. */
export const deviceStatusWords: WordsOf<DeviceStatus> = {
  healthy: both('answers', '有应答'),
  slow: both('slow', '缓慢'),
  error: both('refuses', '拒绝'),
  timeout: both('no answer', '无应答'),
  disconnected: both('no connection', '未连接'),
};

/** Why a session came to its holder. */
export const holderWords: WordsOf<AssignReason> = {
  start: both('it was started', '会话启动'),
  resume: both('it was resumed', '会话继续'),
  failover: both('the collector before was lost', '前任采集器失联'),
  drain: both('the collector before was drained', '前任采集器移出会话（维护）'),
  rebalance: both('moved for balance', '为均衡负载而移动'),
  recovery: both('placed again after a restart', '重启后重新分配'),
};

/** Who had a session moved, begun or ended. */
export const decidedWords: WordsOf<GapEvent['decided_by']> = {
  command: both('asked for by a command', '由命令引起'),
  system: both('decided by the system itself', '系统自行决定'),
  shutdown: both('the collector was ended where it runs', '采集器在其主机上被关闭'),
};

/** How a collector is. */
export const collectorStateWords: WordsOf<CollectorState> = {
  active: both('Active', '工作中'),
  silent: both('Silent', '无心跳'),
  draining: both('Draining', '正在移出会话'),
  drained: both('Drained', '已移出会话（维护）'),
  ended: both('Ended', '已退出'),
  lost: both('Lost', '已失联'),
};

/** The words in one language, each under its name behind a prefix: `cause.timeout`. */
export function prefixed<Prefix extends string, Name extends string>(
  prefix: Prefix,
  words: WordsOf<Name>,
  language: keyof InBoth,
): { readonly [Each in Name as `${Prefix}.${Each}`]: string } {
  const pairs = Object.entries<InBoth>(words).map(([name, text]) => [`${prefix}.${name}`, text[language]]);
  return Object.fromEntries(pairs) as { readonly [Each in Name as `${Prefix}.${Each}`]: string };
}
