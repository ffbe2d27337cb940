import * as z from 'zod';
import { attentionCodes } from '../../domain/attention/session-attention.ts';
import { gapCauses } from '../../domain/gaps/gap-causes.ts';
import { tickCountsSchema } from './accounting-http.ts';
import { commaList } from './comma-list.ts';
import { pageQuery, pageSchema } from './page.ts';
import { listedSessionSchema, sessionStatuses } from './session-http.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

export const attentionSchema = z.object({
  code: z.enum(attentionCodes),
  /** 1: nothing is acquired; 2: something is missing; 3: worth a look. */
  severity: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** In words for people. */
  detail: z.string(),
  since: z.string().nullable(),
});
export type Attention = z.infer<typeof attentionSchema>;

/** Ticks by time: each bucket of the answer has those that were scheduled in it, of all devices together. */
export const ribbonSchema = z.object({
  /** One number for each bucket. */
  expected: z.array(z.int()),
  stored: z.array(z.int()),
  /** Only buckets that have any. */
  quarantined: z.array(z.object({ bucket: z.int(), ticks: z.int() })),
  missing: z.array(z.object({ bucket: z.int(), cause: z.enum(gapCauses), ticks: z.int() })),
  /** States of the session within the time, without a hole from its start on. */
  life: z.array(z.object({ state: z.enum(['running', 'paused', 'over']), from: z.string(), to: z.string() })),
});
export type Ribbon = z.infer<typeof ribbonSchema>;

export const devicesSummarySchema = z.object({
  total: z.int(),
  healthy: z.int(),
  slow: z.int(),
  /** They answer, but do not give all of their values. */
  partly: z.int(),
  failing: z.int(),
  /** Nothing was said about them yet. */
  unknown: z.int(),
  /** Codes of the first five that fail. */
  failing_codes: z.array(z.string()),
});
export type DevicesSummary = z.infer<typeof devicesSummarySchema>;

export const sessionSummarySchema = listedSessionSchema.extend({
  /** Codes of the sites of its devices; an empty one for devices without one. */
  sites: z.array(z.string()),
  /** When its present state began: its status or, while it runs, its placement. */
  since: z.string().nullable(),
  /** Why it needs attention, the worst first, or empty if all is well. */
  attention: z.array(attentionSchema),
  /** By its holder's last word, or null while it does not run. */
  devices: devicesSummarySchema.nullable(),
  /** `now`: over the last minute, or null while it is unknown. `planned`: when every device answers. */
  values_per_s: z.object({ now: z.number().nullable(), planned: z.number().nullable() }),
  /** When a value of it was last read. */
  last_read_at: z.string().nullable(),
  /** Over all devices, within the requested time, or null if its configuration is lost. */
  counts: tickCountsSchema.nullable(),
  /**
   * Points that gave no value in the last 24 hours although their device gave others, except those about which a
   * subscribed device has reported nothing. Null once it is over, and where none is found but not all is known.
   */
  never_delivered: z.int().nullable(),
  ribbon: ribbonSchema.nullable(),
});
export type SessionSummary = z.infer<typeof sessionSummarySchema>;

/** Sessions that are not over, and failed ones that no later run of their task has followed. */
export const sessionCountsSchema = z.object({
  all: z.int(),
  attention: z.int(),
  running: z.int(),
  paused: z.int(),
  error: z.int(),
  /** Those of `running` that no collector has. */
  waiting: z.int(),
  /** Those of `running` and `error` that deliver nothing at all: with attention of severity 1. */
  silent: z.int(),
  /** Next to `all`: sessions that are over. */
  stopped: z.int(),
});
export type SessionCounts = z.infer<typeof sessionCountsSchema>;

export const sessionSummaryPageSchema = pageSchema(sessionSummarySchema).extend({
  as_of: z.string(),
  from: z.string(),
  to: z.string(),
  /** The first begins at `from`; the last may be cut short by `to`. */
  bucket_seconds: z.number(),
  buckets: z.int(),
  /** Counts of the sessions that `search`, `site`, `task` and `collector` leave. */
  counts: sessionCountsSchema,
  /** Oldest sessions for which there was no room; narrow the search. */
  left_out: z.int(),
  not_asked: unavailableSourcesSchema,
});
export type SessionSummaryPage = z.infer<typeof sessionSummaryPageSchema>;

export const summarySorts = [
  'attention',
  'name',
  'started',
  'completeness',
  'values',
  'last_read',
  'devices',
] as const;

const filterText = (description: string) =>
  storableText(128)
    .transform((text) => text.trim() || undefined)
    .optional()
    .describe(description);

export const sessionSummaryQuerySchema = z.object({
  ...pageQuery,
  from: timeText(
    'From this time on: `now`, a time ago like `-8h` (s, m, h, d, w), or RFC 3339; 24 h before `to` when left out',
  ),
  to: timeText(
    'Up to this time; now when left out. Ticks of the last seconds count as expected once they cannot be on their way any more',
  ),
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(96)
    .describe('Into how many parts the time is split'),
  status: commaList(sessionStatuses)
    .optional()
    .describe(
      'One status, or several with commas between them. Without: all that are not over, and failed ones that no later run has followed',
    ),
  attention: z.enum(['true', 'false']).optional().describe('`true`: only sessions that need attention'),
  search: filterText('Part of the session id, or of the code or the name of the task'),
  task: filterText('Id or code of a task'),
  site: filterText('Code of a site of one of its devices'),
  collector: filterText('Id of the collector that holds it'),
  sort: z
    .enum(summarySorts)
    .default('attention')
    .describe('Always the worst, the latest or the first name on top'),
});
