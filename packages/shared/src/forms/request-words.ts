import type { InEachLanguage, Language } from '@holdfast/texts/text.ts';
import { optionWord, type PlaceForms } from './point-place.ts';

/** The parts of a protocol's forms that have words for the fields of its requests. */
export interface RequestForms {
  readonly point: Pick<PlaceForms['point'], 'properties'>;
  readonly frame_parts: Readonly<Record<string, InEachLanguage>>;
}

/** A request with its protocol's words for the fields: `Address D100, Count 4`; without forms, with the fields' names. */
export function requestInWords(
  request: Readonly<Record<string, unknown>>,
  forms: RequestForms | undefined,
  language: Language,
): string {
  return Object.entries(request)
    .map(([name, value]) => {
      const field = forms?.point.properties[name];
      const label = field?.['x-label'] ?? forms?.frame_parts[name];
      return `${label?.[language] ?? name} ${optionWord(field, value, language)}`;
    })
    .join({ en: ', ', zh: '，' }[language]);
}
