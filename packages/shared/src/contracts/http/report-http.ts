import * as z from 'zod';
import { tickCountsSchema } from './accounting-http.ts';
import { timeZoneText } from './completeness-of-all-http.ts';
import { csvQuery } from './csv-http.ts';
import { evidenceHead, evidenceQuery, evidenceSession, filterText } from './evidence-http.ts';
import { jointGapSchema } from './gaps-of-all-http.ts';
import { ownershipSpanSchema } from './ownership-http.ts';
import { pageSchema } from './page.ts';

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
