import {
  causeWords,
  decidedWords,
  deviceStatusWords,
  lackWords,
  prefixed,
} from '@holdfast/shared/contracts/words/status-words.ts';
import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  ...prefixed('device', deviceStatusWords, 'en'),
  'device.failures_one': '{{count}} failure',
  'device.failures_other': '{{count}} failures',

  ...prefixed('cause', lackWords, 'en'),
  ...prefixed('cause', causeWords, 'en'),

  ...prefixed('decided', decidedWords, 'en'),
  'origin.open': 'The event that it follows from',

  'event.session.started': 'Started by {{by}}',
  'event.session.paused': 'Paused by {{by}}',
  'event.session.resumed': 'Resumed by {{by}}',
  'event.session.resumed.recover': 'Recovered by {{by}}',
  'event.session.resumed.restart': 'Tried again by itself',
  'event.session.reconfigured.requested': 'Changed to version {{version}} by {{by}}',
  'event.session.reconfigured.rolled_back':
    'Back to version {{version}}: its collector cannot run the newer one',
  'event.session.stopped': 'Ended by {{by}}',
  'event.session.failed': 'Failed',
  'event.session.warned': 'Runs longer than expected',
  'event.session.assigned.start': '{{collector}} took it, epoch {{epoch}}',
  'event.session.assigned.failover': '{{collector}} took over from a lost collector, epoch {{epoch}}',
  'event.session.assigned.drain': '{{collector}} took over from a drained collector, epoch {{epoch}}',
  'event.session.assigned.rebalance': 'Moved to {{collector}} for balance, epoch {{epoch}}',
  'event.session.assigned.recovery': '{{collector}} took it after a recovery, epoch {{epoch}}',
  'event.session.assigned.resume': '{{collector}} took it after a pause, epoch {{epoch}}',
  'event.session.released.refused': '{{collector}} cannot run it',
  'event.session.released.rebalance': 'Taken from {{collector}} for balance',
  'event.session.released.drain': 'Given back by {{collector}}, which drains',
  'event.session.released.recovery_disabled': '{{collector}} is lost, and automatic recovery is off',
  'event.reason': 'reason: {{reason}}',
} as const;

export const zh: TranslationOf<typeof en> = {
  ...prefixed('device', deviceStatusWords, 'zh'),
  'device.failures_other': '{{count}} 次失败',

  ...prefixed('cause', lackWords, 'zh'),
  ...prefixed('cause', causeWords, 'zh'),

  ...prefixed('decided', decidedWords, 'zh'),
  'origin.open': '查看引起缺失的事件',

  'event.session.started': '由 {{by}} 启动',
  'event.session.paused': '由 {{by}} 暂停',
  'event.session.resumed': '由 {{by}} 继续',
  'event.session.resumed.recover': '由 {{by}} 恢复',
  'event.session.resumed.restart': '系统自动重试',
  'event.session.reconfigured.requested': '由 {{by}} 改为版本 {{version}}',
  'event.session.reconfigured.rolled_back': '退回版本 {{version}}：采集器无法运行较新的版本',
  'event.session.stopped': '由 {{by}} 结束',
  'event.session.failed': '出错',
  'event.session.warned': '运行时间超过预期',
  'event.session.assigned.start': '{{collector}} 接管，接管序号 {{epoch}}',
  'event.session.assigned.failover': '{{collector}} 接替失联的采集器，接管序号 {{epoch}}',
  'event.session.assigned.drain': '{{collector}} 接替维护中的采集器，接管序号 {{epoch}}',
  'event.session.assigned.rebalance': '为均衡负载移到 {{collector}}，接管序号 {{epoch}}',
  'event.session.assigned.recovery': '恢复后由 {{collector}} 接管，接管序号 {{epoch}}',
  'event.session.assigned.resume': '暂停后由 {{collector}} 接管，接管序号 {{epoch}}',
  'event.session.released.refused': '{{collector}} 无法运行此会话',
  'event.session.released.rebalance': '为均衡负载从 {{collector}} 收回',
  'event.session.released.drain': '{{collector}} 正在移出会话，已交还该会话',
  'event.session.released.recovery_disabled': '{{collector}} 失联，且自动恢复已关闭',
  'event.reason': '原因：{{reason}}',
};

export const useWords = roomTexts({ en, zh });
