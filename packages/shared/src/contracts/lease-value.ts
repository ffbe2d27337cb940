import * as z from 'zod';

/**
 * What every lease's value says. `given_up` is the end of a graceful drain: the holder has let go of everything
 * and will not act again under this instance.
 */
export const leaseValueSchema = z.looseObject({
  v: z.literal(1),
  /** Names one life of a process. */
  instance: z.string().min(1),
  state: z.enum(['active', 'draining', 'given_up']),
  /** Counts renewals, so that every renewal changes the value. */
  renewals: z.int().nonnegative(),
  host: z.string(),
});
export type LeaseValue = z.infer<typeof leaseValueSchema>;
export type LeaseState = LeaseValue['state'];

export function parseLeaseValue(text: string): LeaseValue | undefined {
  try {
    return leaseValueSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
