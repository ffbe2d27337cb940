import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { bucketNames, leaderKey, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { callForRenewals } from '@holdfast/shared/jetstream/boards/renewal-call.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { watchSampleBacklog } from '@holdfast/shared/jetstream/samples/watch-sample-backlog.ts';
import { AssignmentOutbox } from '@holdfast/shared/jetstream/sessions/assignment-queue.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { followSessionLog } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { watchStreamSizes } from '@holdfast/shared/jetstream/streams/watch-stream-sizes.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { addSupervisorMetrics } from './adapters/supervisor-metrics.ts';
import type { SupervisorConfig } from './config.ts';
import { countSessions } from './count-sessions.ts';
import { FleetWatch } from './fleet-watch.ts';
import { KnownAssignments } from './known-assignments.ts';
import { LogDamageReport } from './log-damage-report.ts';
import { ActionPerformer } from './perform-action.ts';
import { Supervisor } from './supervisor.ts';
import { TaskBook } from './task-book.ts';
import { WaitingReport } from './waiting-report.ts';

/** Starts the supervisor, which leads or stands by. */
export async function startSupervisor(
  config: SupervisorConfig,
  { log, onStop, fail }: ServiceContext,
): Promise<void> {
  const instance = randomUUID();
  const connection = await connectNats({
    ...brokerAccess(config),
    name: `supervisor-${instance}`,
    needs: streamNames.sessions,
    log,
  });
  onStop('NATS connection', connection.close);
  const { nc } = connection;
  await ensureStreams(nc, streamBounds(config), log);
  const times = {
    ttlMs: config.LEASE_TTL_MS,
    marginMs: config.LEASE_MARGIN_MS,
    renewEveryMs: config.LEASE_RENEW_MS,
  };

  const judge: LogJudge = new LogJudge({
    clock: systemClock,
    onVerdict: (damage) => {
      supervisor.logJudged(damage);
      damageReport.judged(damage);
      leadership.renewNow();
    },
  });
  const collectors = await KvLeaseStore.open(nc, bucketNames.collectors);
  const leadership = new LeaseHolder({
    store: await KvLeaseStore.open(nc, bucketNames.leader),
    key: leaderKey,
    times,
    clock: systemClock,
    timers: systemTimers,
    log,
    instance,
    host: hostname(),
    fields: {},
    mayHold: () => judge.damage() === undefined,
    onHeld: () => {
      log.info('this supervisor leads');
      supervisor.hint();
    },
    onLost: (why) => log.warn({ why }, 'this supervisor does not lead any more'),
  });
  const waitingBoard = await KvWaitingBoard.open(nc);
  const damageReport = new LogDamageReport({
    write: (damage) => waitingBoard.writeLogDamage(instance, damage),
    clear: () => waitingBoard.clearLogDamage(instance),
    host: hostname(),
    timers: systemTimers,
    wallMs: () => systemClock.wallMs(),
    log,
  });
  const outbox = await AssignmentOutbox.open(nc);
  const known = new KnownAssignments(outbox, systemClock);
  const book = new TaskBook(log, systemClock);
  const fleetWatch = new FleetWatch({
    collectors,
    judge: new LeaseJudge(systemClock, times),
    clock: systemClock,
    reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
    callForRenewals: () => callForRenewals(nc),
  });
  const isLeading = () => leadership.isHeld();
  const backlog = watchSampleBacklog({ nc, log, everyMs: 5_000, isActive: isLeading });
  onStop('sample backlog', () => backlog.stop());
  const streamSizes = watchStreamSizes({ nc, log, everyMs: 5_000, isActive: isLeading });
  onStop('stream sizes', async () => streamSizes.stop());
  const metrics = new Metrics('supervisor');
  metrics.addProcessMetrics();
  const observer = addSupervisorMetrics(metrics, {
    isLeading,
    isLogDamaged: () => judge.damage() !== undefined,
    sessions: () => countSessions(book.tasks().values()),
    waiting: () => supervisor.waiting(),
    leases: () => fleetWatch.leases(),
    backlog: () => backlog.current(),
    streams: () => streamSizes.current(),
  });
  const supervisor = new Supervisor({
    book,
    fleetWatch,
    known,
    observer,
    performer: new ActionPerformer({
      store: await JetStreamEventStore.open(nc),
      outbox,
      known,
      clock: systemClock,
      logger: log,
    }),
    waitingReport: new WaitingReport(waitingBoard, systemClock, log),
    clock: systemClock,
    timers: systemTimers,
    logger: log,
    reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
    recoveryDisabled: config.DISABLE_SESSION_RECOVERY,
    rebalancing: {
      minHoldMs: config.REBALANCE_MIN_HOLD_MS,
      settleMs: config.REBALANCE_SETTLE_MS,
      maxMoves: config.REBALANCE_MAX_MOVES,
    },
    leadership,
    logState: () => judge.state(),
  });
  const sessionLog = await followSessionLog({
    nc,
    after: 'newest_per_subject',
    onEvent: (event) => supervisor.apply(event),
    judge,
    log,
  });
  onStop('session log', sessionLog.stop);
  const board = await StatusBoard.open(nc);
  const stopStatus = await board.watch((taskId, status) => supervisor.statusSeen(taskId, status));
  onStop('status watch', async () => stopStatus());
  const stopLeases = await collectors.watch((record) => supervisor.leaseSeen(record));
  onStop('lease watch', async () => stopLeases());
  connection.onReconnect((hasMoved) => {
    leadership.connectionIsNew();
    supervisor.reconnected(hasMoved);
  });
  leadership.start();
  onStop('leadership', () => leadership.giveUp());
  supervisor.start(sessionLog);
  onStop('supervisor', () => supervisor.stop());
  onStop('log damage', () => damageReport.stop());

  const readiness: Readiness = () => ({
    nats: connection.problem(),
    log_complete: judge.damage()?.message,
  });
  onStop('health', (await tellHealth(config, { metrics, readiness })).stop);
  void nc.closed().then((error) => {
    if (error) fail('the NATS connection was closed', error);
  });
  log.info({ instance }, 'supervisor started');
}
