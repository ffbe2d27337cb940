import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseHolder as Holder } from '@holdfast/shared/lease/lease-holder.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import type { LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { LeaseTimes } from '@holdfast/shared/lease/lease-times.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';

/**
 * Collectors as far as a supervisor sees them before it gives them work: leases that are renewed. Their renewals
 * are spread over the renewal time as they are in a plant, where collectors do not start at one moment.
 */
export async function holdLeases(options: {
  store: LeaseStore;
  collectorIds: readonly string[];
  capacity: number;
  times: LeaseTimes;
  log: Logger;
}): Promise<Holder[]> {
  const { store, collectorIds, capacity, times, log } = options;
  const holders: Holder[] = [];
  for (const key of collectorIds) {
    await new Promise<void>((resolve) => {
      const holder = new LeaseHolder({
        store,
        key,
        times,
        clock: systemClock,
        timers: systemTimers,
        log,
        instance: randomUUID(),
        host: hostname(),
        fields: { started_at: new Date().toISOString(), capacity, labels: {} },
        onHeld: resolve,
        onLost: (why) => log.error({ key, why }, 'lost the lease'),
      });
      holders.push(holder);
      holder.start();
    });
    await sleep(times.renewEveryMs / collectorIds.length);
  }
  return holders;
}
