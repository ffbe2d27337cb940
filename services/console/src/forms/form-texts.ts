import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'form.optional': 'optional',
  'form.usual': '{{value}} unless set',
  'form.choose': 'Choose …',
  'form.awaits': 'Choose this first: {{field}}.',
  'form.fault.needed': 'This is needed.',
  'form.fault.number': 'This is no number.',
  'form.fault.whole': 'This has to be a whole number.',
  'form.fault.least': 'At least {{limit}}.',
  'form.fault.most': 'At most {{limit}}.',
  'form.fault.form': 'This is not written as it has to be.',
  'form.faults_one': '{{count}} field needs another look.',
  'form.faults_other': '{{count}} fields need another look.',
} as const;

export const zh: TranslationOf<typeof en> = {
  'form.optional': '可选',
  'form.usual': '不填则为 {{value}}',
  'form.choose': '请选择……',
  'form.awaits': '请先选择：{{field}}。',
  'form.fault.needed': '此项必填。',
  'form.fault.number': '不是数字。',
  'form.fault.whole': '必须是整数。',
  'form.fault.least': '不得小于 {{limit}}。',
  'form.fault.most': '不得大于 {{limit}}。',
  'form.fault.form': '格式不正确。',
  'form.faults_other': '有 {{count}} 项需要修改。',
};

export const useFormTexts = roomTexts({ en, zh });
