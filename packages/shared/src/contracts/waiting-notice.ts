import * as z from 'zod';
import { textSchema } from './text.ts';

/** Why a running session has no collector: value in the WAITING bucket under the task id. */
export const waitingNoticeSchema = z.object({
  v: z.literal(1),
  session: z.string(),
  why: z.enum(['no_collector', 'former_holder_not_done', 'recovery_disabled', 'log_damaged']),
  detail: textSchema,
  /** RFC 3339 */
  since: z.string(),
});
export type WaitingNotice = z.infer<typeof waitingNoticeSchema>;
