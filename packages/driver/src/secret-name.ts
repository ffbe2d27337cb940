import * as z from 'zod';

/** As the file of a secret may be called. */
export const secretNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** A field of a connection that names a secret. Its value lies with the collectors alone (`LinkHost.secret`). */
export const secretNameSchema = z.strictObject({
  secret: z
    .string()
    .regex(
      secretNamePattern,
      'must be the name of a secret: 1 to 64 letters, digits, ".", "_" and "-", a letter or digit at both ends',
    ),
});
export type SecretName = z.infer<typeof secretNameSchema>;
