import * as z from 'zod';
import { deviceHealthSchema } from '../session-status.ts';

/** How a device answers, in the language of the request. */
export const shownHealthSchema = deviceHealthSchema.extend({
  last_error: z.string().nullable(),
  failing_points: z.array(z.object({ code: z.string(), since: z.string(), error: z.string() })).optional(),
  last_exception: z.object({ code: z.int(), text: z.string() }).optional(),
  learned: z.array(z.string()).optional(),
});
export type ShownHealth = z.infer<typeof shownHealthSchema>;
