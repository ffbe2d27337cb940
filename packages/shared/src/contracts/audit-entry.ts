import * as z from 'zod';
import { actorSchema } from './actor.ts';
import { streamNames } from './subjects.ts';

/** Where entries are: what was done or tried, and what was refused. */
export const auditStreams = [streamNames.audit, streamNames.auditRefused] as const;
export type AuditStream = (typeof auditStreams)[number];

export const auditOutcomes = ['requested', 'done', 'refused', 'failed', 'unknown'] as const;

/** `<kind>.<verb>`, both in small letters: `point.write`, `session.stop`, `device.update`. */
export const auditActionPattern = /^[a-z_]{1,32}\.[a-z_]{1,32}$/;

/** Action of a service that refuses what a collector writes. */
export const refusedWrite = 'collector.write';

/**
 * One message on `audit.<action>` or `audit_refused.<action>`: a change that was requested. A change of a device
 * has two messages, one before it is tried and one with its outcome, so that a crash in between leaves a trace.
 */
export const auditEntrySchema = z.object({
  v: z.literal(1),
  id: z.string().min(1),
  /** RFC 3339. */
  time: z.string(),
  /** The actor in one line, for people: `anna`, `panel/Li Wei`. */
  who: z.string(),
  actor: actorSchema,
  /** Address that the request came from. */
  from: z.string(),
  action: z.string().regex(auditActionPattern),
  /** The subject of the action: `session 7-3`, `device press-1 point setpoint`. */
  target: z.string(),
  outcome: z.enum(auditOutcomes),
  detail: z.string(),
  request_id: z.string(),
  /** W3C; older entries have none. */
  traceparent: z.string().optional(),
  /** Anything else worth keeping; never a secret. */
  data: z.record(z.string(), z.unknown()).optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
