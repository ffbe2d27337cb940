import * as z from 'zod';
import { changeItemSchema, reason, revertedSchema } from './change-sets-http.ts';
import { closedObject } from './closed-object.ts';

const version = z.int().positive();

/** One content of a task that a session was started on. */
export const taskVersionSchema = z.object({
  version,
  created_at: z.iso.datetime(),
  task_code: z.string(),
  task_name: z.string(),
  period_ms: z.int(),
  devices: z.int(),
  /** Sessions that ran or run on it, as far as they are kept. */
  sessions: z.int(),
});
export const taskVersionsPageSchema = z.object({
  results: z.array(taskVersionSchema),
  next_cursor: z.string().nullable(),
});
export type TaskVersionView = z.infer<typeof taskVersionSchema>;

/**
 * As for a change, by field: `created` is only in the second, `deleted` only in the first. A snapshot has no ids of
 * points.
 */
export const versionItemSchema = changeItemSchema.extend({ id: z.int().positive().nullable() });
export type VersionItem = z.infer<typeof versionItemSchema>;

export const versionDiffSchema = z.object({
  from: version,
  /** Null: the configuration as it stands now. */
  to: version.nullable(),
  results: z.array(versionItemSchema),
});

export const restoreBodySchema = closedObject({
  reason,
  /** Says what would be done, and does nothing. */
  dry_run: z.boolean(),
  /** The task continues reading the points that it reads now and the version lacks. */
  keep_points: z.boolean(),
})
  .partial()
  .nullish();

export const restoredSchema = revertedSchema.extend({
  /** Points that the task read and no longer does, as DEVICE/POINT: the first 100. `keep_points` keeps them. */
  unread_points: z.array(z.string()),
});
