import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'range.dialog.title': 'Time to show',
  'range.dialog.zone': 'By the clock of {{zone}}.',
  'range.dialog.from': 'From',
  'range.dialog.to': 'To',
  'range.dialog.wrong': 'It has to begin in the past, and end after its beginning.',
  'range.dialog.do': 'Show',
} as const;

export const zh: TranslationOf<typeof en> = {
  'range.dialog.title': '显示的时间范围',
  'range.dialog.zone': '时区：{{zone}}。',
  'range.dialog.from': '起始',
  'range.dialog.to': '结束',
  'range.dialog.wrong': '起始时间须早于现在，且早于结束时间。',
  'range.dialog.do': '显示',
};

export const useRangeTexts = roomTexts({ en, zh });
