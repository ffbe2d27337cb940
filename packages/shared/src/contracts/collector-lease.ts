import * as z from 'zod';
import { leaseValueSchema } from './lease-value.ts';

/** Value of a collector's key in COLLECTORS, rewritten by compare-and-set at every renewal. */
export const collectorLeaseSchema = leaseValueSchema.extend({
  /** RFC 3339. */
  started_at: z.string(),
  /** The collector's release. */
  version: z.string().optional(),
  /** How many sessions this collector may hold. */
  capacity: z.int().positive(),
  labels: z.record(z.string(), z.string()).default({}),
});
export type CollectorLease = z.infer<typeof collectorLeaseSchema>;

export function parseCollectorLease(text: string): CollectorLease | undefined {
  try {
    return collectorLeaseSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
