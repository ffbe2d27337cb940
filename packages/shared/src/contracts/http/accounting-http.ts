import * as z from 'zod';
import { gapCauses } from '../../domain/gaps/gap-causes.ts';
import { lackCauses } from '../sample/lacking.ts';
import { commaList } from './comma-list.ts';
import { gapEventsSchema, traceText } from './gap-event-http.ts';
import { cursorText, gapCursor, pageQuery, pageSchema } from './page.ts';
import { storableText } from './storable-text.ts';
import { intervalZoneText, lengthText, timeText, utcOffsetText } from './time-texts.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

const window = {
  device: storableText(128)
    .transform((text) => text || undefined)
    .optional()
    .describe('Device code; all devices of the session when left out'),
  from: timeText(
    'From this time on: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; from the start of the session when left out',
  ),
  to: timeText(
    'Up to this time: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339; up to the end of the session, or now, when left out. After `from`',
  ),
} as const;

export const gapListQuerySchema = z.object({
  ...pageQuery,
  cursor: cursorText(gapCursor),
  ...window,
  order: z.enum(['oldest', 'newest']).default('oldest').describe('Which come first'),
  cause: commaList(gapCauses)
    .optional()
    .describe('One cause, or several with commas between them; an empty one filters nothing'),
  trace: traceText,
});

/** Ticks of one device in a row that have no sample, all for the same cause. */
export const gapViewSchema = z.object({
  device: z.string(),
  cause: z.enum(gapCauses),
  /** In words for people. */
  detail: z.string(),
  /** Tick numbers, by the tick length that the device had then. */
  from_tick: z.int(),
  to_tick: z.int(),
  ticks: z.int(),
  /** Scheduled time of the first tick of the gap, and of the first one after it. */
  start_time: z.string(),
  end_time: z.string(),
});
export type GapView = z.infer<typeof gapViewSchema>;

const accounted = {
  session_id: z.string(),
  /** The task's period. A device whose fastest point has another one has ticks of that length. */
  period_ms: z.int(),
  /** Ticks scheduled in this time were counted, or null if it goes back to the start of the session. */
  from: z.string().nullable(),
  /** Without `to`, a few seconds ago: what is still on its way is not missing. */
  to: z.string(),
  not_asked: unavailableSourcesSchema,
} as const;

export const gapOfSessionSchema = gapViewSchema.extend({ events: gapEventsSchema });
export type GapOfSession = z.infer<typeof gapOfSessionSchema>;

export const gapPageSchema = pageSchema(gapOfSessionSchema).extend(accounted);

export const completenessQuerySchema = z.object({
  ...window,
  interval: lengthText('Counts for each such length of time as well: `15m`, `1h`, `1d`'),
  utc_offset: utcOffsetText,
  time_zone: intervalZoneText,
});

export type CompletenessQuery = z.infer<typeof completenessQuerySchema>;

/** `expected` = `stored` + `quarantined` + `missing`, and `missing` = the sum over its causes. */
const counts = {
  expected: z.int(),
  stored: z.int(),
  quarantined: z.int(),
  missing: z.int(),
  missing_by_cause: z.partialRecord(z.enum(gapCauses), z.int()),
  /** `stored` / `expected`, or null if nothing was expected. */
  completeness: z.number().nullable(),
} as const;
export const tickCountsSchema = z.object(counts);
export type TickCountsView = z.infer<typeof tickCountsSchema>;

/** Why a value is missing: its whole tick is, or its point has none in a tick that has others. */
export const valueCauses = [...new Set([...lackCauses, 'quarantined' as const, ...gapCauses])] as const;

/**
 * Values of points: one for each of a point's own periods, whatever an array holds. `delivered` counts those that were
 * read, even if report by exception sent none; `expected` minus these is the sum over the causes.
 */
export const valueCountsSchema = z.object({
  expected: z.int(),
  delivered: z.int(),
  by_cause: z.partialRecord(z.enum(valueCauses), z.int()),
});
export type ValueCountsView = z.infer<typeof valueCountsSchema>;

/** Null where it is not known: a collector has sent samples that do not say which points they lack, or the record had no room. */
const values = valueCountsSchema.nullable();

/** A point without any value within that time although its device has given others. */
export const neverDeliveredSchema = z.object({
  device: z.string(),
  point: z.string(),
  /** Scheduled time of the first value within that time that did not come. */
  since: z.string(),
  /** The latest cause. */
  cause: z.enum(valueCauses),
});
export type NeverDeliveredView = z.infer<typeof neverDeliveredSchema>;

/** Periods begin at multiples of their length since 1970, or by the calendar of `time_zone`; one without expected ticks is left out. */
const periodSchema = z.object({ start_time: z.string(), end_time: z.string(), ...counts });
export type PeriodCountsView = z.infer<typeof periodSchema>;

export const completenessSchema = z.object({
  ...accounted,
  /** Over all devices: each has ticks of its own. */
  ...counts,
  values,
  /** The first thousand. */
  never_delivered: z.array(neverDeliveredSchema),
  never_delivered_count: z.int(),
  devices: z.array(
    z.object({
      device: z.string(),
      /** Length of its latest ticks; those of all lengths are counted. */
      period_ms: z.int(),
      ...counts,
      /**
       * Ticks that were read although not scheduled: by a collector that was frozen while its session was stopped, or
       * whose clock differs from that of the API and the supervisor.
       */
      unscheduled: z.int(),
      values,
      /** Where this device alone was requested: its points that lack a value in some stored tick. */
      points: z.array(valueCountsSchema.extend({ point: z.string() })).optional(),
      periods: z.array(periodSchema).optional(),
    }),
  ),
  /** Over all devices, when an interval was requested. */
  periods: z.array(periodSchema).optional(),
});
export type CompletenessView = z.infer<typeof completenessSchema>;
