import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { missCauses } from '../sample/sample.ts';
import { fieldText } from '../words/field-texts.ts';
import { gapViewSchema } from './accounting-http.ts';
import { cursorText, pageCursor, pageSchema } from './page.ts';
import { parsePointName } from './point-name.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

export const pointForm = '`DEVICE/POINT` by their codes (`~1` for a slash within a code, `~0` for a tilde)';
export const namedPoint = storableText(300)
  .refine((name) => parsePointName(name) !== undefined, asError(fieldText('point_name_rule')))
  .meta({ pattern: '^[^/\\u0000]+/[^/\\u0000]+$' });

/** A parameter that may be given several times. */
export function several<T extends z.ZodType<string>>(one: T, atMost: number) {
  return z.union([one, z.array(one).min(1).max(atMost)]).transform((points) => [points].flat());
}

export const pointsAtOnce = 5_000;
export const trendsAtOnce = 20;

export const pointValuesQuerySchema = z.object({
  device: several(storableText(128), 100)
    .transform((codes) => codes.filter((code) => code !== ''))
    .optional()
    .describe('Device codes; repeat the parameter for several'),
  session: storableText(64)
    .transform((text) => text || undefined)
    .optional()
    .describe('Session id: the points that its task reads, as they are configured now'),
  point: several(namedPoint, 500).optional().describe(`${pointForm}; repeat the parameter for several`),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(pointsAtOnce)
    .default(1_000)
    .describe('Points of a page at most; an array is one point, and has a result for each element'),
  cursor: cursorText(pageCursor),
});

/** A 64-bit integer from 2^53 on is decimal text: not every reader's JSON numbers would hold it. */
const value = z.union([z.number(), z.boolean(), z.string()]);

const about = {
  device: z.string(),
  point_code: z.string(),
  /** As they are configured now, or empty if the point no longer is. */
  name: z.string(),
  unit: z.string(),
} as const;

export const pointValueSchema = z.object({
  ...about,
  /** Null where no value is known. */
  value: value.nullable(),
  quality: z.enum(['good', 'uncertain']).nullable(),
  /** Scheduled time of the tick that it was read in, and how long ago that is. */
  time: z.string().nullable(),
  age_seconds: z.number().nullable(),
  session_id: z.string().nullable(),
  /** Period of its device's ticks when it was last read. */
  period_ms: z.int().nullable(),
  /** Period of the ticks to come, if its running session has been given another one since. */
  next_period_ms: z.int().nullable(),
  /** Present when the latest tick of its device gave nothing. */
  miss: z.object({ cause: z.enum(missCauses), detail: z.string(), time: z.string() }).nullable(),
});
export type PointValueView = z.infer<typeof pointValueSchema>;

export const pointValuesPageSchema = pageSchema(pointValueSchema).extend({
  as_of: z.string(),
  /**
   * `lastEventId` for GET /api/acquisition/live/, so that nothing between this answer and the stream is missed; null
   * while NATS is unavailable.
   */
  live_id: z.string().nullable(),
  /** Named points that are not configured. */
  unknown: z.array(z.string()),
  not_asked: unavailableSourcesSchema,
});
export type PointValuesPage = z.infer<typeof pointValuesPageSchema>;

export const pointTrendsQuerySchema = z.object({
  point: several(namedPoint, trendsAtOnce).describe(
    `${pointForm}; repeat the parameter for up to ${trendsAtOnce}`,
  ),
  start_time: timeText(
    'From this time on: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; an hour ago when left out',
  ),
  end_time: timeText('Before this time, likewise; now when left out. After `start_time`'),
  buckets: z.coerce
    .number()
    .int()
    .min(10)
    .max(5_000)
    .default(1_000)
    .describe(
      'Intervals at most that the time is divided into, such as the pixels of a chart. A point with less than two values for each has every value instead',
    ),
});
export type PointTrendsQuery = z.infer<typeof pointTrendsQuerySchema>;

const figures = z.array(z.union([z.number(), z.string()]).nullable());

/** The columns of a point: the same index in each is one value, or one interval. Ascending by time. */
export const pointTrendSchema = z.object({
  ...about,
  point: z.string(),
  /** Null: every value is there, in `last`. Else the lowest, mean, highest and last value of each interval, so that no peak is lost. */
  interval_seconds: z.number().nullable(),
  /** Time between its values at the end of the time, or null if it sends only changes, or where that is not known. */
  period_ms: z.int().nullable(),
  /** Periods, each from its start until the next one begins, oldest first: a running session may get another one. */
  periods: z.array(z.object({ start_time: z.string(), period_ms: z.int() })),
  times: z.array(z.string()),
  last: z.array(value),
  min: figures.optional(),
  mean: z.array(z.number().nullable()).optional(),
  max: figures.optional(),
  /** Indexes of values that are uncertain, or of intervals that hold such a value. */
  uncertain: z.array(z.int()),
});
export type PointTrend = z.infer<typeof pointTrendSchema>;

export const pointTrendsSchema = z.object({
  start_time: z.string(),
  end_time: z.string(),
  as_of: z.string(),
  results: z.array(pointTrendSchema),
  /** Times for which a device has nothing on record, oldest first. Null where that is unknown. */
  devices: z.array(
    z.object({
      device: z.string(),
      gaps: z.array(gapViewSchema.extend({ session_id: z.string() })).nullable(),
      /** No session read it then, or one was paused. */
      not_read: z.array(z.object({ start_time: z.string(), end_time: z.string() })).nullable(),
    }),
  ),
  /** Named points that do not exist. */
  unknown: z.array(z.string()),
  not_asked: unavailableSourcesSchema,
});
export type PointTrends = z.infer<typeof pointTrendsSchema>;
