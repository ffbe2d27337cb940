import * as z from 'zod';

/** Most events that one gap names: the first ones of a session that moved on and on without being read. */
export const gapEventsAtMost = 10;

export const decidedBy = ['command', 'system', 'shutdown'] as const;

/** An event of a session that a gap follows from. */
export const gapEventSchema = z.object({
  /** Place in the SESSIONS stream, and of the session's events. */
  sequence: z.int(),
  type: z.string(),
  time: z.string(),
  /** Why, as the event has it: `drain`, or what a person gave as reason. */
  reason: z.string().nullable(),
  collector_id: z.string().nullable(),
  /** `system`: not requested; `shutdown`: its collector was shut down on its host. */
  decided_by: z.enum(decidedBy),
  /** Name of who gave the command, where the event has it. */
  by: z.string().nullable(),
  /** Trace of the command: `trace` of the audit log finds its entry. */
  trace_id: z.string().nullable(),
});
export type GapEvent = z.infer<typeof gapEventSchema>;

/** Empty where the collector or the writer said the cause, or nothing explains it. */
export const gapEventsSchema = z.array(gapEventSchema);

/** Filters by the command that gaps come from. */
export const traceText = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 of 0-9 and a-f')
  .optional()
  .describe('Id of a trace: only gaps that come of that command');
