import * as z from 'zod';
import type { CollectorLease } from '../contracts/collector-lease.ts';
import { idPattern } from '../contracts/subjects.ts';
import {
  driverLabels,
  driversIn,
  hasDriver,
  isDriverLabel,
  ownLabels,
} from '../domain/placement/driver-labels.ts';

/** Sessions that a collector may hold unless configured otherwise. */
export const defaultCapacity = 10_000;

/** Bounds of what a collector may be given: by its identity, or by the word of a trusted collector. */
export const collectorRightsSchema = z.object({
  /** 0 for a collector whose key was revoked: its connection may go on until the broker is notified. */
  capacity: z.int().min(0).max(100_000),
  labels: z.record(z.string(), z.string()),
});
export type CollectorRights = z.infer<typeof collectorRightsSchema>;

/**
 * The collectors with accounts of their own. Supervisors and the API read them from a file that only its owner can
 * write.
 */
export const collectorIdentitiesSchema = z.object({
  v: z.literal(1),
  collectors: z.record(z.string().regex(idPattern), collectorRightsSchema),
});
export type CollectorIdentities = z.infer<typeof collectorIdentitiesSchema>;

export interface GrantedRights extends CollectorRights {
  /** Claims of its lease beyond its identity, in words. They are not believed. */
  readonly excess: string | undefined;
}

/**
 * Works out what a collector may be given. Whoever has its key can write its lease; so where an identity says what it
 * may have, the lease can only ask for less room. Only the lease says which drivers the collector's program has; the
 * identity may say which of them count.
 */
export function grantedRights(
  lease: Pick<CollectorLease, 'capacity' | 'labels'> | undefined,
  identity: CollectorRights | undefined,
): GrantedRights {
  const claimed = { capacity: lease?.capacity ?? 0, labels: lease?.labels ?? {} };
  if (identity === undefined) return { ...claimed, excess: undefined };
  const drivers = driversIn(claimed.labels);
  const own = ownLabels(identity.labels);
  const believable: CollectorRights['labels'] = { ...own, ...driverLabels(drivers) };
  const foreign = Object.entries(claimed.labels).filter(([name, value]) => believable[name] !== value);
  const isBound = Object.keys(identity.labels).some(isDriverLabel);
  const usable = drivers.filter((protocol) => !isBound || hasDriver(identity.labels, protocol));
  // The default capacity is no claim: no setting has changed it.
  const isRoomClaimed = claimed.capacity > identity.capacity && claimed.capacity !== defaultCapacity;
  const excess = [
    ...foreign.map(([name, value]) => `${name}=${value}`),
    ...(isRoomClaimed ? [`capacity ${claimed.capacity}`] : []),
  ];
  return {
    capacity: Math.min(claimed.capacity, identity.capacity),
    labels: { ...own, ...driverLabels(usable) },
    excess: excess.length === 0 ? undefined : excess.join(', ').slice(0, 300),
  };
}
