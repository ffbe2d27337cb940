import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { bucketNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { serveDeviceCalls } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { onRenewalCall } from '@holdfast/shared/jetstream/boards/renewal-call.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { installationId } from '@holdfast/shared/jetstream/connection/installation-id.ts';
import { parseNatsAddress } from '@holdfast/shared/jetstream/connection/nats-address.ts';
import { openAssignmentInbox } from '@holdfast/shared/jetstream/sessions/assignment-queue.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { followSessionLog, lastSessionSequence } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { SampleStream } from '@holdfast/shared/jetstream/streams/sample-stream.ts';
import { SentStream } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { prepareStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { brokerAccess } from '@holdfast/shared/runtime/config.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { keepNewObjectsYoung } from '@holdfast/shared/runtime/young-heap.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import { addCollectorMetrics } from './adapters/collector-metrics.ts';
import { deviceNetworks } from './adapters/device-networks.ts';
import { takeHostLock } from './adapters/host-lock.ts';
import { openDeviceBus, RtuLines } from './adapters/modbus/open-device-bus.ts';
import { publishOutboxStatus } from './adapters/publish-outbox-status.ts';
import { serialPaths } from './adapters/serial-paths.ts';
import { adoptAbandonedSpools, spoolFolder } from './adapters/spool/abandoned-spools.ts';
import { DiskSpool } from './adapters/spool/spool.ts';
import { answerDeviceCall } from './calls/answer-device-call.ts';
import { tellDeviceCall } from './calls/tell-device-call.ts';
import { collectorConfig } from './config.ts';
import { Collector } from './holding/collector.ts';
import { SeenEvents } from './holding/seen-events.ts';
import { TaskHolder } from './holding/task-holder.ts';
import { Endpoints } from './polling/endpoints.ts';
import { healthInWords } from './polling/health-in-words.ts';
import { PointSets } from './polling/point-sets.ts';
import { SessionRunner } from './polling/session-runner.ts';
import { SteadyClock } from './polling/steady-clock.ts';
import { SpoolAttachment } from './sending/attach-spool.ts';
import { gatherMs } from './sending/gather.ts';
import { LastKnownSamples } from './sending/last-known-samples.ts';
import { reportOutbox } from './sending/outbox-report.ts';
import { RecoveredSessions } from './sending/recovered-sessions.ts';
import { SampleOutbox } from './sending/sample-outbox.ts';
import { SentBook } from './sending/sent-book.ts';

/**
 * What the broker is asked before sessions are polled, of all of them together. Thousands of devices that begin at the same
 * moment, on a machine that is busy, would have no answer in time, and the lease run out over it.
 */
const startRequestsAtOnce = 200;

const config = settingsOrExit(collectorConfig);
keepNewObjectsYoung();

await runService({
  name: 'collector',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: config.DRAIN_TIMEOUT_MS,
  start: async ({ log: rootLog, onStop, fail }) => {
    const collectorId = config.COLLECTOR_ID;
    const instance = randomUUID();
    const log = rootLog.child({ collector: collectorId });
    const connection = await connectNats({
      ...brokerAccess(config),
      name: `collector-${collectorId}`,
      needs: streamNames.sessions,
      log,
    });
    onStop('NATS connection', connection.close);
    const { nc } = connection;
    const streams = {
      sessionsMaxBytes: config.SESSIONS_MAX_BYTES,
      samplesMaxBytes: config.SAMPLES_MAX_BYTES,
      samplesMaxAgeHours: config.SAMPLES_MAX_AGE_HOURS,
      taskConfigsMaxBytes: config.TASK_CONFIGS_MAX_BYTES,
      replicas: config.STREAM_REPLICAS,
    };
    // With an identity of its own, by the broker's permissions, it may not make streams.
    const mayCreate = config.NATS_NKEY_SEED === undefined;
    await prepareStreams(nc, streams, { mayCreate, log });

    const store = await JetStreamEventStore.open(nc);
    const configs = await TaskConfigStore.open(nc);
    const samples = await SampleStream.open(nc);
    const liveStatus = await StatusBoard.open(nc);
    const health = new HealthStream(nc);
    const clock = new SteadyClock(systemClock);
    const judge = new LogJudge({
      clock: systemClock,
      onVerdict: (damage) => {
        if (!damage) log.warn('the session log is whole after all');
        else
          log.error(
            { err: damage },
            'the session log lost events: no session is taken that it says less of than was seen. Restore SESSIONS from a backup, or restart the collectors to accept the log as it is',
          );
      },
    });
    const seenEvents = new SeenEvents(judge);
    const networks = deviceNetworks({
      allowed: config.DEVICE_NETWORKS,
      deniedHosts: [...config.DEVICE_DENIED_HOSTS, ...parseNatsAddress(config.NATS_URL).servers],
      nowMs: () => systemClock.monotonicMs(),
    });
    await networks.refresh();
    const lines = new RtuLines();
    const endpoints = new Endpoints((address) =>
      openDeviceBus(address, {
        lines,
        mayRequest: () => lease.isHeld(),
        refusal: networks.refusal,
        pathRefusal: serialPaths(config.SERIAL_PATHS),
      }),
    );
    const pointSets = new PointSets();
    const metrics = new Metrics('collector');
    metrics.addProcessMetrics();
    const observer = addCollectorMetrics(metrics, {
      isLeaseHeld: () => lease.isHeld(),
      leaseRemainingMs: () => lease.remainingMs(),
      sessionsHeld: () => collector.running(),
      capacity: config.COLLECTOR_CAPACITY,
      devices: () => collector.devicesByStatus(),
      slowDevices: () => collector.slowDevices(),
      outbox: () => outbox.health(),
      bufferMax: config.SAMPLE_BUFFER_MAX,
      spoolMaxBytes: config.SPOOL_MAX_BYTES,
    });
    const sentStream = new SentStream(nc);
    const sentBook = new SentBook({
      publish: (taskId, sender, record) => sentStream.publish(taskId, sender, record),
      instance,
      isBrokerUp: connection.isUp,
      clock: systemClock,
      timers: systemTimers,
      log,
    });
    const recoveries = new RecoveredSessions({ log, nowMs: () => systemClock.wallMs() });
    const isSpooling = config.SPOOL_MAX_BYTES > 0;
    const sending = {
      send: recoveries.noting(
        sentBook.noting(observer.countingSends((sample: Sample) => samples.publish(sample))),
      ),
      wasStored: sentBook.notingStored((sample: Sample, afterSequence: number) =>
        samples.wasStored(sample, afterSequence),
      ),
      firstAfter: await samples.lastSequence(),
      tooLarge: SampleStream.tooLarge,
      maxWaiting: config.SAMPLE_BUFFER_MAX,
      later: (run: () => void) => void setTimeout(run, gatherMs),
      timers: systemTimers,
      log,
    };
    const outbox = new SampleOutbox({
      ...sending,
      isBrokerUp: () => connection.isUp() && !adoption.isBusy(),
      awaitsSpool: isSpooling,
    });
    const lastKnown = new LastKnownSamples(samples);
    const askOfStarts = fewAtOnce(startRequestsAtOnce);
    const installation = await installationId(nc);
    const ownSpool = spoolFolder(config.SPOOL_DIR, collectorId, installation);
    const spool = new SpoolAttachment({
      outbox,
      open: () =>
        DiskSpool.open({
          folder: ownSpool,
          instance,
          maxBytes: config.SPOOL_MAX_BYTES,
          fsync: config.SPOOL_FSYNC,
          log,
        }),
      timers: systemTimers,
      log,
    });
    const adoption = adoptAbandonedSpools({
      ...{ spoolDir: config.SPOOL_DIR, installation, instance },
      // What a process of this id spooled before spooling was switched off is like any that is left behind.
      own: isSpooling ? ownSpool : undefined,
      createOutbox: async () =>
        new SampleOutbox({
          ...sending,
          firstAfter: await samples.lastSequence(),
          isBrokerUp: connection.isUp,
          awaitsSpool: true,
        }),
      isBrokerUp: connection.isUp,
      onIdle: () => outbox.resume(),
      timers: systemTimers,
      log,
    });
    connection.onReconnect(() => outbox.resume());
    onStop(
      'outbox status',
      await publishOutboxStatus({
        ...{ connection, collectorId, log },
        health: () => outbox.health(),
        adopted: () => adoption.waiting().samples,
      }),
    );
    const stopReport = reportOutbox({
      health: () => outbox.health(),
      worthTelling: Math.min(1_000, Math.floor(config.SAMPLE_BUFFER_MAX / 2)),
      timers: systemTimers,
      log,
    });
    onStop('sample report', async () => stopReport());

    const lock = await takeHostLock(config.LOCK_DIR, instance, log);
    onStop('host lock', lock.release);
    const lease = new LeaseHolder({
      store: await KvLeaseStore.open(nc, bucketNames.collectors),
      key: collectorId,
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
        capacity: config.COLLECTOR_CAPACITY,
        labels: config.COLLECTOR_LABELS,
        ...lock.fields,
      },
      isKnownDead: ({ value }) => lock.isDead(value),
      onHeld: () => {
        if (isSpooling) spool.acquire();
        adoption.start();
        collector.leaseHeld();
      },
      onLost: (why) => {
        collector.leaseLost(why);
        if (why !== 'resigned') observer.leaseLost(why);
        if (isSpooling && why === 'taken') spool.release();
      },
    });

    connection.onReconnect(() => lease.connectionIsNew());

    const collector = new Collector({
      lease,
      openInbox: (onAssignment) =>
        openAssignmentInbox({
          nc,
          collectorId,
          ackWaitMs: config.LEASE_TTL_MS,
          capacity: config.COLLECTOR_CAPACITY,
          onAssignment,
        }),
      createHolder: (taskId) =>
        new TaskHolder({
          taskId,
          collectorId,
          instance,
          truth: { load: (taskId) => seenEvents.read(taskId, (id) => loadTask(store, id)) },
          configs,
          samples: lastKnown,
          sent: sentBook,
          recoveries,
          inTurn: askOfStarts,
          liveStatus,
          timers: systemTimers,
          log,
          mayPoll: () => lease.isHeld(),
          voidUpTo: () => lease.voidUpTo(),
          flushSamples: async () => {
            await outbox.flush(2_000);
          },
          createRunner: (assignment, taskConfig) =>
            new SessionRunner({
              sessionId: assignment.session_id,
              epoch: assignment.epoch,
              collectorId,
              config: taskConfig,
              endpoints,
              pointSets,
              clock,
              timers: systemTimers,
              backoff: { firstMs: 1_000, maxMs: config.DEVICE_BACKOFF_MAX_MS },
              refusedPauseMs: config.DEVICE_REFUSED_PAUSE_MS,
              permission: () => lease.isHeld(),
              jitter: Math.random,
              spread: config.POLL_SPREAD_PERCENT / 100,
              observer: observer.polls,
              onFault: ({ device, problem, error }) =>
                log.error(
                  { err: error, session: assignment.session_id, device: device.code },
                  `device ${device.code}: ${problem}`,
                ),
              onSample: (sample) => {
                lastKnown.note(sample);
                outbox.push(sample);
              },
              onHealth: ({ device, from, to }) => {
                const detail = to.status === 'healthy' ? '' : (to.last_error ?? '');
                const about = {
                  session: assignment.session_id,
                  device: device.code,
                  from,
                  to: to.status,
                };
                const words = healthInWords({ device, from, to });
                if (to.status === 'healthy') log.info(about, words);
                else log.warn({ ...about, detail }, words);
                void health
                  .publish({
                    v: 1,
                    session: assignment.session_id,
                    task: taskId,
                    device_id: device.id,
                    device: device.code,
                    collector: collectorId,
                    from,
                    to: to.status,
                    detail,
                    time: new Date().toISOString(),
                  })
                  .catch((error: unknown) => log.debug({ err: error }, 'a health change was not published'));
              },
            }),
        }),
      disconnectDevices: () => endpoints.disconnectAll(),
      verifyLog: () => sessionLog.verify(),
      flushSamples: async (timeoutMs) => {
        spool.stop();
        await adoption.stop();
        return outbox.close(timeoutMs);
      },
      keepAliveEveryMs: Math.max(100, config.LEASE_TTL_MS / 3),
      statusEveryMs: config.STATUS_INTERVAL_MS,
      timers: systemTimers,
      log,
    });

    // Followed from now on, before anything is taken: a change after a look at the log is always heard of.
    const sessionLog = await followSessionLog({
      nc,
      after: await lastSessionSequence(nc),
      onEvent: (event) => {
        seenEvents.note(event);
        collector.eventSeen(event);
      },
      judge,
      log,
    });
    onStop('session log', sessionLog.stop);
    // After the work is given back, which must not wait for it.
    onStop('record of what was sent', () => sentBook.close());
    onStop('sessions', () => collector.drain());
    onRenewalCall(nc, () => lease.renewNow());
    const stopCalls = serveDeviceCalls({
      nc,
      collectorId,
      answer: (call) =>
        tellDeviceCall(call, { log, nowMs: systemClock.monotonicMs }, () =>
          answerDeviceCall(call, {
            endpoints,
            leaseRemainingMs: () => (lease.isHeld() ? lease.remainingMs() : 0),
            renewLease: (withinMs) => lease.renewedWithin(withinMs),
            nowMs: () => systemClock.monotonicMs(),
          }),
        ),
      drain: ({ kind, traceparent }) => {
        if (collector.isEnding()) return { kind: 'refused', detail: 'the collector is ending' };
        const draining = kind === 'drain';
        return { kind: 'drained', draining, sessions: collector.setAside(draining, traceparent) };
      },
      log,
    });
    onStop('calls', async () => stopCalls());
    collector.start();
    sentBook.start();
    lease.start();

    const readiness: Readiness = () => ({
      nats: connection.problem(),
      lease: lease.isHeld() ? undefined : 'the lease is not held, so no device is read',
      log_complete: judge.damage()?.message,
    });
    onStop('health', (await tellHealth(config, { metrics, readiness })).stop);
    void nc.closed().then((error) => {
      if (error) fail('the NATS connection was closed', error);
    });
    log.info({ instance }, 'collector started');
  },
});
