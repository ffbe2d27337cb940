import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'problems.title': 'Problems and what to do',
  'problems.intro':
    'Each refusal of the server has a code. This is what the documents of this release say of it.',
  'problems.failed': 'The documents cannot be read',
  'problems.unknown': 'This release knows no problem {{code}}.',
} as const;

export const zh: TranslationOf<typeof en> = {
  'problems.title': '问题与处理办法',
  'problems.intro': '服务器的每一种拒绝都有代码。以下是本版本文档中的说明。',
  'problems.failed': '无法读取文档',
  'problems.unknown': '本版本没有代码为 {{code}} 的问题。',
};

export const useProblemTexts = roomTexts({ en, zh });
