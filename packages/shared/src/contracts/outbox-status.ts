import * as z from 'zod';
import { collectorLoadSchema } from './collector-load.ts';

/**
 * A collector's report in the SINKS bucket on its load and its samples on their way to the broker, every few seconds while it
 * reaches the broker: an old `updated_at` means that the collector is gone or cut off. Counters begin at `started_at`, with the
 * process.
 */
export const outboxStatusSchema = z.object({
  v: z.literal(1),
  collector: z.string(),
  /** RFC 3339, as all times here. */
  started_at: z.string(),
  updated_at: z.string(),
  load: collectorLoadSchema,
  /** Samples that the broker has not confirmed: in memory, and on disk. */
  waiting_in_memory: z.int().nonnegative(),
  spooled_samples: z.int().nonnegative(),
  spooled_bytes: z.int().nonnegative(),
  /** Samples of collectors that are gone, sent by this one. */
  adopted_samples: z.int().nonnegative(),
  /** Given up because all buffers were full; each becomes a gap. */
  lost_samples: z.int().nonnegative(),
  /** Sent as misses because the broker takes no message of their size. */
  too_large_samples: z.int().nonnegative(),
  /** Records of the spool that could not be read back. */
  damaged_records: z.int().nonnegative(),
});
export type OutboxStatus = z.infer<typeof outboxStatusSchema>;
