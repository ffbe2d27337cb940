import type { Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import type { FieldWords } from './form-words.ts';
import { driverText } from './texts.ts';

/** Allowed names for the file of a secret. */
export const secretNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** A field of a connection that names a secret. Only collectors have its value (`LinkHost.secret`). */
export const secretNameSchema = z.strictObject({
  secret: z
    .string()
    .regex(
      secretNamePattern,
      'must be the name of a secret: 1 to 64 letters, digits, ".", "_" and "-", a letter or digit at both ends',
    ),
});
export type SecretName = z.infer<typeof secretNameSchema>;

const help = driverText('name_of_a_file');

/** The words for such a field. */
export function secretWords(label: Text): FieldWords {
  return { label, help, fields: { secret: { label: driverText('secret'), help } } };
}
