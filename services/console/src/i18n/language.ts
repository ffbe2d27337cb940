import { createInstance } from 'i18next';
import type { Dictionary, Translate } from './texts.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

export interface SpokenTexts {
  readonly language: Language;
  /** The locale for Intl. */
  readonly locale: string;
  readonly t: Translate;
  /** Adds the texts of a room; texts that are there already cost nothing. */
  addTexts(dictionary: Dictionary): void;
}

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };

/** Loaders of the texts: only those of the chosen language are loaded. */
const dictionaries = {
  en: async (): Promise<Dictionary> => (await import('./en.ts')).en,
  zh: async (): Promise<Dictionary> => (await import('./zh.ts')).zh as Dictionary,
};

export async function speak(language: Language): Promise<SpokenTexts> {
  const texts = createInstance();
  const locale = locales[language];
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const common = await dictionaries[language]();
  await texts.init({
    lng: language,
    resources: { [language]: { translation: withNumberShown(common) } },
    // Keys are flat names, in which a dot separates nothing.
    keySeparator: false,
    nsSeparator: false,
    fallbackLng: false,
    interpolation: { escapeValue: false },
  });
  const dictionariesAdded = new Set([common]);
  const addTexts = (dictionary: Dictionary) => {
    if (dictionariesAdded.has(dictionary)) return;
    dictionariesAdded.add(dictionary);
    texts.addResourceBundle(language, 'translation', withNumberShown(dictionary), false, true);
  };
  const t = (key: string, { count, ...values }: { readonly count?: number } = {}) =>
    texts.t(key, count === undefined ? values : { ...values, count, shown: numbers.format(count) });
  return { language, locale, t: t as Translate, addTexts };
}

/** Chooses the plural by the number, while the text shows the number as people write it. */
function withNumberShown(dictionary: Dictionary): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dictionary).map(([key, text]) => [key, text.replaceAll('{{count}}', '{{shown}}')]),
  );
}
