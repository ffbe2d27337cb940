import type { InBoth } from '@holdfast/driver/form-words.ts';
import { optionWord, type PlaceForms } from './point-place.ts';

/** As much of a protocol's forms as has words for the fields of its requests. */
export interface RequestForms {
  readonly point: Pick<PlaceForms['point'], 'properties'>;
  readonly frame_parts: Readonly<Record<string, InBoth>>;
}

/** A request in the fields of its protocol by their words: `Address D100, Count 4`. By their names without forms. */
export function requestInWords(
  request: Readonly<Record<string, unknown>>,
  forms: RequestForms | undefined,
  language: keyof InBoth,
): string {
  return Object.entries(request)
    .map(([name, value]) => {
      const field = forms?.point.properties[name];
      const label = field?.['x-label'] ?? forms?.frame_parts[name];
      return `${label?.[language] ?? name} ${optionWord(field, value, language)}`;
    })
    .join({ en: ', ', zh: '，' }[language]);
}
