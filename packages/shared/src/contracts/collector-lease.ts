import * as z from 'zod';

/**
 * Value of a collector's key in COLLECTORS, rewritten by compare-and-set at every renewal. `given_up` is the
 * end of a graceful drain: the holder has let go of everything and will not poll again under this instance.
 */
export const collectorLeaseSchema = z.object({
  v: z.literal(1),
  instance: z.string(),
  state: z.enum(['active', 'draining', 'given_up']),
  /** Counts renewals, so that every renewal changes the value. */
  renewals: z.int().nonnegative(),
  host: z.string(),
  started_at: z.string(),
  /** How many sessions this collector may hold. */
  capacity: z.int().positive(),
  labels: z.record(z.string(), z.string()).default({}),
});
export type CollectorLease = z.infer<typeof collectorLeaseSchema>;
