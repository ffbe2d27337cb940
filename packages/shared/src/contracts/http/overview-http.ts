import * as z from 'zod';
import { devicesSummarySchema, sessionCountsSchema } from './session-summary-http.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

/**
 * The whole in one answer. Parts about all sites are null for callers whose role holds at some only, or while they
 * cannot be asked.
 */
export const overviewSchema = z.object({
  as_of: z.string(),
  version: z.string(),
  /** IANA name of the plant's time zone (`PLANT_TIME_ZONE`). */
  time_zone: z.string(),
  sessions: sessionCountsSchema,
  /** Devices of sessions that run. */
  devices: devicesSummarySchema.omit({ failing_codes: true }),
  /** Ticks of the last 24 h, of sessions that are not over, or null while they cannot be counted. */
  ticks: z.object({ from: z.string(), to: z.string(), expected: z.int(), stored: z.int() }).nullable(),
  /**
   * Points of running sessions that gave no value in that time although their device gave others, except those about
   * which a subscribed device has reported nothing. Null while they cannot be counted, and where none is found but not
   * all is known.
   */
  never_delivered: z.int().nullable(),
  values_per_s: z.object({ now: z.number(), planned: z.number() }),
  collectors: z
    .object({
      active: z.int(),
      draining: z.int(),
      given_up: z.int(),
      /** Missed for less than a day: declared dead, or silent for a minute. */
      lost: z.int(),
      capacity: z.int(),
    })
    .nullable(),
  sinks: z
    .object({
      status: z.enum(['ok', 'refusing', 'failing', 'no_writer']),
      detail: z.string(),
      backlog_messages: z.int(),
      /** Age of the oldest sample that is not in the database yet, or null if it cannot be determined. */
      lag_seconds: z.number().nullable(),
      share_of_stream: z.number(),
    })
    .nullable(),
  quarantine: z.object({ messages: z.int() }).nullable(),
  /** Share of the room of the audit log that is taken, 0 to 1; at 1 its oldest entries go. */
  audit: z.object({ share_of_stream: z.number() }).nullable(),
  /** Who has found that SESSIONS has lost events. */
  log_damage: z.array(z.object({ found_by: z.string(), detail: z.string() })),
  not_asked: unavailableSourcesSchema,
});
export type Overview = z.infer<typeof overviewSchema>;
