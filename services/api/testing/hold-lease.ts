import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';

/** Holds the lease of a collector, which therefore seems to be up. @param settings as it reports them */
export async function holdLease(
  nc: Parameters<typeof KvLeaseStore.open>[0],
  id: string,
  labels: Record<string, string>,
  settings: object = {},
): Promise<void> {
  const leases = await KvLeaseStore.open(nc, bucketNames.collectors);
  const now = new Date().toISOString();
  const lease = { v: 1, instance: 'one-life', state: 'active', renewals: 1, host: 'here' };
  await leases.write(
    id,
    JSON.stringify({ ...lease, started_at: now, capacity: 10, labels, ...settings }),
    0,
    15_000,
  );
}
