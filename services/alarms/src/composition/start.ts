import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { alarmsLeaderKey, bucketNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { prepareStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { addAlarmsMetrics } from '../adapters/alarms-metrics.ts';
import type { AlarmsConfig } from '../config.ts';

/** Starts the service that raises alarms. It leads or stands by. */
export async function startAlarms(
  config: AlarmsConfig,
  { log, onStop, fail }: ServiceContext,
): Promise<void> {
  const instance = randomUUID();
  const connection = await connectNats({
    ...brokerAccess(config),
    ...{ name: `alarms-${instance}`, log, needs: streamNames.alarms },
  });
  onStop('NATS connection', connection.close);
  const { nc } = connection;
  // A process with an identity of its own lacks the broker's permission to make streams.
  const mayCreate = config.NATS_NKEY_SEED === undefined;
  await prepareStreams(nc, streamBounds(config), { mayCreate, log });
  const leadership = new LeaseHolder({
    store: await KvLeaseStore.open(nc, bucketNames.leader),
    key: alarmsLeaderKey,
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
    fields: {},
    onHeld: () => log.info('this service raises the alarms'),
    onLost: (why) => log.warn({ why }, 'this service does not raise the alarms any more'),
  });
  connection.onReconnect(() => leadership.connectionIsNew());
  leadership.start();
  onStop('leadership', () => leadership.giveUp());
  const metrics = new Metrics('alarms');
  metrics.addProcessMetrics();
  addAlarmsMetrics(metrics, { isLeading: () => leadership.isHeld() });
  const readiness = () => ({ nats: connection.problem() });
  onStop('health', (await tellHealth(config, { metrics, readiness })).stop);
  void nc.closed().then((error) => {
    if (error) fail('the NATS connection was closed', error);
  });
  log.info({ instance }, 'alarms started');
}
