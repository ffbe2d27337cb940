import * as z from 'zod';
import { gapViewSchema } from './accounting-http.ts';
import { storableText } from './storable-text.ts';
import { intervalZoneText, lengthText, timeText, utcOffsetText } from './time-texts.ts';

export const aggregations = ['mean', 'min', 'max', 'last', 'count'] as const;
export type Aggregation = (typeof aggregations)[number];

export const pointHistoryQuerySchema = z.object({
  point_code: storableText(128).min(1).describe('Point code'),
  device: storableText(128).optional().describe('Device code; all devices when left out'),
  session_id: storableText(64)
    .optional()
    .describe(
      "Only this session's values, and its gaps with them. InfluxDB keeps no sessions: there it is what its devices gave from its start to its end",
    ),
  interval: lengthText(
    'One result per such length of time (`30s`, `15m`, `1h`, `1d`) instead of every value',
  ),
  utc_offset: utcOffsetText,
  time_zone: intervalZoneText,
  aggregation: z
    .enum(aggregations)
    .default('mean')
    .describe('Which of the figures of an interval stands in `value`'),
  start_time: timeText(
    'From this time on: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; an hour ago when left out',
  ),
  end_time: timeText(
    'Before this time: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; now when left out. After `start_time`',
  ),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(50_000)
    .default(1_000)
    .describe('Results at most; the answer says when there are more'),
});

export type PointHistoryQuery = z.infer<typeof pointHistoryQuerySchema>;

/** A 64-bit integer from 2^53 on is decimal text: not every reader's JSON numbers would hold it. */
const value = z.union([z.number(), z.boolean(), z.string()]);
const figure = z.union([z.number(), z.string()]);

/**
 * Present when an interval was requested. Mean, min and max exist for numbers only; texts and booleans have just the
 * last one.
 */
const figures = {
  mean: z.number().nullable().optional(),
  min: figure.nullable().optional(),
  max: figure.nullable().optional(),
  last: value.nullable().optional(),
  count: z.int().optional(),
} as const;

export const pointHistorySchema = z.object({
  start_time: z.string(),
  end_time: z.string(),
  /** Null when every value was requested. */
  interval_seconds: z.number().nullable(),
  /**
   * Ascending by time; the latest ones when there are more than the limit. With an interval there is one for each
   * from a device's first value on; where nothing was read its `count` is 0 and all else null: a gap, not a line.
   */
  results: z.array(
    z.object({
      /** With an interval, its start: a multiple of its length since 1970, by UTC or `utc_offset`; by the calendar of `time_zone`. */
      time: z.string(),
      device: z.string(),
      point_code: z.string(),
      value: value.nullable(),
      /** `uncertain`: outside its valid range, unknown to its enumeration, or under a clock that was far off. */
      quality: z.enum(['good', 'uncertain']),
      ...figures,
    }),
  ),
  limit_reached: z.boolean(),
  /** Gaps of the session asked for: they explain holes. Left out without a session, and while they cannot be found out. */
  gaps: z.array(gapViewSchema).optional(),
});
export type PointHistory = z.infer<typeof pointHistorySchema>;
