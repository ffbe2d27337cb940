import { hostname } from 'node:os';
import { protocols } from '@holdfast/drivers/load-driver.ts';
import { releaseVersion } from '@holdfast/shared/contracts/release-version.ts';
import type { SecretBindings } from '@holdfast/shared/contracts/secret-bindings.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { driverLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { BrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-answers.ts';
import { lastSessionSequence } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { LeaseHolder, type LeaseLoss } from '@holdfast/shared/lease/lease-holder.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { takeHostLock } from '../adapters/host-lock.ts';
import type { CollectorConfig } from '../config.ts';
import type { Broker } from './broker.ts';

interface LeaseParts {
  readonly broker: Broker;
  readonly instance: string;
  readonly secretBindings: () => SecretBindings | undefined;
  readonly onHeld: () => void;
  readonly onLost: (why: LeaseLoss) => void;
}

/** The lease under which devices may be read. Returned before it has begun. */
export async function openLease(
  config: CollectorConfig,
  { broker, instance, secretBindings, onHeld, onLost }: LeaseParts,
  { log, onStop }: ServiceContext,
): Promise<LeaseHolder> {
  const { connection, nc } = broker;
  const lock = await takeHostLock(config.LOCK_DIR ?? config.SPOOL_DIR, instance, log);
  onStop('host lock', lock.release);
  const lease = new LeaseHolder({
    store: await KvLeaseStore.open(nc, bucketNames.collectors, { readsDirectly: true }),
    key: config.COLLECTOR_ID,
    times: {
      ttlMs: config.LEASE_TTL_MS,
      marginMs: config.LEASE_MARGIN_MS,
      renewEveryMs: config.LEASE_RENEW_MS,
    },
    clock: systemClock,
    timers: systemTimers,
    log,
    instance,
    host: hostname(),
    fields: {
      started_at: new Date().toISOString(),
      version: releaseVersion,
      capacity: config.COLLECTOR_CAPACITY,
      labels: { ...config.COLLECTOR_LABELS, ...driverLabels(protocols) },
      device_networks: config.DEVICE_NETWORKS,
      // Read at each renewal: an administrator may change them at any time.
      get secret_bindings() {
        return reportedBindings(secretBindings());
      },
      ...lock.fields,
    },
    isKnownDead: ({ value }) => lock.isDead(value),
    lastEvent: () => lastSessionSequence(nc),
    onHeld,
    onLost,
  });
  connection.onReconnect(() => lease.connectionIsNew());
  return lease;
}

/** A short lease must not make a broker that answers in seconds look silent. */
const leastSilenceMs = 5_000;

/**
 * @returns whether the log's leader has answered within a lease and its margin. A collector can renew its lease while the
 * log has no leader: the two are led apart in a cluster. It would read on through a stop that it cannot see (11.7 s were
 * measured where nodes are cut off in turn)
 */
export function logAnswers(
  { LEASE_TTL_MS, LEASE_MARGIN_MS }: Pick<CollectorConfig, 'LEASE_TTL_MS' | 'LEASE_MARGIN_MS'>,
  { nc }: Pick<Broker, 'nc'>,
): () => boolean {
  const answers = BrokerAnswers.of(nc);
  const silenceMs = Math.max(LEASE_TTL_MS + LEASE_MARGIN_MS, leastSilenceMs);
  return () => answers.lastReadAgoMs() <= silenceMs;
}

/** Longer ones are not reported: the lease is written every 2 s. Devices are judged when they are connected to, anyway. */
const reportedBytesAtMost = 16_384;

function reportedBindings(bindings: SecretBindings | undefined): SecretBindings | undefined {
  return JSON.stringify(bindings ?? {}).length > reportedBytesAtMost ? undefined : bindings;
}
