import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { apiKeyNamePattern, grantSchema, roles } from '../api-key.ts';
import { auditEntrySchema, auditOutcomes, auditStreams } from '../audit-entry.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { auditCursor, cursorText, pageQuery, pageSchema } from './page.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';

/** Codes of sites where a role holds; without any, or with `*`, all of them. */
const grantedSites = z.array(storableText(128).min(1)).min(1).max(100).nullish();

/** Rights that are requested: several grants, or, for a single one, a role with the sites where it holds. */
export const grantFields = {
  grants: z
    .array(closedObject({ role: z.enum(roles), sites: grantedSites }))
    .min(1)
    .max(100)
    .nullish(),
  role: z.enum(roles).nullish(),
  sites: grantedSites,
};

export const createKeySchema = closedObject({
  /** The person or program that uses the key; it is in events. */
  name: z
    .string()
    .normalize('NFC')
    .refine((name) => apiKeyNamePattern.test(name), asError(fieldText('key_name_rule')))
    // No pattern: not every language that reads the document knows what a letter is.
    .meta({ minLength: 1, maxLength: 64 }),
  ...grantFields,
  /** RFC 3339; without it the key does not expire. */
  expires_at: z.iso.datetime({ offset: true }).nullish(),
  /** `10.20.0.0/16` or single addresses: where it may be used from; without any, from anywhere. */
  networks: z.array(z.string().min(1).max(64)).max(32).nullish(),
});

/** `status`: `active`, or why the key is of no use. */
export const keyViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  grants: z.array(grantSchema),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  revoked_by: z.string().nullable(),
  networks: z.array(z.string()),
  /** Accurate to five minutes. */
  last_used_at: z.string().nullable(),
});
export type KeyView = z.infer<typeof keyViewSchema>;
export const keyPageSchema = pageSchema(keyViewSchema);
/** `key` is the whole key, shown only this once. */
export const createdKeySchema = keyViewSchema.extend({ key: z.string() });

/** `url` opens one page once; it is shown only this once. */
export const issuedLinkSchema = z.object({ url: z.url(), expires_at: z.string() });

const auditFilter = {
  who: z.string().max(200).optional().describe('Part of who did it, or of the id, in whatever case'),
  target: z.string().max(200).optional().describe('Part of what it was done to, in whatever case'),
  action: z.string().max(70).optional().describe('`session.stop`, or all of a kind: `session`'),
  outcome: z.enum(auditOutcomes).optional().describe('Only entries that ended so'),
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe('Id of the trace: `data.trace_id` of an event leads to its command'),
  from: timeText('From this time on: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339'),
  to: timeText('Before this time: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339. After `from`'),
} as const;
export const auditFilterSchema = z.object(auditFilter);
export type AuditFilter = z.infer<typeof auditFilterSchema>;
export const auditQuerySchema = z.object({
  ...pageQuery,
  cursor: cursorText(auditCursor),
  ...auditFilter,
});
/** The place of an entry is a sequence of its stream. */
export const auditViewSchema = auditEntrySchema
  .omit({ v: true })
  .extend({ stream: z.enum(auditStreams), sequence: z.int() });
export type AuditView = z.infer<typeof auditViewSchema>;
export const auditPageSchema = pageSchema(auditViewSchema);
