import { leaderKey } from '@holdfast/shared/contracts/subjects.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import { AssignmentCache } from '../../../services/supervisor/src/assignment-cache.ts';
import { EndpointAddresses } from '../../../services/supervisor/src/endpoint-addresses.ts';
import { FleetWatch } from '../../../services/supervisor/src/fleet-watch.ts';
import { LeadChoice } from '../../../services/supervisor/src/lead-choice.ts';
import { ActionPerformer } from '../../../services/supervisor/src/perform-action.ts';
import { Supervisor } from '../../../services/supervisor/src/supervisor.ts';
import { TaskBook } from '../../../services/supervisor/src/task-book.ts';
import { WaitingReport } from '../../../services/supervisor/src/waiting-report.ts';
import { SimAssignmentOutbox } from '../broker/sim-assignments.ts';
import { SimEventStore } from '../broker/sim-event-store.ts';
import { SimLeaseStore } from '../broker/sim-lease-store.ts';
import { SimSessionLog } from '../broker/sim-session-log.ts';
import { takingNoLeases } from '../faults/planted-bugs.ts';
import type { SimProcess } from '../kernel/process.ts';
import type { Life, ServiceContext } from './service.ts';

export interface SupervisorLife extends Life {
  readonly kind: 'supervisor';
  /** Whether it believes that it leads. */
  leads(): boolean;
}

/** The parts of services/supervisor/src/composition/start.ts, with simulated adapters. */
export function startSupervisor(process: SimProcess, context: ServiceContext): SupervisorLife {
  const { broker, link, settings, bugs, referee, staleness } = context;
  const { clock, timers, log, world } = process;
  const judgeTimes = { ...settings.lease, ...(bugs.includes('impatient_judge') ? { ttlMs: 500 } : {}) };
  const choice = new LeadChoice({
    instance: process.instance,
    times: settings.lease,
    reconcileIntervalMs: settings.reconcileIntervalMs,
    clock,
    log,
    onResign: () => leadership.renewNow(),
  });
  const leadership: LeaseHolder = new LeaseHolder({
    store: new SimLeaseStore({ bucket: broker.buckets.LEADER, link, staleness }),
    key: leaderKey,
    times: settings.lease,
    // Leadership only saves work: it must do no harm even where its clock is fooled.
    clock: context.isLeadershipFooled ? slowed(clock) : clock,
    timers,
    log,
    instance: process.instance,
    host: process.host,
    fields: {},
    mayHold: () => choice.mayLead(),
    onHeld: () => {
      log.info({}, 'this supervisor leads');
      world.note('leader elected');
      referee.leaderHeld(process);
      supervisor.hint();
    },
    onLost: (why) => log.warn({ why }, 'this supervisor does not lead any more'),
  });
  const outbox = new SimAssignmentOutbox(broker, link, (collectorId, assignment) => {
    referee.published(process, collectorId, assignment);
  });
  const realStore = new SimEventStore(broker, link);
  const store = bugs.includes('publish_before_append')
    ? context.publishBeforeAppend(realStore, outbox)
    : realStore;
  const collectors = new SimLeaseStore({ bucket: broker.buckets.COLLECTORS, link, staleness });
  const assignments = new AssignmentCache(outbox, clock);
  const supervisor = new Supervisor({
    book: new TaskBook(log, clock),
    fleetWatch: new FleetWatch({
      collectors: bugs.includes('no_fence') ? takingNoLeases(collectors) : collectors,
      judge: new LeaseJudge(clock, judgeTimes),
      clock,
      reconcileIntervalMs: settings.reconcileIntervalMs,
      choice,
      callForRenewals: () =>
        link.fire(() => {
          for (const call of broker.renewalCalls) call();
        }),
      identityOf: () => undefined,
      log,
    }),
    assignments,
    performer: new ActionPerformer({ store, outbox, assignments, clock, logger: log }),
    addresses: new EndpointAddresses({ collectors: { addressesOf: async () => ({}) }, clock, log }),
    waitingReport: new WaitingReport(
      {
        write: () => link.request('write waiting notice', () => undefined, 5_000),
        clear: () => link.request('clear waiting notice', () => undefined, 5_000),
      },
      clock,
      log,
    ),
    clock,
    timers,
    logger: log,
    reconcileIntervalMs: settings.reconcileIntervalMs,
    recoveryDisabled: false,
    rebalancing: settings.rebalancing,
    leadership,
    choice,
    logState: () => 'sound',
  });
  const sessionLog = new SimSessionLog(broker, link, 0, (event) => supervisor.apply(event));
  const statusWatcher: Parameters<typeof broker.statusWatchers.add>[0] = (taskId, status) =>
    link.push(() => supervisor.statusSeen(taskId, status));
  broker.statusWatchers.add(statusWatcher);
  link.fire(() => {
    for (const [taskId, status] of broker.statuses()) statusWatcher(taskId, status);
  });
  let unwatch = (): void => undefined;
  void collectors
    .watch((record) => supervisor.leaseSeen(record))
    .then((stop) => {
      unwatch = stop;
    });
  link.onReconnect(() => supervisor.reconnected());
  leadership.start();
  supervisor.start(sessionLog);

  const detach = (): void => {
    sessionLog.stop();
    broker.statusWatchers.delete(statusWatcher);
    unwatch();
  };
  return {
    kind: 'supervisor',
    process,
    link,
    leads: () => process.isAlive && !process.isPaused && leadership.remainingMs() > 0,
    loseDeliveries: () => sessionLog.die(),
    died: detach,
    drain: async () => {
      await supervisor.stop();
      await leadership.giveUp();
      detach();
    },
  };
}

/** For this clock time passes at a third of its speed, on both hands. */
function slowed(clock: Clock): Clock {
  return { wallMs: () => clock.wallMs() / 3, monotonicMs: () => clock.monotonicMs() / 3 };
}
