import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { watchCollectorIdentities } from '@holdfast/shared/identities/watch-collector-identities.ts';
import { callForAddresses } from '@holdfast/shared/jetstream/boards/addresses-calls.ts';
import { appendAudit } from '@holdfast/shared/jetstream/boards/audit-log.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { callForRenewals } from '@holdfast/shared/jetstream/boards/renewal-call.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { refusalEntry, SenderRefusals } from '@holdfast/shared/jetstream/consume/sender-refusals.ts';
import { AssignmentOutbox } from '@holdfast/shared/jetstream/sessions/assignment-outbox.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { followSessionLog } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import type { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { tellHealth } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { AssignmentCache } from '../assignment-cache.ts';
import type { SupervisorConfig } from '../config.ts';
import { countSessions } from '../count-sessions.ts';
import { EndpointAddresses } from '../endpoint-addresses.ts';
import { FleetWatch, isReadableLease } from '../fleet-watch.ts';
import { LeadChoice } from '../lead-choice.ts';
import { LogDamageReport } from '../log-damage-report.ts';
import { ActionPerformer } from '../perform-action.ts';
import { Supervisor } from '../supervisor.ts';
import { TaskBook } from '../task-book.ts';
import { WaitingReport } from '../waiting-report.ts';
import { openBroker } from './broker.ts';
import { openLeadership } from './leadership.ts';
import { openMetrics } from './metrics.ts';

/** Starts the supervisor, which leads or stands by. */
export async function startSupervisor(config: SupervisorConfig, service: ServiceContext): Promise<void> {
  const { log, onStop, fail } = service;
  const instance = randomUUID();
  const broker = await openBroker(config, instance, service);
  const { connection, nc } = broker;
  const times = {
    ttlMs: config.LEASE_TTL_MS,
    marginMs: config.LEASE_MARGIN_MS,
    renewEveryMs: config.LEASE_RENEW_MS,
  };
  const judge: LogJudge = new LogJudge({
    clock: systemClock,
    onVerdict: (damage) => {
      supervisor.logJudged(damage);
      damageReport.report(damage);
      leadership.renewNow();
    },
  });
  const choice = new LeadChoice({
    ...{ instance, times, clock: systemClock, log },
    reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
    onResign: () => leadership.renewNow(),
  });
  const collectors = await KvLeaseStore.open(nc, bucketNames.collectors);
  // The API records what it refuses of the same collectors itself; it does not watch their leases.
  const refusals = new SenderRefusals(log, (refusal) => {
    if (refusal.bucket !== bucketNames.collectors || !leadership.isHeld()) return;
    appendAudit(nc, refusalEntry(refusal), 'auditRefused').catch((error: unknown) =>
      log.warn({ err: error, collector: refusal.sender }, 'the audit log lacks a refused lease'),
    );
  });
  const leadership: LeaseHolder = await openLeadership(
    {
      ...{ broker, instance, times },
      mayHold: () => judge.damage() === undefined && choice.mayLead(),
      onHeld: () => supervisor.hint(),
    },
    service,
  );
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
  const assignments = new AssignmentCache(outbox, systemClock);
  const book = new TaskBook(log, systemClock);
  const identities = await watchCollectorIdentities(config.COLLECTOR_IDENTITIES_FILE, { log });
  onStop('identities of collectors', identities.stop);
  const fleetWatch = new FleetWatch({
    collectors,
    judge: new LeaseJudge(systemClock, times),
    clock: systemClock,
    reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
    choice,
    callForRenewals: () => callForRenewals(nc),
    identityOf: identities.of,
    log,
  });
  const { metrics, observer } = openMetrics(
    broker,
    {
      isLeading: () => leadership.isHeld(),
      isLogDamaged: () => judge.damage() !== undefined,
      sessions: () => countSessions(book.tasks().values()),
      waiting: () => supervisor.waiting(),
      leases: () => fleetWatch.leases(),
      refusals: refusals.counts,
    },
    service,
  );
  const supervisor = new Supervisor({
    ...{ book, fleetWatch, assignments, observer, leadership, choice },
    performer: new ActionPerformer({
      store: await JetStreamEventStore.open(nc),
      outbox,
      assignments,
      clock: systemClock,
      logger: log,
    }),
    addresses: new EndpointAddresses({
      collectors: {
        addressesOf: (collectorId, endpoints) => callForAddresses(nc, collectorId, endpoints),
      },
      ...{ clock: systemClock, log },
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
  const stopStatus = await board.watch((taskId, status) => supervisor.statusSeen(taskId, status), {
    ...{ refusals, withDevices: false },
  });
  onStop('status watch', async () => stopStatus());
  const stopLeases = await collectors.watch((record) => supervisor.leaseSeen(record), {
    ...{ refusals, isReadable: isReadableLease },
  });
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
