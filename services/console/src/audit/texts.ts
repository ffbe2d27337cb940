import { outcomeWords, prefixed } from '@holdfast/shared/contracts/words/status-words.ts';
import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'audit.open': 'Audit entry',
  'audit.title': 'The command behind it, as the audit log has it',
  'audit.failed': 'The audit log cannot be read',
  'audit.none': 'The audit log has no entry of this command any more, or not yet.',
  'audit.who': 'Who',
  'audit.from': 'From',
  'audit.claimed': 'Names himself',
  'audit.what': 'What',
  'audit.when': 'When',
  'audit.outcome': 'Outcome',
  ...prefixed('audit.outcome', outcomeWords, 'en'),
  'audit.kind.user': 'person',
  'audit.kind.key': 'key',
  'audit.kind.service': 'service',
  'audit.kind.local': 'this machine',
  'audit.kind.nobody': 'identity not verified',
  'audit.trace': 'Trace',
} as const;

export const zh: TranslationOf<typeof en> = {
  'audit.open': '审计记录',
  'audit.title': '对应命令的审计记录',
  'audit.failed': '无法读取审计日志',
  'audit.none': '审计日志中没有此命令的记录：可能已过期，或尚未写入。',
  'audit.who': '操作者',
  'audit.from': '来自',
  'audit.claimed': '自报姓名',
  'audit.what': '操作',
  'audit.when': '时间',
  'audit.outcome': '结果',
  ...prefixed('audit.outcome', outcomeWords, 'zh'),
  'audit.kind.user': '用户',
  'audit.kind.key': '密钥',
  'audit.kind.service': '服务',
  'audit.kind.local': '本机',
  'audit.kind.nobody': '身份未经核实',
  'audit.trace': '跟踪号',
};

export const useAuditTexts = roomTexts({ en, zh });
