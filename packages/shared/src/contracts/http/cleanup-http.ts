import { asError, schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { commaList } from './comma-list.ts';
import { pageQuery, pageSchema } from './page.ts';
import { sessionStatuses } from './session-http.ts';

const dayMs = 86_400_000;
const unitsMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
};
/** Shortest age: whoever has just stopped a session wants to look at it. */
export const cleanupMinAgeMs = 3_600_000;
export const cleanupMaxAgeMs = 3_650 * dayMs;

/** The longest is 3650d. */
const agePattern = /^[1-9](?:[0-9]{0,6}m|[0-9]{0,4}h|[0-9]{0,3}d|[0-9]{0,2}w)$/;

/** `30d` in ms, or undefined for what is no length of time. */
export function ageMs(text: string): number | undefined {
  return agePattern.test(text) ? Number(text.slice(0, -1)) * (unitsMs[text.slice(-1)] ?? 0) : undefined;
}

const olderThan = z
  .string()
  .refine(
    (text) => {
      const ms = ageMs(text);
      return ms !== undefined && ms >= cleanupMinAgeMs && ms <= cleanupMaxAgeMs;
    },
    asError(fieldText('cleanup_age_rule')),
  )
  .meta({ pattern: agePattern.source });

/** Sessions that are over; the others are never removed. */
export const endedStatuses = ['stopped', 'error'] as const;
const endedStatusError = () =>
  schemaMessage(fieldText('must_be_one_of', { values: endedStatuses.join(', ') }));

export const cleanupQuerySchema = z.object({
  ...pageQuery,
  older_than: olderThan.describe('Sessions that ended longer ago: `12h`, `30d`, `8w`; from 1h to 3650d'),
  status: commaList(endedStatuses, endedStatusError)
    .optional()
    .transform((statuses) => statuses ?? [...endedStatuses])
    .describe('`stopped`, `error`, or both with a comma between them, as when left out'),
});

export const cleanupBodySchema = closedObject({
  older_than: olderThan,
  status: z
    .array(z.enum(endedStatuses, { error: endedStatusError }))
    .min(1)
    .default([...endedStatuses]),
  /** Most sessions of one call, so that it does not take for ever. */
  limit: z.int().min(1).max(10_000).default(1_000),
});

const cleanableSchema = z.object({
  id: z.string(),
  task_id: z.int(),
  task_code: z.string(),
  status: z.enum(sessionStatuses),
  started_at: z.string(),
  stopped_at: z.string().nullable(),
});

/** Sessions that a cleanup would remove, oldest first. */
export const cleanablePageSchema = pageSchema(cleanableSchema).extend({
  ended_before: z.string(),
  /** On all pages together. */
  count: z.int(),
  /** Failed ones that are old enough too, but may be recovered. They stay until their task is started again. */
  recoverable: z.int(),
});

export const cleanedUpSchema = z.object({
  ended_before: z.string(),
  removed: z.int(),
  /** There may be more: ask again. */
  limit_reached: z.boolean(),
});
