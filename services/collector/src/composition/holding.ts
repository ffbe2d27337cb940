import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { openAssignmentInbox } from '@holdfast/shared/jetstream/sessions/assignment-inbox.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { pushLog } from '@holdfast/shared/jetstream/sessions/log-deliveries.ts';
import {
  lastSessionSequence,
  standByForSessionLog,
} from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import type { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { CollectorConfig } from '../config.ts';
import { Collector } from '../holding/collector.ts';
import { LogProgress } from '../holding/log-progress.ts';
import { readableConfigs } from '../holding/readable-configs.ts';
import { TaskHolder } from '../holding/task-holder.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import type { SessionRunner } from '../polling/session-runner.ts';
import type { Broker } from './broker.ts';
import type { Sending } from './sending.ts';

/**
 * Most questions to the broker at once before polling begins, for all sessions together. With more, thousands of
 * devices that begin at the same moment on a busy machine would get no answer in time, and the lease would run out.
 */
const startRequestsAtOnce = 200;

interface HoldingParts {
  readonly broker: Broker;
  readonly instance: string;
  readonly lease: LeaseHolder;
  /** Whether the log of sessions has answered lately. */
  readonly isLogAnswered: () => boolean;
  readonly mayPoll: () => boolean;
  readonly endpoints: Endpoints;
  readonly sending: Sending;
  readonly createRunner: (assignment: Assignment, config: TaskConfig) => SessionRunner;
}

/** The sessions that this collector holds, judged by the log of sessions. Returned before anything has begun. */
export async function openHolding(
  config: CollectorConfig,
  { broker, instance, lease, isLogAnswered, mayPoll, endpoints, sending, createRunner }: HoldingParts,
  { log, onStop }: ServiceContext,
) {
  const { nc, connection } = broker;
  const collectorId = config.COLLECTOR_ID;
  // A slow link may take as long as the lease lasts.
  const store = await JetStreamEventStore.open(nc, { requestTimeoutMs: config.LEASE_TTL_MS });
  const configs = readableConfigs(await TaskConfigStore.open(nc), (devices) => endpoints.locate(devices));
  const liveStatus = await StatusBoard.open(nc);
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
  const seenEvents = new LogProgress(judge);
  const inTurn = fewAtOnce(startRequestsAtOnce);
  // Follow the log before taking anything: a change after a look at the log is then always noticed.
  const sessionLog = await standByForSessionLog({
    nc,
    after: await lastSessionSequence(nc),
    onEvent: (event) => {
      seenEvents.note(event);
      collector.eventSeen(event);
    },
    deliver: pushLog(nc, collectorId),
    judge,
    log,
  });
  const collector = new Collector({
    collectorId,
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
        truth: { load: (id) => seenEvents.read(id, (each) => loadTask(store, each)) },
        configs,
        samples: sending.lastKnown,
        sent: sending.sentBook,
        recoveries: sending.recoveries,
        inTurn,
        liveStatus,
        timers: systemTimers,
        clock: systemClock,
        log,
        mayPoll,
        voidUpTo: () => lease.voidUpTo(),
        // Two seconds at most: a late sample is stored anyway.
        flushSamples: () => sending.flush(2_000),
        createRunner,
      }),
    disconnectDevices: () => endpoints.disconnectAll(),
    sessionLog,
    isLogAnswered,
    flushSamples: sending.close,
    keepAliveEveryMs: Math.max(100, config.LEASE_TTL_MS / 3),
    statusEveryMs: config.STATUS_INTERVAL_MS,
    timers: systemTimers,
    log,
  });
  connection.onReconnect(() => collector.reconnected());
  onStop('session log', sessionLog.stop);
  // Close it after the work is given back, which must not wait for it.
  onStop('record of what was sent', () => sending.sentBook.close());
  onStop('sessions', () => collector.drain());
  return { collector, logProblem: () => judge.damage()?.message };
}
