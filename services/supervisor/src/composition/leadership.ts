import { hostname } from 'node:os';
import { bucketNames, leaderKey } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import type { LeaseTimes } from '@holdfast/shared/lease/lease-times.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { Broker } from './broker.ts';

interface LeadershipParts {
  readonly broker: Broker;
  readonly instance: string;
  readonly times: LeaseTimes;
  readonly mayHold: () => boolean;
  readonly onHeld: () => void;
}

/** The lease under which one of all supervisors leads. Returned before it has begun. */
export async function openLeadership(
  { broker, instance, times, mayHold, onHeld }: LeadershipParts,
  { log }: ServiceContext,
): Promise<LeaseHolder> {
  return new LeaseHolder({
    store: await KvLeaseStore.open(broker.nc, bucketNames.leader),
    key: leaderKey,
    times,
    clock: systemClock,
    timers: systemTimers,
    log,
    instance,
    host: hostname(),
    fields: {},
    mayHold,
    onHeld: () => {
      log.info('this supervisor leads');
      onHeld();
    },
    onLost: (why) => log.warn({ why }, 'this supervisor does not lead any more'),
  });
}
