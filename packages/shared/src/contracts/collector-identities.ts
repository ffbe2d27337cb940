import * as z from 'zod';
import type { CollectorLease } from './collector-lease.ts';
import { driverLabels, driversIn, hasDriver, isDriverLabel, ownLabels } from './driver-labels.ts';
import { idPattern } from './subjects.ts';

/** Sessions that a collector may hold unless somebody says otherwise. */
export const defaultCapacity = 10_000;

/** Bounds of what a collector may be given: by its identity, or by the word of one that is trusted. */
export const collectorRightsSchema = z.object({
  /** 0 for one whose key was revoked: its connection may go on until the broker is told. */
  capacity: z.int().min(0).max(100_000),
  labels: z.record(z.string(), z.string()),
});
export type CollectorRights = z.infer<typeof collectorRightsSchema>;

/** The collectors with accounts of their own, as supervisors and the API are told of them by a file that nobody else can write. */
export const collectorIdentitiesSchema = z.object({
  v: z.literal(1),
  collectors: z.record(z.string().regex(idPattern), collectorRightsSchema),
});
export type CollectorIdentities = z.infer<typeof collectorIdentitiesSchema>;

export interface GrantedRights extends CollectorRights {
  /** In words, what its lease claims beyond its identity: it is not believed. */
  readonly excess: string | undefined;
}

/**
 * Works out what a collector may be given. Its lease is written by whoever has its key; so where it has an identity that says what it may, the
 * lease can only ask for less room than that. Which drivers its program has, nobody else knows: the lease tells them, and the identity may say which
 * of them count.
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
  // The one that no setting has changed is no claim.
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
