import { createInstance } from 'i18next';
import type { Translate } from './texts.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

export interface SpokenTexts {
  readonly language: Language;
  /** For Intl. */
  readonly locale: string;
  readonly t: Translate;
}

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };

/** Only the texts of the language that is spoken are loaded. */
const dictionaries = {
  en: async () => (await import('./en.ts')).en,
  zh: async () => (await import('./zh.ts')).zh,
};

export async function speak(language: Language): Promise<SpokenTexts> {
  const texts = createInstance();
  const locale = locales[language];
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  // The plural goes by the number, and the text shows it as people write it.
  const translation = Object.fromEntries(
    Object.entries(await dictionaries[language]()).map(([key, text]) => [
      key,
      text.replaceAll('{{count}}', '{{shown}}'),
    ]),
  );
  await texts.init({
    lng: language,
    resources: { [language]: { translation } },
    // Keys are flat and names of their own.
    keySeparator: false,
    nsSeparator: false,
    fallbackLng: false,
    interpolation: { escapeValue: false },
  });
  const t = (key: string, { count, ...values }: { readonly count?: number } = {}) =>
    texts.t(key, count === undefined ? values : { ...values, count, shown: numbers.format(count) });
  return { language, locale, t: t as Translate };
}
