import * as z from 'zod';
import { grantSchema } from './api-key.ts';

/** Languages that a person can choose; without a choice, the browser's language, else English. */
export const languages = ['en', 'zh'] as const;

/** ASCII, so that no two look alike; case does not count. */
export const loginNamePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * The record of a person in the bucket USERS. It is never deleted, so that neither id nor login comes to stand for
 * another person.
 */
export const userSchema = z.looseObject({
  v: z.literal(1),
  /** Random. */
  id: z.string().regex(/^u-[a-z2-7]{16}$/),
  /** Never changes. */
  login: z.string().regex(loginNamePattern),
  /** The person's name as others call them: free text, in NFC. */
  name: z.string().min(1),
  language: z.enum(languages).nullable(),
  grants: z.array(grantSchema),
  /** PHC string of argon2id; null: no login by password. */
  password: z.string().nullable(),
  /** Identity at a company's sign-on; null: none. */
  identity: z.object({ issuer: z.string(), subject: z.string() }).nullable(),
  /** A link by which the password may be set once: SHA-256 of its secret, in hexadecimal. */
  password_link: z.object({ sha256: z.string(), expires_at: z.string() }).nullish(),
  disabled: z.boolean(),
  created_at: z.string(),
  created_by: z.string(),
  changed_at: z.string(),
  /** When the person last logged in; older records have none. */
  last_login_at: z.string().nullish(),
});
export type User = z.infer<typeof userSchema>;

/** Key of a user in USERS: two whose logins differ in case alone would be one. */
export function userKey({ login }: Pick<User, 'login'>): string {
  return Array.from(login.toLowerCase(), (letter) => letter.charCodeAt(0).toString(16)).join('');
}
