import { randomUUID } from 'node:crypto';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import { addCollectorMetrics } from '../adapters/collector-metrics.ts';
import { deviceSecrets } from '../adapters/device-secrets.ts';
import { processLoadMeter } from '../adapters/load-meter.ts';
import type { CollectorConfig } from '../config.ts';
import { openBroker } from './broker.ts';
import { openCalls } from './calls.ts';
import { openDevices } from './devices.ts';
import { openHolding } from './holding.ts';
import { logAnswers, openLease } from './lease.ts';
import { openPolling } from './polling.ts';
import { openSending } from './sending.ts';

/**
 * Starts a collector: the broker, its devices, the way of samples, its lease, and the sessions that it holds by the
 * lease.
 */
export async function startCollector(config: CollectorConfig, service: ServiceContext): Promise<void> {
  const { onStop, fail } = service;
  const log = service.log.child({ collector: config.COLLECTOR_ID });
  const context: ServiceContext = { log, onStop, fail };
  const instance = randomUUID();
  const broker = await openBroker(config, context);
  const secrets = deviceSecrets(config.DEVICE_SECRETS);
  const endpoints = await openDevices(config, secrets, () => lease.isHeld(), context);
  const metrics = new Metrics('collector');
  metrics.addProcessMetrics();
  const observer = addCollectorMetrics(metrics, {
    isLeaseHeld: () => lease.isHeld(),
    leaseRemainingMs: () => lease.remainingMs(),
    sessionsHeld: () => collector.running(),
    capacity: config.COLLECTOR_CAPACITY,
    devices: () => collector.devicesByStatus(),
    slowDevices: () => collector.slowDevices(),
    outbox: () => sending.health(),
    bufferMax: config.SAMPLE_BUFFER_MAX,
    spoolMaxBytes: config.SPOOL_MAX_BYTES,
  });
  const { publishes } = observer;
  const meter = processLoadMeter();
  const sending = await openSending(
    config,
    { broker, instance, publishes, load: () => meter.load() },
    context,
  );
  const lease = await openLease(
    config,
    {
      broker,
      instance,
      secretBindings: secrets.bindings,
      onHeld: () => {
        sending.leaseHeld();
        collector.leaseHeld();
      },
      onLost: (why) => {
        collector.leaseLost(why);
        if (why !== 'resigned') observer.leaseLost(why);
        if (why === 'taken') sending.leaseTaken();
      },
    },
    context,
  );
  const isLogAnswered = logAnswers(config, broker);
  const mayPoll = () => lease.isHeld() && isLogAnswered();
  const createRunner = openPolling(
    config,
    {
      broker,
      endpoints,
      mayPoll,
      observer: meter.counting(observer.polls),
      onSample: sending.push,
    },
    context,
  );
  const { collector, logProblem } = await openHolding(
    config,
    { broker, instance, lease, isLogAnswered, mayPoll, endpoints, sending, createRunner },
    context,
  );
  await openCalls(config, { broker, lease, endpoints, collector }, context);
  collector.start();
  sending.sentBook.start();
  lease.start();

  const readiness = () => ({
    nats: broker.connection.problem(),
    lease: lease.isHeld() ? undefined : 'the lease is not held, so no device is read',
    log_complete: isLogAnswered()
      ? logProblem()
      : 'the log of sessions gives no answer, so no device is read',
  });
  onStop('health', (await tellHealth(config, { metrics, readiness })).stop);
  void broker.nc.closed().then((error) => {
    if (error) fail('the NATS connection was closed', error);
  });
  log.info({ instance }, 'collector started');
}
