import * as z from 'zod';
import { gapCauses } from '../../domain/gaps/gap-causes.ts';
import { tickCountsSchema, valueCountsSchema } from './accounting-http.ts';
import { evidenceHead, evidenceQuery, filterText } from './evidence-http.ts';
import { pageSchema } from './page.ts';
import { sessionStatuses } from './session-http.ts';
import { lengthText, utcOffsetText } from './time-texts.ts';

export const timeZoneText = filterText(
  'By which clock days and hours begin (`Asia/Shanghai`); by that of the plant when left out',
);

export const completenessOfAllQuerySchema = z.object({
  ...evidenceQuery,
  by: z
    .enum(['session', 'device'])
    .default('session')
    .describe('`device`: over all sessions that have read it'),
  device: filterText('Code of a device: only its ticks'),
  interval: lengthText(
    'Counts for each such length of time as well: whole days (`1d`), which begin at midnight, or less (`1h`), counted from there on',
  ),
  time_zone: timeZoneText,
  utc_offset: utcOffsetText,
});

/**
 * Ticks by period: plain numbers are in the order of `periods`; counts that are nearly always zero name their period by
 * its index.
 */
export const tickColumnsSchema = z.object({
  expected: z.array(z.int()),
  stored: z.array(z.int()),
  quarantined: z.array(z.object({ period: z.int(), ticks: z.int() })),
  missing: z.array(z.object({ period: z.int(), cause: z.enum(gapCauses), ticks: z.int() })),
  /** From when to when ticks were due in a period that was not due as a whole. */
  due: z.array(z.object({ period: z.int(), from: z.string(), to: z.string() })),
});
export type TickColumns = z.infer<typeof tickColumnsSchema>;

export const completenessRowSchema = z.object({
  /** Null in rows by device, as are the other fields of a session. */
  session_id: z.string().nullable(),
  task_code: z.string().nullable(),
  task_name: z.string().nullable(),
  status: z.enum(sessionStatuses).nullable(),
  /** Null in rows by session. */
  device: z.string().nullable(),
  sites: z.array(z.string()),
  /** Null where the configuration that says which ticks were due is lost. */
  counts: tickCountsSchema.nullable(),
  /** Values of its points, or null if they are not known. */
  values: valueCountsSchema.nullable(),
  /**
   * Points without any value although their device has given others; for a device, in its latest session. A point about
   * which a subscribed device has reported nothing does not count. Null where none is found but the values of some
   * device are not known.
   */
  never_delivered: z.int().nullable(),
  /** Null without `interval`. */
  by_period: tickColumnsSchema.nullable(),
});
export type CompletenessRow = z.infer<typeof completenessRowSchema>;

export const periodSchema = z.object({ start_time: z.string(), end_time: z.string() });

export const completenessOfAllSchema = pageSchema(completenessRowSchema).extend({
  ...evidenceHead,
  time_zone: z.string(),
  /** The first and the last may reach beyond the requested time, and count only what is in it. */
  periods: z.array(periodSchema),
  /** By device: sessions for which there was no room, the oldest ones. */
  left_out: z.int(),
});
export type CompletenessOfAll = z.infer<typeof completenessOfAllSchema>;
