import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'start.title': 'Start a session',
  'start.task': 'Task',
  'start.task.none':
    'There is no task that could be started: each has a session that is not over, or none is configured.',
  'start.task.running': 'has a session that is not over',
  'start.task.disabled': 'is switched off',
  'start.task.devices_one': '{{count}} device, every {{period}}',
  'start.task.devices_other': '{{count}} devices, every {{period}}',
  'start.check': 'Read each device once before',
  'start.check.skip': 'No, start at once',
  'start.check.warn': 'Yes, and start whatever comes',
  'start.check.strict': 'Yes, and start only when all values come',
  'start.do': 'Start',
} as const;

export const zh: TranslationOf<typeof en> = {
  'start.title': '启动会话',
  'start.task': '任务',
  'start.task.none': '没有可启动的任务：要么都有未结束的会话，要么尚未配置任务。',
  'start.task.running': '已有未结束的会话',
  'start.task.disabled': '已停用',
  'start.task.devices_other': '{{count}} 台设备，每 {{period}}',
  'start.check': '启动前先读取每台设备一次',
  'start.check.skip': '不，立即启动',
  'start.check.warn': '是，无论结果如何都启动',
  'start.check.strict': '是，所有数值都读到才启动',
  'start.do': '启动',
};

export const useStartTexts = roomTexts({ en, zh });
