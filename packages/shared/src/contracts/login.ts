import * as z from 'zod';

/** `approved`: for a command line, by an existing login. */
export const loginWays = ['password', 'link', 'oidc', 'approved'] as const;
export type LoginWay = (typeof loginWays)[number];

/** Where there is no cookie: `Authorization: Bearer hfl_…`. The secret is 256 random bits in base64url. */
const tokenPattern = /^hfl_[A-Za-z0-9_-]{43}$/;

export function isLoginToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** The record of a login in the bucket LOGINS, under `sha256`. One that is over is deleted. */
export const loginSchema = z.looseObject({
  v: z.literal(1),
  /** Public: distinguishes it from others, and opens nothing. */
  id: z.string().regex(/^l-[a-z2-7]{16}$/),
  /** SHA-256 of the token, in hexadecimal. 256 random bits need no slow hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Hash of the previous token, which no longer opens anything; null: this is the first. */
  replaces: z.string().nullable(),
  /** Id of its user. */
  user: z.string(),
  how: z.enum(loginWays),
  created_at: z.string(),
  /** When the person last showed who they are. */
  authenticated_at: z.string(),
  /** Accurate to a minute. */
  last_seen_at: z.string(),
  /** The login ends then, used or not. */
  expires_at: z.string(),
  /** The login ends after so long without use; null: never for that reason (a wall display). */
  idle_minutes: z.int().positive().nullable(),
  address: z.string(),
  /** User-Agent, shortened. */
  agent: z.string(),
  /** Whether it was opened over HTTPS; elsewhere it opens nothing. */
  over_https: z.boolean(),
});
export type Login = z.infer<typeof loginSchema>;
