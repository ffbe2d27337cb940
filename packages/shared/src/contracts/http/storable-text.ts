import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { fieldText } from '../words/field-texts.ts';

/** PostgreSQL takes neither U+0000 nor half a surrogate pair, not even to look for it. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** The same for every text in a document. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, each]) => isStorableText(name) && isStorable(each));
}

/** In NFC, as names are kept: in another form, a name would look the same and yet be another one. */
export function storableText(maxLength: number) {
  return z
    .string()
    .normalize('NFC')
    .max(maxLength)
    .refine(isStorableText, asError(fieldText('characters_not_storable')))
    .meta({ pattern: '^[^\\u0000]*$' });
}
