import * as z from 'zod';
import { languages } from '../user.ts';
import { timeZoneText } from './completeness-of-all-http.ts';
import { csvQuery } from './csv-http.ts';
import { namedPoint, pointForm, several } from './points-http.ts';
import { storableText } from './storable-text.ts';
import { lengthText, timeText } from './time-texts.ts';

/** Most points of one file; an array counts once for each of its elements. */
export const exportedPointsAtMost = 5_000;

/** Most points of one wide table. Excel has 16,384 columns, but nobody reads as many. */
export const wideColumnsAtMost = 1_000;

export const exportFormats = ['csv', 'xlsx'] as const;

const figures = ['mean', 'min', 'max', 'last', 'count'] as const;

export const valueExportQuerySchema = z.object({
  point: several(namedPoint, 500).optional().describe(`${pointForm}; repeat the parameter for several`),
  device: several(storableText(128).min(1), 100)
    .optional()
    .describe('All points of these devices, by their codes; repeat the parameter for several'),
  start_time: timeText(
    'From this time on: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; a day ago when left out',
  ),
  end_time: timeText(
    'Before this time: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; now when left out. After `start_time`',
  ),
  interval: lengthText(
    'A line for each such length of time (`30s`, `15m`, `1h`, `1d`) instead of every value, with mean, min, max, last and count. A `1d` is from midnight to midnight by the clock of `time_zone`, also where that is 23 or 25 hours',
  ),
  time_zone: timeZoneText,
  layout: z
    .enum(['long', 'wide'])
    .default('long')
    .describe(
      `\`long\`: a line for each value, point after point. \`wide\`: a line for each time and a column for each point, up to ${wideColumnsAtMost.toLocaleString('en')}, below three lines with its name and unit, its device, and its codes; where a point has no value the cell is empty`,
    ),
  aggregation: z
    .enum(figures)
    .default('mean')
    .describe(
      'The figure of each interval in a wide table. Instead of a mean, texts and booleans have their last value',
    ),
  decimal: z
    .enum(['point', 'comma'])
    .default('point')
    .describe('Of numbers in CSV. With `comma` the separator is a semicolon'),
  language: z
    .enum(languages)
    .optional()
    .describe('Of headers for people, for downloads by a browser; otherwise `Accept-Language` decides'),
  export_id: z
    .uuid()
    .optional()
    .describe('A new UUID of your choice, by which you can follow the export and cancel it'),
  format: z
    .enum(exportFormats)
    .default('csv')
    .describe(
      '`xlsx`: a workbook, with further sheets where one is full, and headers in the language of the request',
    ),
  ...csvQuery,
});
export type ValueExportQuery = z.infer<typeof valueExportQuerySchema>;

export const exportParamsSchema = z.object({ id: z.string().describe('The `export_id` of an export') });

export const exportStates = ['running', 'done', 'failed', 'cancelled'] as const;

/** How far an export is. */
export const exportProgressSchema = z.object({
  export_id: z.string(),
  state: z.enum(exportStates),
  /** Share of the values that has been read, by time, from 0 to 1. */
  share: z.number(),
  /** Lines and bytes so far. */
  rows: z.int(),
  bytes: z.int(),
  /** Why it failed, for people. */
  detail: z.string().nullable(),
});
export type ExportProgress = z.infer<typeof exportProgressSchema>;
