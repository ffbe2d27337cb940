import { parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { Collector } from '../../../services/collector/src/holding/collector.ts';
import { TaskHolder } from '../../../services/collector/src/holding/task-holder.ts';
import { Endpoints } from '../../../services/collector/src/polling/endpoints.ts';
import { SessionRunner } from '../../../services/collector/src/polling/session-runner.ts';
import { SteadyClock } from '../../../services/collector/src/polling/steady-clock.ts';
import { modbusOver } from '../../../services/collector/src/polling/testing/modbus-links.ts';
import type { AssignmentHandle } from '../../../services/collector/src/ports.ts';
import { SampleOutbox } from '../../../services/collector/src/sending/sample-outbox.ts';
import { SentBook } from '../../../services/collector/src/sending/sent-book.ts';
import { openSimInbox } from '../broker/sim-assignments.ts';
import { SimEventStore } from '../broker/sim-event-store.ts';
import { SimLeaseStore } from '../broker/sim-lease-store.ts';
import { SimSessionLog } from '../broker/sim-session-log.ts';
import {
  believesMessages,
  countingFromAck,
  mistakingChanges,
  nameByVersion,
} from '../faults/planted-bugs.ts';
import type { SimProcess } from '../kernel/process.ts';
import type { Life, ServiceContext } from './service.ts';

/** The right of a collector process to a task's device, by its own belief. */
export interface Runner {
  readonly sessionId: string;
  readonly epoch: number;
  isStopping(): boolean;
}

export interface CollectorLife extends Life {
  readonly kind: 'collector';
  readonly collectorId: string;
  readonly isDraining: boolean;
  /** Whether it believes that it may ask devices right now. */
  mayPoll(): boolean;
  /** True time at which the renewal that its lease counts from was sent. */
  leaseSentAtMs(): number;
  /** The runner of the task, present or last. */
  runner(taskId: string): Runner | undefined;
}

/** The parts of services/collector/src/composition/start.ts, with simulated adapters. */
export function startCollector(process: SimProcess, context: ServiceContext): CollectorLife {
  const { broker, link, plant, settings, bugs, referee, staleness } = context;
  const { clock: systemClock, timers, log, world } = process;
  const collectorId = process.name;
  const random = world.random.fork();
  const clock = new SteadyClock(systemClock);
  const runners = new Map<string, SessionRunner>();
  let isDraining = false;
  let timesHeld = 0;
  let lost: string | undefined;

  const store = new SimEventStore(broker, link);
  const leases = new SimLeaseStore({ bucket: broker.buckets.COLLECTORS, link, staleness });
  const leaseParts = bugs.includes('deadline_from_ack')
    ? countingFromAck(leases, systemClock)
    : { store: leases, clock: systemClock };
  const holder = new LeaseHolder({
    ...leaseParts,
    key: collectorId,
    times: settings.lease,
    timers,
    log,
    instance: process.instance,
    host: process.host,
    fields: { started_at: new Date(systemClock.wallMs()).toISOString(), capacity: 100, labels: {} },
    isKnownDead: async ({ value }) => {
      const lease = parseLeaseValue(value);
      const isDead = lease !== undefined && context.isKnownDead(lease.instance, lease.host);
      if (isDead && lease.host === process.host)
        world.note('restart on the same host: predecessor proven dead');
      return isDead && lease.host === process.host;
    },
    onHeld: () => {
      timesHeld += 1;
      if (timesHeld > 1) world.note(lost === 'taken' ? 'taken lease held again' : 'expired lease held again');
      collector.leaseHeld();
    },
    onLost: (why) => {
      lost = why;
      world.note(`lease lost: ${why}`);
      collector.leaseLost(why);
    },
  });
  const isHeld = (): boolean => holder.isHeld();
  const permission = bugs.includes('no_lease_check') ? () => true : isHeld;
  const lease = {
    isHeld,
    markDraining: (staysUp?: boolean, traceparent?: string) => holder.markDraining(staysUp, traceparent),
    markActive: () => holder.markActive(),
    giveUp: () => holder.giveUp(),
  };

  const endpoints = new Endpoints(
    modbusOver((address) => {
      if (address.kind !== 'tcp') throw new Error('the plant has no serial lines');
      return plant.connect(process, address.host, referee, permission);
    }),
    { clock: systemClock, timers },
  );
  const samples = {
    last: async (taskId: string, deviceId: string) => {
      const ask = () => broker.lastSample(taskId, deviceId);
      const lastSample = await link.request(`last sample of ${taskId}`, ask, 5_000);
      return lastSample && { ...lastSample, stored: lastSample };
    },
  };
  const sent = new SentBook({
    publish: (_task, sender, record) => link.request('sent', () => broker.putSent(sender, record), 2_000),
    instance: process.instance,
    isBrokerUp: () => link.isUp(),
    clock: systemClock,
    timers,
    log,
  });
  const outbox = new SampleOutbox({
    send: async (sample) => {
      await link.request('sample', () => broker.putSample(collectorId, sample), 5_000);
      sent.note(sample);
    },
    isBrokerUp: () => link.isUp(),
    maxWaiting: 1_000,
    timers,
    log,
  });
  link.onReconnect(() => outbox.resume());

  const offered = new Map<string, AssignmentHandle>();
  const loadTruth = (taskId: string) => loadTask(store, taskId);
  const held = new Map<string, number>();
  const truth = bugs.reduce(
    (each, bug) => mistakingChanges(each, bug, (taskId) => held.get(taskId)),
    bugs.includes('no_truth_check') ? believesMessages(offered, collectorId, loadTruth) : { load: loadTruth },
  );

  const collector = new Collector({
    collectorId,
    lease,
    openInbox: (onAssignment) =>
      openSimInbox({
        broker,
        link,
        collectorId,
        onAssignment: (handle) => {
          process.tell(() => `is offered task ${handle.taskId} epoch ${handle.assignment?.epoch}`);
          referee.offered(handle.taskId, handle.assignment?.epoch ?? 0);
          offered.set(handle.taskId, handle);
          if (handle.assignment) held.set(handle.taskId, handle.assignment.config_version);
          onAssignment(handle);
        },
      }),
    createHolder: (taskId) =>
      new TaskHolder({
        taskId,
        collectorId,
        instance: process.instance,
        truth,
        configs: {
          load: async (id, version) => {
            const load = () => broker.configs.get(`${id}/${version}`);
            const reply = await link.request(`configuration ${id}/${version}`, load, 5_000);
            const config = reply && bugs.includes('untouched_read_anew') ? nameByVersion(reply) : reply;
            return config ? { ok: true, config } : { ok: false, problem: quoted('the snapshot is missing') };
          },
        },
        samples,
        sent,
        inTurn: (question) => question(),
        liveStatus: {
          write: (id, status) => link.request('status', () => broker.putStatus(id, status), 5_000),
        },
        timers,
        clock: systemClock,
        log,
        mayPoll: isHeld,
        voidUpTo: () => holder.voidUpTo(),
        flushSamples: async () => {
          await outbox.flush(2_000);
        },
        createRunner: (assignment, config) => {
          const runner = new SessionRunner({
            sessionId: assignment.session_id,
            epoch: assignment.epoch,
            collectorId,
            config,
            placedVersion: assignment.config_version,
            endpoints,
            clock,
            timers,
            backoff: { firstMs: 500, maxMs: 1_000 },
            permission,
            jitter: () => random.next(),
            spread: 0.5,
            onSample: (sample) => {
              readsFrom(sample);
              outbox.push(sample);
            },
            onHealth: () => undefined,
          });
          const readsFrom = referee.readsFor(process, taskId, runner);
          runners.set(taskId, runner);
          return runner;
        },
      }),
    disconnectDevices: () => endpoints.disconnectAll(),
    // The one broker has the log and the leases.
    isLogAnswered: () => true,
    sessionLog: { begin: () => undefined, leave: () => undefined, verify: async () => sessionLog?.verify() },
    flushSamples: async (timeoutMs) => {
      const unsentCount = await outbox.flush(timeoutMs);
      await sent.close();
      return unsentCount;
    },
    keepAliveEveryMs: Math.max(100, settings.lease.ttlMs / 3),
    statusEveryMs: 2_000,
    timers,
    log,
  });

  const renew = () => link.push(() => holder.renewNow());
  broker.renewalCalls.add(renew);
  let sessionLog: SimSessionLog | undefined;
  let isGone = false;
  const start = async (): Promise<void> => {
    for (;;) {
      try {
        const last = await link.request('end of SESSIONS', () => broker.lastSequence, 2_000);
        if (isGone) return;
        sessionLog = new SimSessionLog(broker, link, last, (event) => collector.eventSeen(event));
        collector.start();
        sent.start();
        holder.start();
        return;
      } catch {
        // Tries again, as a process does that its service manager restarts.
        if (isGone) return;
      }
    }
  };
  void start();

  return {
    kind: 'collector',
    process,
    link,
    collectorId,
    get isDraining() {
      return isDraining;
    },
    mayPoll: () => holder.remainingMs() > 0,
    leaseSentAtMs: () => leases.confirmedSentAtMs,
    runner: (taskId) => runners.get(taskId),
    loseDeliveries: () => sessionLog?.die(),
    died: () => {
      isGone = true;
      broker.renewalCalls.delete(renew);
      sessionLog?.stop();
    },
    drain: async () => {
      isDraining = true;
      isGone = true;
      if (sessionLog) await collector.drain();
      sessionLog?.stop();
    },
  };
}
