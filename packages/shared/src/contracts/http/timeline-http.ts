import * as z from 'zod';
import { deviceStatuses } from '../session-status.ts';
import { ribbonSchema } from './session-summary-http.ts';
import { timeText } from './time-texts.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

export const timelineQuerySchema = z.object({
  from: timeText(
    'From this time on: `now`, a time ago like `-8h` (s, m, h, d, w), or RFC 3339; from the start of the session when left out',
  ),
  to: timeText('Up to this time; up to the end of the session, or now, when left out. After `from`'),
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(400)
    .describe('Number of parts that the time is split into. Periods shorter than a part are merged'),
});

/** `joined`: how many spans are shown as one, since each is shorter than a bucket; the last of them is named. */
const span = { from: z.string(), to: z.string(), joined: z.int() } as const;

const ticks = { from: z.string(), to: z.string(), ticks: z.int() } as const;

/** The lanes of a session within a time. However much has happened, each has at most two parts for each bucket. */
export const timelineSchema = z.object({
  session_id: z.string(),
  task_code: z.string(),
  task_name: z.string(),
  started_at: z.string(),
  stopped_at: z.string().nullable(),
  as_of: z.string(),
  from: z.string(),
  to: z.string(),
  bucket_seconds: z.number(),
  buckets: z.int(),
  life: z.array(
    z.object({
      ...span,
      state: z.enum(['running', 'paused', 'failed', 'stopped']),
      /** Who began it, and why. */
      by: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  /** Where there is none, it had no holder. */
  holders: z.array(
    z.object({
      ...span,
      collector_id: z.string(),
      epoch: z.int(),
      /** Counts the holders of the session from its first. */
      number: z.int(),
      reason: z.string(),
    }),
  ),
  devices: z.array(
    z.object({
      device: z.string(),
      /** Follows the changes of its health. Where there is none, it is unknown: HEALTH keeps 30 days. */
      health: z.array(
        z.object({
          ...span,
          /** The worst of several. */
          status: z.enum(deviceStatuses),
          detail: z.string(),
        }),
      ),
      /** Ticks without a sample. */
      gaps: z.array(z.object(ticks)),
    }),
  ),
  /** Ticks of all devices by bucket, or null if the configuration of the session is lost. */
  ticks: ribbonSchema.omit({ life: true }).nullable(),
  /** Events by bucket; only buckets that have any. */
  events: z.array(z.object({ bucket: z.int(), count: z.int(), abnormal: z.int() })),
  /** True: so much has happened that the oldest of it was left out. */
  is_cut: z.boolean(),
  not_asked: unavailableSourcesSchema,
});
export type Timeline = z.infer<typeof timelineSchema>;
