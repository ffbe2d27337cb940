import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { grantSchema } from '../api-key.ts';
import { languages, loginNamePattern } from '../user.ts';
import { fieldText } from '../words/field-texts.ts';
import { grantFields } from './access-http.ts';
import { closedObject } from './closed-object.ts';
import { newPasswordSchema } from './login-http.ts';
import { pageSchema } from './page.ts';
import { storableText } from './storable-text.ts';

/** The name that others see; two people may have the same one. */
const displayName = storableText(100)
  .min(1)
  .refine((name) => name.trim() !== '', asError(fieldText('not_blank')));

export const createUserSchema = closedObject({
  login: z
    .string()
    .refine(
      (login) => loginNamePattern.test(login) && !/^[a-z]-[a-z2-7]{16}$/.test(login),
      asError(fieldText('user_name_rule')),
    )
    .meta({ minLength: 1, maxLength: 64, pattern: loginNamePattern.source }),
  /** The login unless given. */
  name: displayName.nullish(),
  language: z.enum(languages).nullish(),
  ...grantFields,
});

export const changeUserSchema = closedObject({
  name: displayName.optional(),
  language: z.enum(languages).nullable().optional(),
  ...grantFields,
  disabled: z.boolean().optional(),
});

export const userViewSchema = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  language: z.enum(languages).nullable(),
  grants: z.array(grantSchema),
  disabled: z.boolean(),
  has_password: z.boolean(),
  /** At a company's sign-on. */
  identity: z.object({ issuer: z.string(), subject: z.string() }).nullable(),
  /** Until when a link to set the password may be used; null: there is none. */
  link_expires_at: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
  changed_at: z.string(),
  /** Null: never, or not since this is recorded. */
  last_login_at: z.string().nullable(),
});
export type UserView = z.infer<typeof userViewSchema>;
export const userPageSchema = pageSchema(userViewSchema);

/** A link with which a person sets the password; it is shown only this once. Whoever uses it first has the login. */
export const passwordLinkSchema = z.object({
  link: z.string(),
  /** For a page that asks for it itself. */
  url: z.string(),
  expires_at: z.string(),
});
export const createdUserSchema = userViewSchema.extend({ password_link: passwordLinkSchema });

export const usePasswordLinkSchema = closedObject({
  link: z.string().min(1).max(200),
  password: newPasswordSchema,
});
