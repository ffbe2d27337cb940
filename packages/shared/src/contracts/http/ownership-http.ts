import * as z from 'zod';
import { evidenceHead, evidenceQuery, evidenceSession, filterText } from './evidence-http.ts';
import { pageSchema } from './page.ts';
import { ribbonSchema } from './session-summary-http.ts';

export const ownershipQuerySchema = z.object({
  ...evidenceQuery,
  collector: filterText('Id of a collector: sessions that it has ever held'),
});

/** One collector's time with a session: from its assignment until the session was taken from it. */
export const ownershipSpanSchema = z.object({
  /** 1 for the first holder of the session. */
  nth: z.int(),
  /** Sequence of its assignment in SESSIONS. */
  epoch: z.int(),
  collector_id: z.string(),
  /** Why it was given the session: `start`, `resume`, `recovery`, `failover`, `drain` or `rebalance`. */
  reason: z.string(),
  from: z.string(),
  /** Null while it holds it. */
  to: z.string().nullable(),
  /** Type of the event that ended it, or null while it holds it. */
  ended_by: z.string().nullable(),
  /** Scheduled times of its first and its last stored tick within the requested time. */
  first_sample: z.string().nullable(),
  last_sample: z.string().nullable(),
  /**
   * Ticks that the change to this holder has cost: those missing between the former holder's last stored tick, or the
   * start, and this holder's first, for a cause that is in the change. Null when the change is outside the time
   * asked for.
   */
  missing_before: z.int().nullable(),
  /** Ticks that a former holder has read as well. Its samples came too late and were refused; two read the device at once. */
  read_twice: z.object({ ticks: z.int(), from: z.string(), to: z.string() }).nullable(),
});
export type OwnershipSpan = z.infer<typeof ownershipSpanSchema>;

export const ownershipRowSchema = z.object({
  ...evidenceSession,
  /** False once a later run of its task has followed. */
  is_latest: z.boolean(),
  /**
   * The task's periods and since when, oldest first; `from` is null for the one at the start. None where the
   * configuration is lost.
   */
  periods: z.array(z.object({ from: z.string().nullable(), period_ms: z.int() })),
  /** Why the session failed, when its status is `error`. */
  error_message: z.string().nullable(),
  /** States of the session within the time, without a hole from its start on. */
  life: ribbonSchema.shape.life,
  /** Spans that touch the requested time, oldest first; the newest 500 of a session. */
  spans: z.array(ownershipSpanSchema),
  spans_left_out: z.int(),
});
export type OwnershipRow = z.infer<typeof ownershipRowSchema>;

export const ownershipPageSchema = pageSchema(ownershipRowSchema).extend(evidenceHead);
export type OwnershipPage = z.infer<typeof ownershipPageSchema>;
