import * as z from 'zod';
import { deviceStatuses } from '../session-status.ts';
import { tickCountsSchema } from './accounting-http.ts';
import { deviceChangeSchema } from './changes-http.ts';
import { commaList } from './comma-list.ts';
import { pageQuery, pageSchema } from './page.ts';
import { shownHealthSchema } from './shown-health-http.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';

/** `partly`: it answers, but does not give all of its values; `unknown`: its holder has said nothing about it yet. */
export const deviceConditions = ['failing', 'partly', 'slow', 'unknown', 'healthy'] as const;
export type DeviceCondition = (typeof deviceConditions)[number];

const filterText = (description: string) =>
  storableText(128)
    .transform((text) => text.trim() || undefined)
    .optional()
    .describe(description);

const whose = {
  session: filterText('Session id'),
  device: filterText('Device code'),
} as const;

export const deviceHealthQuerySchema = z.object({
  ...pageQuery,
  ...whose,
  search: filterText('Part of the code of the device, or of the code or the name of the task'),
  site: filterText('Code of a site of a device of the session'),
  condition: commaList(deviceConditions)
    .optional()
    .describe('One condition, or several with commas between them; an empty one filters nothing'),
  never_delivered: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: only those with points that gave no value in the last 24 hours'),
});

/** A device of a running session, as its holder last reported it. */
export const deviceHealthViewSchema = z.object({
  device: z.string(),
  /**
   * As it is configured now: its id, its name, its protocol and where it is (`host:port` or a serial line, and the unit). Null once it is
   * deleted.
   */
  configured: z
    .object({ id: z.int(), name: z.string(), protocol: z.string(), address: z.string() })
    .nullable(),
  session_id: z.string(),
  task_code: z.string(),
  /** Codes of the sites of the session's devices. */
  sites: z.array(z.string()),
  collector_id: z.string().nullable(),
  period_ms: z.int(),
  condition: z.enum(deviceConditions),
  /**
   * Since when its status is what it is, as far as HEALTH shows; for one that was never read in the session, since its
   * first tick.
   */
  since: z.string().nullable(),
  /** Has the last success under any holder. Null while nothing was said about it. */
  health: shownHealthSchema.nullable(),
  /** When the holder said it. */
  reported_at: z.string().nullable(),
  /** Its ticks in this session in `ticks_within`, or null while they are not known. */
  ticks: tickCountsSchema.nullable(),
  /**
   * How many of its points gave no value in that time, or since they are read, although it gave others; the session's
   * completeness shows which, and why. A point about which a subscribed device has reported nothing does not count.
   * Null while it is not known.
   */
  never_delivered: z.int().nullable(),
});
export type DeviceHealthView = z.infer<typeof deviceHealthViewSchema>;

export const deviceHealthPageSchema = pageSchema(deviceHealthViewSchema).extend({
  as_of: z.string(),
  /** The last 24 hours, up to some seconds ago, or null while the store of samples is unavailable. */
  ticks_within: z.object({ from: z.string(), to: z.string() }).nullable(),
  /** Counts of the devices that all filters but `condition` leave. */
  counts: z.record(z.enum(deviceConditions), z.int()),
  /** How many of the same devices have such points, or null while the store of samples is unavailable. */
  with_never_delivered: z.int().nullable(),
});
export type DeviceHealthPage = z.infer<typeof deviceHealthPageSchema>;

export const deviceChangesQuerySchema = z.object({
  ...pageQuery,
  ...whose,
  to_status: commaList(deviceStatuses)
    .optional()
    .describe('What it became: one status, or several with commas'),
  from: timeText('From this time on: `now`, a time ago like `-8h` (s, m, h, d, w), or RFC 3339'),
  to: timeText('Before this time'),
});

export const deviceChangesPageSchema = pageSchema(
  deviceChangeSchema.extend({
    /** Place in HEALTH. */
    sequence: z.int(),
  }),
);
export type DeviceChangesPage = z.infer<typeof deviceChangesPageSchema>;
