import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { isBrokerSilent } from './broker-silence.ts';
import { withoutLeader } from './without-leader.ts';

/** Nodes that start together have to find each other and to elect a leader: 4–9 s were measured. */
const formingMs = 30_000;
const againMs = 500;

/**
 * Does `work` again and again while a cluster is still forming. On a standalone server it is done once: such a
 * server would only refuse again.
 * @throws what `work` threw last, when the cluster has not come together in time
 */
export async function onceClusterFormed<T>(
  nc: NatsConnection,
  work: () => Promise<T>,
  withinMs = formingMs,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isOfCluster(nc) || !mayPass(error) || performance.now() > giveUpAt) throw error;
      await pause(systemTimers, againMs);
      if (nc.isClosed()) throw error;
    }
  }
}

export const isOfCluster = (nc: Pick<NatsConnection, 'info'>): boolean => nc.info?.cluster !== undefined;

function mayPass(error: unknown): boolean {
  // A node that has just started may not know yet of a stream that another service has made a moment ago.
  if (error instanceof JetStreamApiError) {
    return withoutLeader.includes(error.code) || error.code === JetStreamApiCodes.StreamNotFound;
  }
  return (
    isBrokerSilent(error) ||
    // Our own error, which says what to do and has the server's as its cause.
    (error instanceof Error && error.cause instanceof JetStreamApiError && mayPass(error.cause))
  );
}
