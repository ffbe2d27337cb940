import * as z from 'zod';
import { parseUntrusted, untrustedRecord } from '../judgement/parse-untrusted.ts';
import { leaseValueSchema } from './lease-value.ts';
import { secretBindingSchema } from './secret-bindings.ts';

/** Value of a collector's key in COLLECTORS, rewritten by compare-and-set at every renewal. */
export const collectorLeaseSchema = leaseValueSchema.extend({
  /** RFC 3339. */
  started_at: z.string(),
  /** The collector's release. */
  version: z.string().optional(),
  /** How many sessions this collector may hold. */
  capacity: z.int().positive(),
  labels: untrustedRecord(z.string()).default({}),
  /** As in DEVICE_NETWORKS; without it they are not known. */
  device_networks: z.array(z.string().max(64)).optional(),
  /** The uses of its secrets; without it they are not known. */
  secret_bindings: untrustedRecord(secretBindingSchema).optional(),
});
export type CollectorLease = z.infer<typeof collectorLeaseSchema>;

export function parseCollectorLease(text: string): CollectorLease | undefined {
  return parseUntrusted(collectorLeaseSchema, text);
}
