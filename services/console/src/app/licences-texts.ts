import { roomTexts } from '../i18n/room-texts.ts';
import type { TranslationOf } from '../i18n/texts.ts';

export const en = {
  'licences.intro':
    'Holdfast is under the MIT licence. These packages are part of the console, each under its own:',
} as const;

export const zh: TranslationOf<typeof en> = {
  'licences.intro': 'Holdfast 采用 MIT 许可证。控制台包含以下软件包，各自的许可证如下：',
};

export const useLicenceTexts = roomTexts({ en, zh });
