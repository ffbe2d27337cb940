import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'fresh.password': 'Your password',
  'fresh.do': 'Go on',
  'fresh.wrong': 'That was not it. {{detail}}',
  'fresh.company': 'Log in again',
  'fresh.company.how': 'You come back here afterwards. Nothing has been done yet.',
} as const;

export const zh: TranslationOf<typeof en> = {
  'fresh.password': '您的密码',
  'fresh.do': '继续',
  'fresh.wrong': '未能确认身份。{{detail}}',
  'fresh.company': '重新登录',
  'fresh.company.how': '登录后会回到这里。目前尚未执行任何操作。',
};

export const useFreshTexts = roomTexts({ en, zh });
