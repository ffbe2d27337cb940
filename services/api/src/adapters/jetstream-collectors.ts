import { parseCollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { type CollectorRights, grantedRights } from '@holdfast/shared/identities/collector-identities.ts';
import { callDevice, callForDrain } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { LeaseRecord } from '@holdfast/shared/lease/lease-store.ts';
import type { CollectorRecord, Collectors } from '../ports.ts';
import { withBroker } from './with-broker.ts';

/** COLLECTORS, and the subject on which each of them takes calls. */
export function jetStreamCollectors(
  connection: () => NatsConnection,
  identityOf: (collectorId: string) => CollectorRights | undefined,
): Collectors {
  return {
    list: () =>
      withBroker(connection, async (nc) => {
        const leases = await (await KvLeaseStore.open(nc, bucketNames.collectors)).list();
        return leases
          .flatMap((record) => knownCollector(record, identityOf(record.key)))
          .sort((one, other) => one.id.localeCompare(other.id));
      }),
    drain: (collectorId, kind, traceparent) =>
      withBroker(connection, (nc) => callForDrain(nc, collectorId, kind, traceparent)),
    call: (collectorId, call) => withBroker(connection, (nc) => callDevice(nc, collectorId, call)),
  };
}

function knownCollector(
  { key, value, writtenAtMs }: LeaseRecord,
  identity: CollectorRights | undefined,
): CollectorRecord[] {
  const lease = parseCollectorLease(value);
  if (!lease) return [];
  const { capacity, labels } = grantedRights(lease, identity);
  const writtenAt = writtenAtMs === undefined ? undefined : new Date(writtenAtMs).toISOString();
  return [
    {
      id: key,
      state: lease.state,
      isLost: lease.fenced === 'dead',
      stateSince: lease.state_since,
      lastHeartbeat: lease.fenced ? lease.last_renewed_at : writtenAt,
      version: lease.version,
      host: lease.host,
      startedAt: lease.started_at,
      formerLives: lease.lives ?? [],
      capacity,
      labels,
      deviceNetworks: lease.device_networks,
      secretBindings: lease.secret_bindings,
    },
  ];
}
