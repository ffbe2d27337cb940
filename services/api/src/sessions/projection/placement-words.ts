import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { AssignReason, ReleaseReason } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionResumed } from '@holdfast/shared/domain/session/events.ts';
import { retold } from '../../problems/retold.ts';
import { saidOf } from '../../problems/said.ts';

type PlacementName =
  | 'waiting'
  | `resumed.${SessionResumed['reason']}`
  | `assigned.${AssignReason}`
  | `released.${Exclude<ReleaseReason, 'refused'>}`;

/** Why a session is placed as it is, by the name that the read model keeps. */
const words: Readonly<Record<PlacementName, InBoth>> = {
  waiting: both('waiting for a collector', '等待采集器'),
  'resumed.resume': both('resumed; waiting for a collector', '已继续，等待采集器'),
  'resumed.recover': both('recovery asked for; waiting for a collector', '已请求恢复，等待采集器'),
  'resumed.restart': both('tried again after a failure; waiting for a collector', '出错后已重试，等待采集器'),
  'assigned.start': both('placed after the start', '启动后分配'),
  'assigned.recovery': both('placed again after a restart', '重启后重新分配'),
  'assigned.failover': both('placed again after its collector was lost', '采集器失联后重新分配'),
  'assigned.drain': both('placed again because its collector was shut down', '采集器移出会话后重新分配'),
  'assigned.rebalance': both('moved to spread the load', '为均衡负载而移动'),
  'assigned.resume': both('placed again after a pause', '暂停后重新分配'),
  'released.rebalance': both('another collector holds fewer sessions', '另一采集器持有的会话较少'),
  'released.drain': both('its collector was asked to let go of its sessions', '其采集器正在移出会话'),
  'released.recovery_disabled': both(
    'the supervisor was started with DISABLE_SESSION_RECOVERY',
    '监督服务启动时设置了 DISABLE_SESSION_RECOVERY',
  ),
};

/** The placement detail to keep in the read model: a name from above. A collector's own words may stand there instead. */
export const placementDetail = (name: PlacementName): string => name;

export function placementText(text: string): string {
  return Object.hasOwn(words, text) ? saidOf(words[text as PlacementName]) : retold(text);
}
