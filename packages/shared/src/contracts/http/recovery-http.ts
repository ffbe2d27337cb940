import * as z from 'zod';
import { pageQuery, pageSchema } from './page.ts';
import { placementViewSchema, sessionStatuses, storingSchema } from './session-http.ts';
import { timeText } from './time-texts.ts';

export const recoveryQuerySchema = z.object({
  ...pageQuery,
  only: z
    .enum(['', 'disagreements'])
    .optional()
    .describe('`disagreements`: only sessions of which something does not fit'),
  since: timeText(
    'Only what has arrived since then counts, as after a restart: `now`, a time ago like `-30s` (s, m, h, d, w), or RFC 3339',
  ),
});

/** One running session: what should be next to what is. */
export const sessionRecoverySchema = z.object({
  session_id: z.string(),
  task_id: z.int(),
  task_code: z.string(),
  /** State by the log. */
  expected: z.object({ status: z.enum(sessionStatuses), config_version: z.int() }),
  /** The collector that the supervisor gave it to, or why it waits. */
  assigned: placementViewSchema.nullable(),
  /** Last word of the holder, or null if there is none. */
  collector: z
    .object({
      collector_id: z.string(),
      epoch: z.int(),
      state: z.enum(['polling', 'released', 'refused']),
      detail: z.string(),
      updated_at: z.string(),
    })
    .nullable(),
  /** The youngest sample, or explicit miss, of any of its devices: when it reached the broker. */
  last_sample: z.object({ time: z.string(), epoch: z.int() }).nullable(),
  /** Three periods of the task, 15 s at least. */
  fresh_within_seconds: z.number(),
  storing: storingSchema,
  /** Whether its last sample is that fresh, and what it reads is stored. */
  is_actual: z.boolean(),
  /** Started or resumed so lately (a period of the task and 2 s) that no sample of it can be missed yet. */
  is_starting: z.boolean(),
  /** Its last sample is that fresh, and whether what it reads is stored is unknown now: `storing.detail` says why. */
  is_unknown: z.boolean(),
  /** Contradictions, in words, or empty if all agrees. */
  disagreements: z.array(z.string()),
});
export type SessionRecoveryView = z.infer<typeof sessionRecoverySchema>;

/**
 * For monitoring: `expected` sessions should run, `actual` ones do and are stored, `missing` ones do not or are not, for
 * `unknown` ones cannot be determined now, and `starting` ones were started or resumed just now: these four add up to
 * `expected`. `unexpected` ones are read although they should not be. `log_damage`: who has found that SESSIONS has lost
 * events; no such supervisor assigns anything.
 */
export const recoverySchema = pageSchema(sessionRecoverySchema).extend({
  as_of: z.string(),
  log_damage: z.array(z.object({ found_by: z.string(), detail: z.string() })),
  expected: z.int(),
  actual: z.int(),
  missing: z.int(),
  starting: z.int(),
  unknown: z.int(),
  unexpected: z.int(),
  expected_sessions: z.array(z.string()),
  actual_sessions: z.array(z.string()),
  missing_sessions: z.array(z.string()),
  starting_sessions: z.array(z.string()),
  unknown_sessions: z.array(z.string()),
  unexpected_sessions: z.array(z.object({ session_id: z.string(), detail: z.string() })),
});
export type RecoveryView = z.infer<typeof recoverySchema>;
