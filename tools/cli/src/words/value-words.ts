import type { Role } from '@holdfast/shared/contracts/api-key.ts';
import type { auditOutcomes } from '@holdfast/shared/contracts/audit-entry.ts';
import type { readQualities } from '@holdfast/shared/contracts/device-call.ts';
import type { KeyView } from '@holdfast/shared/contracts/http/access-http.ts';
import type { ChangeKind, ChangeOp } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { DeviceTestView, WrittenPoint } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceCondition } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { PlacementView, SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { TaskPlanView } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { LoginWay } from '@holdfast/shared/contracts/login.ts';
import {
  causeWords,
  collectorStateWords,
  decidedWords,
  deviceStatusWords,
  holderWords,
  lackWords,
} from '@holdfast/shared/contracts/words/status-words.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { speaksChinese } from './say.ts';

const chinese = <Name extends string>(words: Readonly<Record<Name, Text>>) =>
  Object.fromEntries(Object.entries<Text>(words).map(([name, text]) => [name, inLanguage(text, 'zh')]));

/** Chinese for the values of the API that people read in tables: a value without Chinese is a type error. */
export const chineseValues = {
  session: {
    running: '运行中',
    paused: '已暂停',
    stopped: '已结束',
    error: '出错',
  } satisfies Record<SessionView['status'], string>,
  placement: {
    placed: '已分配',
    waiting: '等待采集器',
    awaiting_recovery: '等待恢复',
  } satisfies Record<PlacementView['state'], string>,
  device: chinese(deviceStatusWords),
  condition: {
    failing: '读不到',
    partly: '部分缺值',
    slow: '缓慢',
    unknown: '尚无消息',
    healthy: '有应答',
  } satisfies Record<DeviceCondition, string>,
  cause: { ...chinese(lackWords), ...chinese(causeWords), quarantined: '在隔离区' },
  holder: chinese(holderWords),
  decided: chinese(decidedWords),
  collector: chinese(collectorStateWords),
  quality: { good: '良好', uncertain: '存疑', bad: '无数值' } satisfies Record<
    (typeof readQualities)[number],
    string
  >,
  verdict: {
    holds: '满足周期',
    late_at_times: '偶有延迟',
    cannot_hold: '不满足周期',
  } satisfies Record<TaskPlanView['verdict'], string>,
  test: { ok: '全部读到', partly: '部分缺值', failed: '没有读到' } satisfies Record<
    DeviceTestView['status'],
    string
  >,
  write: { written: '已写入', differs: '读回的值与写入的不同' } satisfies Record<
    WrittenPoint['outcome'],
    string
  >,
  sink: {
    ok: '写入正常',
    refusing: '部分被拒绝',
    failing: '写入失败',
    no_writer: '无写入服务',
  } satisfies Record<SinksView['status'], string>,
  key: { active: '有效', expired: '已过期', revoked: '已吊销' } satisfies Record<KeyView['status'], string>,
  outcome: {
    requested: '已请求',
    done: '已完成',
    refused: '被拒绝',
    failed: '失败',
    unknown: '未知',
  } satisfies Record<(typeof auditOutcomes)[number], string>,
  change: { created: '新建', changed: '更改', deleted: '删除' } satisfies Record<ChangeOp, string>,
  change_kind: {
    edit: '编辑',
    copy: '复制',
    bulk: '批量',
    import: '导入',
    revert: '撤销',
    restore: '恢复版本',
    learned: '学到的限制',
    direct: '直接改库',
  } satisfies Record<ChangeKind, string>,
  login: {
    password: '密码',
    link: '链接',
    oidc: '企业统一登录',
    approved: '命令行',
  } satisfies Record<LoginWay, string>,
  role: {
    viewer: '只读用户',
    operator: '操作员',
    engineer: '工程师',
    administrator: '管理员',
  } satisfies Record<Role, string>,
} as const;

/** A value of the API for people: unchanged in English, as options take it. */
export function valueWord(kind: keyof typeof chineseValues, value: unknown): unknown {
  if (!speaksChinese() || typeof value !== 'string') return value;
  const words: Readonly<Record<string, string>> = chineseValues[kind];
  return words[value] ?? value;
}
