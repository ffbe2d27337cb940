import * as z from 'zod';
import { timeZoneText } from './completeness-of-all-http.ts';
import { csvQuery } from './csv-http.ts';
import { namedPoint, pointForm, several } from './points-http.ts';
import { storableText } from './storable-text.ts';
import { lengthText, timeText } from './time-texts.ts';

/** Most points of one file; an array counts once for each of its elements. */
export const exportedPointsAtMost = 5_000;

export const exportFormats = ['csv', 'xlsx'] as const;

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
  format: z
    .enum(exportFormats)
    .default('csv')
    .describe(
      '`xlsx`: a workbook, with a new sheet after each million lines, and headers in the language of the request',
    ),
  ...csvQuery,
});
export type ValueExportQuery = z.infer<typeof valueExportQuerySchema>;
