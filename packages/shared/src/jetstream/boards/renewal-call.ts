import type { NatsConnection } from '@nats-io/nats-core';
import { subjects } from '../../contracts/subjects.ts';
import { atMostEvery } from '../../runtime/at-most-every.ts';

/**
 * Asks every collector to renew its lease now. A supervisor that starts calls a collector alive only once it has seen a
 * renewal; asking for one takes milliseconds instead of up to a renewal period. The call is only a hint: a collector
 * that misses it renews in its own time.
 */
export function callForRenewals(nc: NatsConnection): void {
  if (!nc.isClosed()) nc.publish(subjects.renewalCall);
}

/** A client that can have the broker publish here must not make all collectors write without a pause. */
const heedEveryMs = 1_000;

export function onRenewalCall(nc: NatsConnection, renew: () => void): void {
  nc.subscribe(subjects.renewalCall, { callback: atMostEvery(heedEveryMs, renew) });
}
