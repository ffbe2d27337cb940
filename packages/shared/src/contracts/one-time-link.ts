import * as z from 'zod';

/** `hfo_` and 256 random bits in base64url. */
const tokenPattern = /^hfo_[A-Za-z0-9_-]{43}$/;

export function isLinkToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** A record of the bucket LINKS, under `sha256`: an address that opens one page once. */
export const oneTimeLinkSchema = z.looseObject({
  v: z.literal(1),
  /** SHA-256 of the token in the address, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  opens: z.enum(['first_administrator', 'new_password']),
  /** Id of the user whose password it is; null: there is none yet. */
  user: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string(),
});
export type OneTimeLink = z.infer<typeof oneTimeLinkSchema>;
