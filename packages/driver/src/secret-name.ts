import { asError } from '@holdfast/texts/schema-message.ts';
import type { Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import type { FieldWords } from './form-words.ts';
import { driverText } from './texts.ts';

/** Allowed names for the file of a secret. */
export const secretNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** A field of a connection that names a secret. Only collectors have its value (`LinkHost.secret`). */
export const secretNameSchema = z.strictObject({
  secret: z.string().regex(secretNamePattern, asError(driverText('secret_name_rule'))),
});
export type SecretName = z.infer<typeof secretNameSchema>;

const help = driverText('name_of_a_file');

/** The words for such a field. */
export function secretWords(label: Text): FieldWords {
  return { label, help, fields: { secret: { label: driverText('secret'), help } } };
}
