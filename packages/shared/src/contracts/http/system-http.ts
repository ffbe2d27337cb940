import { asError, schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { outboxStatusSchema } from '../outbox-status.ts';
import { sinkStatusSchema } from '../sink-status.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { pageQuery, pageSchema } from './page.ts';

const quarantineFilter = {
  stream: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,64}$/, asError(fieldText('stream_name_rule')))
    .transform((name) => name || undefined)
    .optional()
    .describe('Name of the stream that the messages came from, as SAMPLES'),
  reason: z
    .string()
    .max(500)
    .transform((text) => text || undefined)
    .optional()
    .describe('Part of the reason, in whatever case'),
  collector: z
    .string()
    .max(64)
    .transform((text) => text || undefined)
    .optional()
    .describe('Id of the collector that has published it'),
  session: z
    .string()
    .max(64)
    .transform((text) => text || undefined)
    .optional()
    .describe('Session of which it says that it is'),
} as const;
const place = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const quarantineQuerySchema = z.object({
  ...pageQuery,
  ...quarantineFilter,
  after: place.optional().describe('Only what was put away behind this place in QUARANTINE'),
  lost_epoch: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Only, or not, samples under epochs that SESSIONS does not know, since it was restored'),
});

/** For many at once, oldest first; `limit` bounds how long one call takes. */
export const manyQuarantinedSchema = z.object({
  ...quarantineFilter,
  up_to: place
    .optional()
    .describe(
      'Only what was put away up to this place in QUARANTINE: what you have seen, and nothing that came since',
    ),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .describe('Messages of one call at most: it bounds how long the call takes'),
});
/** A filter must be given: emptying all of it by mistake would be easy. */
export const deleteQuarantinedSchema = z
  .object({
    ...manyQuarantinedSchema.shape,
    stream: quarantineFilter.stream.describe(
      `${quarantineFilter.stream.description}. It or \`reason\` must be given`,
    ),
    reason: quarantineFilter.reason.describe(
      `${quarantineFilter.reason.description}. It or \`stream\` must be given`,
    ),
  })
  .refine(({ stream, reason }) => stream !== undefined || reason !== undefined, {
    path: ['reason'],
    error: () => schemaMessage(fieldText('stream_or_reason_needed')),
  });
export const manyDeletedSchema = z.object({ deleted: z.int(), limit_reached: z.boolean() });

const quarantined = {
  /** Place in QUARANTINE: its name in this API. */
  sequence: z.int(),
  stream: z.string(),
  subject: z.string(),
  /** Place in the stream that it came from. */
  original_sequence: z.int(),
  reason: z.string(),
  /** Its epoch, if SESSIONS no longer knows it since a restore. */
  lost_epoch: z.int().nullable(),
  time: z.string(),
  body_length: z.int(),
  can_be_sent_again: z.boolean(),
} as const;
/** `body_start`: its first 200 characters. */
export const quarantinedItemSchema = z.object({ ...quarantined, body_start: z.string() });
export const quarantinePageSchema = pageSchema(quarantinedItemSchema);
export const quarantinedViewSchema = z.object({ ...quarantined, body: z.string() });
export type QuarantinedView = z.infer<typeof quarantinedViewSchema>;

export const sendAgainBodySchema = closedObject({
  trust_epoch: z
    .boolean()
    .describe(
      'Takes samples under epochs that SESSIONS does not know, since it was restored: you vouch for them. Among many only such are sent then, and `collector` and `up_to` have to be given',
    ),
})
  .partial()
  .nullish();

export const resendResultSchema = z.object({
  sequence: z.int(),
  stream: z.string(),
  subject: z.string(),
  /** Its new place in that stream. */
  sent_as: z.int(),
  /** The last place in QUARANTINE before it was sent: what comes back has a later one. */
  quarantined_up_to: z.int(),
  detail: z.string(),
});

export type ResendResult = z.infer<typeof resendResultSchema>;

export const resendSummarySchema = z.object({
  sent: z.int(),
  /** Messages that stay, since they cannot be sent again. */
  kept: z.int(),
  /** Why, of the first ones that stay. */
  kept_because: z.array(z.object({ sequence: z.int(), detail: z.string() })),
  limit_reached: z.boolean(),
  /** The last place that one of them has in SAMPLES now, or null if none was sent. */
  last_sent_as: z.int().nullable(),
  /** The last place in QUARANTINE before they were sent: what comes back has a later one. */
  quarantined_up_to: z.int(),
});

export type ResendSummary = z.infer<typeof resendSummarySchema>;

/**
 * How samples get into their database. `ok`; `failing`: no writer can write now, samples wait in the stream;
 * `refusing`: they are written, and values of some sessions are refused and go to quarantine; `no_writer`: no writer is
 * there to write them.
 */
export const sinksSchema = z.object({
  status: z.enum(['ok', 'refusing', 'failing', 'no_writer']),
  detail: z.string(),
  backlog: z.object({
    /** Samples in the stream that are not in the database yet; `in_hand` of them are with a writer. */
    messages: z.int(),
    in_hand: z.int(),
    /** Estimated from the average size of a message. */
    bytes: z.int(),
    /** Age of the oldest one, or 0 if there is none, null when it cannot be determined. */
    seconds: z.number().nullable(),
    oldest: z.string().nullable(),
    /** Share of what the stream can hold, 0 to 1; at 1 the oldest are dropped unwritten. */
    share_of_stream: z.number(),
    /** Every sample up to this place in SAMPLES is in the database or in quarantine, or was rejected. */
    settled_sequence: z.int(),
    /** Set from a share of 0.5, and of 0.8, on. */
    warning: z.enum(['half_full', 'almost_full']).nullable(),
  }),
  /** Over all writers that are alive. */
  samples_per_s: z.number(),
  values_per_s: z.number(),
  failed_writes: z.int(),
  last_error: sinkStatusSchema.shape.last_error,
  writers: z.array(sinkStatusSchema.omit({ v: true }).extend({ is_alive: z.boolean() })),
  /** Samples that are not even in the stream yet, by collector. */
  collectors: z.array(outboxStatusSchema.omit({ v: true, load: true }).extend({ is_alive: z.boolean() })),
});
export type SinksView = z.infer<typeof sinksSchema>;
