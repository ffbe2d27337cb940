import * as z from 'zod';

/**
 * RFC 9457. `code` is stable and meant for programs; `title` and `detail` are for people and may change.
 * Further members depend on the code: `session_id` with `task_already_active`, `errors` and `more_errors` (how many
 * more there are) with `validation_failed`, `referenced_by` with `still_referenced`.
 */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
