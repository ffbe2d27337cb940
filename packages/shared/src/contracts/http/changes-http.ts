import * as z from 'zod';
import { deviceStatuses } from '../session-status.ts';

/**
 * Id of an event of `live/changes`: how far each stream had been reported then, by sequence in SESSIONS, HEALTH and
 * AUDIT. A client sends the last one that it has seen back as `Last-Event-ID`.
 */
export const changeIdPattern = /^s(0|[1-9][0-9]{0,14})\.h(0|[1-9][0-9]{0,14})\.a(0|[1-9][0-9]{0,14})$/;

/** Event `session`: its lifecycle, its placement or a warning. Its new state is read by the other calls. They have it already. */
export const sessionChangeSchema = z.object({
  session_id: z.string(),
  task_id: z.int(),
  type: z.string(),
  /** Place in SESSIONS. */
  sequence: z.int(),
  time: z.string(),
  /** Placements only. */
  collector_id: z.string().nullable(),
});
export type SessionChange = z.infer<typeof sessionChangeSchema>;

/** Event `device`: its health changed. */
export const deviceChangeSchema = z.object({
  session_id: z.string(),
  device: z.string(),
  collector_id: z.string(),
  from: z.enum(deviceStatuses).nullable(),
  to: z.enum(deviceStatuses),
  detail: z.string(),
  time: z.string(),
});
export type DeviceChange = z.infer<typeof deviceChangeSchema>;

/**
 * Event `configuration`. Callers whose role holds at some sites only do not learn what was changed: `target` is null.
 */
export const configurationChangeSchema = z.object({
  kind: z.enum(['site', 'device', 'point', 'task']),
  action: z.string(),
  target: z.string().nullable(),
  time: z.string(),
});
export type ConfigurationChange = z.infer<typeof configurationChangeSchema>;

/**
 * Event `sink`: how samples get into their database, sent first and whenever it changes. For callers whose role holds
 * everywhere.
 */
export const sinkChangeSchema = z.object({
  status: z.enum(['ok', 'refusing', 'failing', 'no_writer']),
  detail: z.string(),
});
export type SinkChange = z.infer<typeof sinkChangeSchema>;

/**
 * Event `reset`: what came in between is no longer available, or the streams are different ones. The client has to read
 * everything again.
 */
export const changesResetSchema = z.object({ reason: z.enum(['gone', 'unknown']) });
export type ChangesReset = z.infer<typeof changesResetSchema>;

export const changesQuerySchema = z.object({
  lastEventId: z
    .string()
    .optional()
    .describe('As the header Last-Event-ID, for clients that cannot set it')
    .meta({ pattern: `^(?:${changeIdPattern.source.slice(1, -1)})?$` }),
});
