import * as z from 'zod';
import { tickCountsSchema } from './accounting-http.ts';
import { timeZoneText } from './completeness-of-all-http.ts';
import { csvQuery } from './csv-http.ts';
import { evidenceHead, evidenceQuery, evidenceSession, filterText } from './evidence-http.ts';
import { jointGapSchema } from './gaps-of-all-http.ts';
import { ownershipSpanSchema } from './ownership-http.ts';
import { pageSchema } from './page.ts';
import { several } from './points-http.ts';
import { storableText } from './storable-text.ts';

const { limit, cursor, ...time } = evidenceQuery;

/** Subject of a report. */
const reportOf = {
  ...time,
  split: z
    .enum(['none', 'day', 'shift'])
    .default('none')
    .describe('Into which parts: days by the plant clock, or the shifts of `site`'),
  time_zone: timeZoneText,
} as const;

export const reportQuerySchema = z.object({ ...reportOf, limit, cursor });
export const reportCsvQuerySchema = z.object({
  ...reportOf,
  title: filterText('Name of the batch, order or shift: it stands in the first column'),
  ...csvQuery,
});

export const reportValuesQuerySchema = z.object({
  ...reportOf,
  device: several(storableText(128).min(1), 100)
    .optional()
    .describe('Only points of these devices, by their codes; repeat the parameter for several'),
});

/** A part of the time, and its name where it is a shift. */
export const reportPartSchema = z.object({
  name: z.string(),
  start_time: z.string(),
  end_time: z.string(),
});
export type ReportPart = z.infer<typeof reportPartSchema>;

export const reportRowSchema = z.object({
  ...evidenceSession,
  /** Null where the configuration that says which ticks were due is lost. */
  counts: tickCountsSchema.nullable(),
  /** In the order of `parts`. */
  by_part: z.array(tickCountsSchema),
  /** From when to when ticks were due in a part, by its place in `parts`, that was not due as a whole. */
  due: z.array(z.object({ part: z.int(), from: z.string(), to: z.string() })),
  holders: z.array(ownershipSpanSchema),
  /** The longest hundred, oldest first. */
  gaps: z.array(jointGapSchema),
  gaps_left_out: z.int(),
});
export type ReportRow = z.infer<typeof reportRowSchema>;

export const reportSchema = pageSchema(reportRowSchema).extend({
  ...evidenceHead,
  time_zone: z.string(),
  parts: z.array(reportPartSchema),
});
export type Report = z.infer<typeof reportSchema>;

/** Values of a point in a part of the report's time. */
export const valueFiguresSchema = z.object({
  /** Number of values, of any kind. */
  count: z.int(),
  /** Of the numbers; null where there are none. From 2^53 on, least and greatest are decimal text. */
  min: z.union([z.number(), z.string()]).nullable(),
  mean: z.number().nullable(),
  max: z.union([z.number(), z.string()]).nullable(),
  /** Stored share of the ticks that were due for its device; null where none was. */
  completeness: z.number().nullable(),
});

export const reportValuesSchema = z.object({
  ...evidenceHead,
  time_zone: z.string(),
  parts: z.array(reportPartSchema),
  /** Points as they are configured now, of devices for which ticks were due. */
  results: z.array(
    z.object({
      device: z.string(),
      point_code: z.string(),
      name: z.string(),
      unit: z.string(),
      /** In the order of `parts`. */
      by_part: z.array(valueFiguresSchema),
    }),
  ),
  /** Further points or devices, for which there was no room: name `device`, or choose fewer parts. */
  is_cut: z.boolean(),
});
export type ReportValues = z.infer<typeof reportValuesSchema>;
