import * as z from 'zod';

/** `hff_` and 256 random bits in base64url. */
const tokenPattern = /^hff_[A-Za-z0-9_-]{43}$/;

export function isFirstLinkToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** A record of the bucket LINKS, under `sha256`: a link that makes the first administrator, once. */
export const firstLinkSchema = z.looseObject({
  v: z.literal(1),
  /** SHA-256 of the token in the address, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string(),
});
export type FirstLink = z.infer<typeof firstLinkSchema>;
