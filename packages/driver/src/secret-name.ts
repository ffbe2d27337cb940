import * as z from 'zod';
import { both, type FieldWords, type InBoth } from './form-words.ts';

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

const help = both(
  'Name of a file in the folder DEVICE_SECRETS of the collectors; its content goes to no other site or host than bindings.json there names.',
  '采集器 DEVICE_SECRETS 文件夹中的文件名；内容只发往其中 bindings.json 写明的站点和主机。',
);

/** The words for such a field. */
export function secretWords(label: InBoth): FieldWords {
  return { label, help, fields: { secret: { label: both('Secret', '密钥名'), help } } };
}
