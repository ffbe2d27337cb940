import * as z from 'zod';
import { closedObject } from './closed-object.ts';
import { storableText } from './storable-text.ts';
import { versionItemSchema } from './task-versions-http.ts';

const version = z.int().positive();

export const reconfigureBodySchema = closedObject({
  /** `latest`: what is configured now; a number: that version of the task, whatever is configured. */
  to: z.union([z.literal('latest'), version], { error: 'must be `latest`, or the number of a version' }),
  reason: storableText(500).nullable(),
  /** Says what would be done, and does nothing. */
  dry_run: z.boolean(),
  /** Also where devices that do not change would lose ticks (`cannot_hold`). */
  force: z.boolean(),
})
  .partial()
  .nullish();

/** The change of a running or paused session to another version of its configuration. */
export const reconfiguredSchema = z.object({
  session_id: z.string(),
  status: z.enum(['running', 'paused']),
  from: version,
  /** Null in a dry run if the current configuration has no number yet. */
  to: version.nullable(),
  /** False: the session reads by that version already, and nothing was done. */
  is_changed: z.boolean(),
  /** Ticks that are scheduled then or later belong to the new version, or null for a dry run and where nothing changes. */
  effective_at: z.iso.datetime().nullable(),
  /** Devices, as they are read. */
  devices: z.object({ added: z.int(), removed: z.int(), changed: z.int() }),
  /** The first 500 differences, by field. */
  results: z.array(versionItemSchema),
  /** For `If-Match`: only exactly this change is made. */
  etag: z.string(),
  detail: z.string(),
});
export type Reconfigured = z.infer<typeof reconfiguredSchema>;
