import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'range.dialog.title': 'Time to show',
  'range.dialog.zone': 'By the clock of {{zone}}.',
  'range.dialog.from': 'From',
  'range.dialog.to': 'To',
  'range.dialog.wrong': 'It has to begin in the past, and end after its beginning.',
  'range.dialog.do': 'Show',
  'range.typed.form': 'YYYY-MM-DD hh:mm',
  'range.typed.form.seconds': 'YYYY-MM-DD hh:mm:ss',
  'range.typed.wrong': 'Write it as {{example}}, or as “yesterday 23:55”, by a clock of 24 hours.',
  'range.typed.future': 'This time is still to come: write one until now.',
} as const;

export const zh: TranslationOf<typeof en> = {
  'range.dialog.title': '显示的时间范围',
  'range.dialog.zone': '时区：{{zone}}。',
  'range.dialog.from': '起始',
  'range.dialog.to': '结束',
  'range.dialog.wrong': '起始时间须早于现在，且早于结束时间。',
  'range.dialog.do': '显示',
  'range.typed.form': '年-月-日 时:分',
  'range.typed.form.seconds': '年-月-日 时:分:秒',
  'range.typed.wrong': '请按 {{example}} 的格式输入，或写作“昨天 23:55”（24 小时制）。',
  'range.typed.future': '该时间尚未到来，请输入现在之前的时间。',
};

export const useRangeTexts = roomTexts({ en, zh });
