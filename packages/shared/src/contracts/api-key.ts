import * as z from 'zod';

/** Each role may do what those before it may. */
export const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** In place of site codes: all sites, including later ones, and whatever belongs to none. */
export const everySite = '*';

/** A role, and where it holds: `['*']`, or codes of sites. */
export const grantSchema = z.object({ role: z.enum(roles), sites: z.array(z.string()).min(1) });
export type Grant = z.infer<typeof grantSchema>;

/** `hf_<id>_<secret>`: the secret is 256 random bits in base64url, so that neither guessing nor tables help. */
const keyPattern = /^hf_([0-9a-f]{8})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeyParts {
  readonly id: string;
  readonly secret: string;
}

/** Undefined when the text does not have the form of a key. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, id, secret] = keyPattern.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}

export function formatApiKey({ id, secret }: ApiKeyParts): string {
  return `hf_${id}_${secret}`;
}

/** No slash: it separates the key from the person in `who` of events. */
export const apiKeyNamePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u;

/** The record of a key in the bucket API_KEYS, under the key's id. */
export const apiKeyRecordSchema = z.looseObject({
  v: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  /** SHA-256 of the secret, in hexadecimal. 256 random bits need no slow hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  grants: z.array(grantSchema),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  revoked_by: z.string().nullable(),
  /** Networks from which the key may be used, in CIDR notation; none: from anywhere. Older records have none. */
  networks: z.array(z.string()).default([]),
  /** Accurate to some minutes; null: never, or not since this is recorded. */
  last_used_at: z.string().nullable().default(null),
});
export type ApiKeyRecord = z.infer<typeof apiKeyRecordSchema>;
