import { usePreferences } from '../app/preferences.tsx';
import type { Language } from './language.ts';
import type { Dictionary, Translate, TranslateOf, TranslationOf } from './texts.ts';

type RoomTexts<D> = Omit<ReturnType<typeof usePreferences>, 't'> & { readonly t: TranslateOf<D> & Translate };

/**
 * Texts of one room, which are loaded with its screen and not before. The hook gives `usePreferences`, with a `t` that
 * knows them besides the texts of all screens.
 */
export function roomTexts<D extends Dictionary>(texts: {
  readonly en: D;
  readonly zh: TranslationOf<D>;
}): () => RoomTexts<D> {
  const dictionaries: Readonly<Record<Language, object>> = texts;
  return () => {
    const preferences = usePreferences();
    preferences.addTexts(dictionaries[preferences.language] as Dictionary);
    return preferences as RoomTexts<D>;
  };
}
