import {
  openSampleStore,
  openTickCoverage,
  prepareSampleStore,
} from '@holdfast/sample-store/open-sample-store.ts';
import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  ackAll,
  consumeBatches,
  type JsMsg,
  redeliverAfter,
} from '@holdfast/shared/jetstream/consume/consume-batches.ts';
import { jetStreamQuarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import { jetStreamEpochs, lifecycleEventAfter } from '@holdfast/shared/jetstream/sessions/logged-at.ts';
import { nextPlacement } from '@holdfast/shared/jetstream/sessions/next-placement.ts';
import { prepareStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import { StoppedWhileTrying, untilItWorks } from '@holdfast/shared/runtime/until-it-works.ts';
import { jetStreamSnapshots } from '../adapters/jetstream-snapshots.ts';
import { LogOutage } from '../adapters/log-outage.ts';
import { publishSinkStatus } from '../adapters/publish-sink-status.ts';
import { putAwayInto } from '../adapters/put-away.ts';
import { recordSent } from '../adapters/record-sent.ts';
import { addWriterMetrics } from '../adapters/writer-metrics.ts';
import { Admission } from '../admission/admission.ts';
import { Gate } from '../admission/gate.ts';
import { PostponedSamples } from '../admission/postponed-samples.ts';
import { SessionVersions } from '../admission/session-versions.ts';
import { BatchHandler } from '../batch/batch-handler.ts';
import type { WriterConfig } from '../config.ts';
import { EpochFence } from '../fencing/epoch-fence.ts';
import { HoldingEnds } from '../fencing/holding-ends.ts';
import { maintainStore } from '../health/maintain-store.ts';
import { RefusedDevices } from '../health/refused-devices.ts';
import { Rejections } from '../health/rejections.ts';
import { SinkMonitor } from '../health/sink-monitor.ts';
import { watchStore } from '../health/store-watch.ts';
import { reportCounters, writerCounters } from '../health/writer-counters.ts';
import { WrittenAccount } from '../health/written-account.ts';
import { PatientStore } from '../retry/patient-store.ts';
import { untilStoreWorks } from '../retry/until-store-works.ts';

/** When postponed samples are delivered again. */
const postponedForMs = 2_000;
/** Longest time for which the store makes room for a sample. */
const roomPatienceMs = 10 * 60_000;

/**
 * Starts the writer.
 * @param instance identifies it among writers, the same at each attempt to start
 */
export async function startWriter(
  config: WriterConfig,
  instance: string,
  { log, onStop }: ServiceContext,
): Promise<void> {
  const stopping = new AbortController();

  const connection = await connectNats({
    ...brokerAccess(config),
    name: 'writer',
    needs: streamNames.samples,
    log,
  });
  onStop('NATS connection', () => connection.close());
  // A process with an identity of its own lacks the broker's permission to make streams.
  const mayCreate = config.NATS_NKEY_SEED === undefined;
  await prepareStreams(connection.nc, streamBounds(config), { mayCreate, log });

  const store = openSampleStore(config);
  // A connection that hangs must not hold up the shutdown.
  onStop('sample store', () => withDeadline(store.close(), 2_000));
  const coverage = openTickCoverage(config);
  if (coverage) {
    onStop('record of ticks', () => withDeadline(coverage.close(), 2_000));
  } else {
    log.warn('without DATABASE_URL it is not recorded what becomes of ticks: gaps will have no causes');
  }
  const storeWatch = watchStore(store);
  onStop('store watch', storeWatch.stop);

  const counters = writerCounters();
  const refusedDevices = new RefusedDevices();
  const rejections = new Rejections();
  const logOutage = new LogOutage(log);
  const metrics = new Metrics('writer');
  metrics.addProcessMetrics();
  const writes = addWriterMetrics(metrics, {
    counters,
    isReachable: () => databaseProblem() === undefined,
    failingForMs: () => monitor.failingForMs(Date.now()),
    refusedSessions: () => refusedDevices.sessions(Date.now()),
    logUnreadableForMs: () => logOutage.forMs(),
  });
  const monitor = new SinkMonitor(counters, Date.now(), writes);
  const databaseProblem = () => monitor.problem(storeWatch.isUp(), Date.now());
  const sinkStatus = await publishSinkStatus({
    connection,
    log,
    status: () => ({
      v: 1,
      instance,
      store: config.SAMPLE_STORE,
      records_ticks: coverage !== undefined,
      ...monitor.status(storeWatch.isUp(), Date.now()),
      ...refusedDevices.told(Date.now()),
      ...rejections.told(Date.now()),
    }),
  });
  onStop('sink status', sinkStatus.stop);

  const readiness: Readiness = () => ({
    nats: connection.problem(),
    sample_store: databaseProblem(),
  });
  onStop('health server', (await tellHealth(config, { metrics, readiness })).stop);
  onStop('waiting for the store', async () => stopping.abort());

  const isPrepared = await untilStoreWorks({ log, monitor, signal: stopping.signal }, async () => {
    await prepareSampleStore(config);
    return true;
  });
  if (!isPrepared) return;
  onStop('retention', maintainStore({ store, retentionDays: config.SAMPLES_RETENTION_DAYS, log }));

  const epochs = jetStreamEpochs(() => connection.nc);
  const admission = new Admission({
    epochs,
    snapshots: jetStreamSnapshots(connection),
    versions: new SessionVersions((task, after) => lifecycleEventAfter(connection.nc, task, after)),
  });
  const heldUntil = new HoldingEnds((taskId, epoch) => nextPlacement(connection.nc, taskId, epoch));
  connection.onReconnect(() => {
    admission.forget();
    heldUntil.forget();
  });
  const postponedAtMost = Math.ceil(config.MAX_ACK_PENDING / 10);
  const handler = new BatchHandler<JsMsg>({
    gate: new Gate({
      admission,
      early: new PostponedSamples({ atMost: postponedAtMost }),
      outage: logOutage,
    }),
    postpone: (messages) => redeliverAfter(messages, postponedForMs),
    withoutRoom: new PostponedSamples({ atMost: postponedAtMost, patienceMs: roomPatienceMs }),
    store: new PatientStore({ store, coverage, counters, monitor, log }),
    fence: new EpochFence(),
    heldUntil: ({ task, epoch }, signal) =>
      untilItWorks(() => heldUntil.find(task, epoch), {
        signal,
        isTemporary: (error) => !(error instanceof StoppedWhileTrying),
        outage: logOutage,
      }),
    putAway: putAwayInto(jetStreamQuarantine(connection.nc), log),
    acknowledge: (messages) => ackAll(connection.nc, messages),
    account: new WrittenAccount(counters, refusedDevices, rejections),
    monitor,
    clockToleranceMs: config.MAX_CLOCK_DIFFERENCE_MS,
    ...(config.SAMPLE_STORE === 'influx' && config.INFLUX_LAYOUT === 'predecessor'
      ? { labelsOf: (sample) => admission.labelsOf(sample) }
      : {}),
    log,
  });
  const consumer = consumeBatches({
    nc: connection.nc,
    stream: streamNames.samples,
    durable: durableNames.writer,
    ackWaitMs: config.ACK_WAIT_MS,
    maxAckPending: config.MAX_ACK_PENDING,
    log,
    maxMessages: config.BATCH_MAX_MESSAGES,
    maxBytes: config.BATCH_MAX_BYTES,
    maxWaitMs: config.BATCH_MAX_WAIT_MS,
    maxHeldBytes: config.MAX_HELD_BYTES,
    batchesAtOnce: 3,
    handle: (messages, signal) => handler.handle(messages, signal),
  });
  onStop('counters', reportCounters(counters, log));
  onStop('sample consumer', consumer.stop);
  const isDatabaseUp = () => databaseProblem() === undefined;
  onStop(
    'record of what was sent',
    recordSent({ connection, coverage, epochs, heldUntil, isDatabaseUp, log }),
  );
  log.info({ store: config.SAMPLE_STORE, instance }, 'writing samples');
}
