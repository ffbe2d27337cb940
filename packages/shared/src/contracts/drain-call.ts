import * as z from 'zod';
import { wordsSchema } from './text.ts';
import { traceParentField } from './trace-parent.ts';

/**
 * Request and reply on `collectors.<id>.call`, not stored: asks a collector to take no more work and let go of what it
 * has, without ending, or to work again. The collector says so in its lease, and the supervisor moves its sessions.
 */
export const drainCallSchema = z.object({
  v: z.literal(1),
  kind: z.enum(['drain', 'undrain']),
  /** Trace of the request that led to the call. */
  traceparent: traceParentField,
});
export type DrainCall = z.infer<typeof drainCallSchema>;

export const drainReplySchema = z.discriminatedUnion('kind', [
  /** The collector has switched: this holds from now on. */
  z.object({ kind: z.literal('drained'), draining: z.boolean(), sessions: z.int().nonnegative() }),
  /** A release that does not know the call answers in this way, too. */
  z.object({ kind: z.literal('refused'), detail: wordsSchema }),
]);
export type DrainReply = z.infer<typeof drainReplySchema>;
