import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { grantSchema } from '../api-key.ts';
import { loginWays } from '../login.ts';
import { languages } from '../user.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { pageSchema } from './page.ts';

/** Long rather than odd; anything longer than this is no password. */
export const newPasswordSchema = z
  .string()
  .refine((text) => text.normalize('NFC').length >= 12, asError(fieldText('password_too_short')))
  .meta({ minLength: 12, maxLength: 256 })
  .max(256);
/** A password as typed, even one that would no longer be accepted. */
const typedPassword = z.string().min(1).max(256);

export const loginBodySchema = closedObject({
  login: z.string().min(1).max(64),
  password: typedPassword,
  /** For a display without a user: the login does not idle out and ends after 90 days. For viewers only. */
  wall_display: z.boolean().nullish(),
});

export const loginAgainBodySchema = closedObject({ password: typedPassword });

export const changePasswordSchema = closedObject({
  password: typedPassword,
  new_password: newPasswordSchema,
});

export const changeMeSchema = closedObject({ language: z.enum(languages).nullable() });

export const loginViewSchema = z.object({
  id: z.string(),
  how: z.enum(loginWays),
  created_at: z.string(),
  authenticated_at: z.string(),
  /** Accurate to a minute. */
  last_seen_at: z.string(),
  expires_at: z.string(),
  /** The login ends after so long without use; null: never for that reason. */
  idle_minutes: z.int().nullable(),
  address: z.string(),
  agent: z.string(),
  over_https: z.boolean(),
  /** Whether this request came with it. */
  is_current: z.boolean(),
});
export type LoginView = z.infer<typeof loginViewSchema>;
export const loginPageSchema = pageSchema(loginViewSchema);

/** Who calls: a person, a key, or whoever is on the machine of the API. */
export const meSchema = z.object({
  kind: z.enum(['user', 'key', 'local']),
  /** Null for `local`. */
  id: z.string().nullable(),
  /** Null unless a person calls. */
  login: z.string().nullable(),
  name: z.string(),
  language: z.enum(languages).nullable(),
  grants: z.array(grantSchema),
  /** Whether the person can log in by a password. */
  has_password: z.boolean(),
  /** The login that the request came with; null unless a person calls. */
  current_login: loginViewSchema.nullable(),
});
export type Me = z.infer<typeof meSchema>;
