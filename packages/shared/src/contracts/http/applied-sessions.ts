import * as z from 'zod';
import { problemSchema } from './problem.ts';
import { reconfiguredSchema } from './reconfigure-http.ts';

/** Most sessions that one write reconfigures; the others are counted. */
export const appliedAtMost = 50;

/** Most differences by field that a dry run lists, over all sessions. */
export const mostDryRunDifferences = 500;

/** The query of a change of configuration that running sessions may be brought to. */
export const applyQuery = {
  apply: z
    .literal('sessions')
    .optional()
    .describe(
      `After the change is stored, each running or paused session that reads what was changed continues with the new configuration, ${appliedAtMost} at most; \`applied\` in the answer reports each of them. In a dry run it reports what each would answer. The change stands whether sessions take it or not`,
    ),
} as const;

const reconfiguredEntry = reconfiguredSchema.omit({ results: true, etag: true }).extend({
  /** Dry runs only: the first differences by field, equally many for each session. */
  results: reconfiguredSchema.shape.results.optional(),
});
const refused = z.object({
  /** Null for sessions that are not named: those at other sites, and those for which there was no room. */
  session_id: z.string().nullable(),
  /** Why the session continues as it was. */
  problem: problemSchema,
});

/** The outcome of one session. */
export const appliedSessionSchema = z.union([refused, reconfiguredEntry]);
export type AppliedSession = z.infer<typeof appliedSessionSchema>;
