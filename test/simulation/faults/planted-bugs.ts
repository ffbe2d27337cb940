import type { CloudEvent } from '@holdfast/shared/contracts/cloud-event.ts';
import { parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import type { LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { AssignmentHandle, Truth } from '../../../services/collector/src/ports.ts';
import type { AssignmentOutbox } from '../../../services/supervisor/src/ports.ts';

/**
 * Mistakes that could be in Holdfast. Each is made outside of it, by a port that lies or a part left out, so that
 * the simulation shows that it would find the mistake.
 */
export const plantedBugs = [
  /** The lease counts from the moment of the answer to a renewal. */
  'deadline_from_ack',
  /** A message is run without a look at the log. */
  'no_truth_check',
  /** The bell is rung before the placement stands in the log. */
  'publish_before_append',
  /** COLLECTORS and LEADER lie in memory: a restart of the broker forgets who holds what. */
  'leases_in_memory',
  /** Requests go to devices whether or not the lease is held. */
  'no_lease_check',
  /** Appends are taken whatever the last event is. */
  'no_expected_sequence',
  /** A collector is called dead before its lease is over. */
  'impatient_judge',
  /** A dead collector's sessions are given away without taking its lease: it may come back at that very moment. */
  'no_fence',
  /** A writer takes whatever a former holder read, however late it comes. */
  'late_readings_taken',
  /** A writer throws away all that comes behind a later holder's first sample. */
  'late_readings_lost',
  /** A change of configuration is in force as soon as its collector hears of it. */
  'changes_on_arrival',
  /** A session is read by the version that its message names. */
  'version_of_message',
  /** A change of configuration ends the placement, as a pause does. */
  'change_ends_placement',
  /** A device that a change does not touch starts over with those that it does. */
  'untouched_read_anew',
  /** A writer compares ticks by their numbers, also where a change has given them another length. */
  'ticks_by_number',
  /** A writer admits samples without a look at the log. */
  'samples_believed',
] as const;
export type PlantedBug = (typeof plantedBugs)[number];

/** A store and a clock for a lease's holder, which together lose the time that its confirmed renewals took. */
export function countingFromAck(store: LeaseStore, clock: Clock): { store: LeaseStore; clock: Clock } {
  let lostMs = 0;
  return {
    clock: { wallMs: () => clock.wallMs() - lostMs, monotonicMs: () => clock.monotonicMs() - lostMs },
    store: {
      read: (key) => store.read(key),
      list: () => store.list(),
      watch: (onChange) => store.watch(onChange),
      write: async (key, value, expectedRevision, timeoutMs) => {
        const sentAtMs = clock.monotonicMs();
        const revision = await store.write(key, value, expectedRevision, timeoutMs);
        lostMs += clock.monotonicMs() - sentAtMs;
        return revision;
      },
    },
  };
}

/** Takes no lease, but says so. */
export function takingNoLeases(store: LeaseStore): LeaseStore {
  return {
    read: (key) => store.read(key),
    list: () => store.list(),
    watch: (onChange) => store.watch(onChange),
    write: async (key, value, expectedRevision, timeoutMs) =>
      parseLeaseValue(value)?.fenced
        ? expectedRevision + 0.5
        : store.write(key, value, expectedRevision, timeoutMs),
  };
}

/** Answers the first look after a message with the message's own word. */
export function believesMessages(
  offered: Map<string, AssignmentHandle>,
  collectorId: string,
  load: (taskId: string) => Promise<TaskState>,
): Truth {
  return {
    load: async (taskId) => {
      const real = await load(taskId);
      const assignment = offered.get(taskId)?.assignment;
      offered.delete(taskId);
      if (!assignment) return real;
      const { session_id: sessionId, epoch, config_version: configVersion } = assignment;
      const identity = { sessionId, taskId, taskCode: '', configVersion, startedAt: '' };
      return {
        taskId,
        session: { status: 'running', session: identity, runningSince: epoch - 1 },
        placement: {
          situation: 'assigned',
          sessionId,
          collectorId,
          epoch,
          configVersion,
          reason: 'start',
          refusals: 0,
        },
        lastLifecycle: epoch - 1,
        lastPlacement: epoch,
        lastWarning: 0,
        warned: undefined,
        traces: {},
        unreadable: {},
      };
    },
  };
}

/** Makes the devices of any two versions differ. */
export function nameByVersion(config: TaskConfig): TaskConfig {
  const name = `by version ${config.config_version}`;
  return { ...config, devices: config.devices.map((device) => ({ ...device, name })) };
}

/** Answers about changes of configuration as one of the bugs would. */
export function mistakingChanges(
  truth: Truth,
  bug: PlantedBug,
  messageOf: (taskId: string) => number | undefined,
): Truth {
  return {
    load: async (taskId) => {
      const task = await truth.load(taskId);
      if (task.session.status !== 'running') return task;
      const { change, ...session } = task.session;
      switch (bug) {
        case 'changes_on_arrival':
          return { ...task, session };
        case 'version_of_message': {
          const configVersion = messageOf(taskId) ?? session.session.configVersion;
          return { ...task, session: { ...session, session: { ...session.session, configVersion } } };
        }
        case 'change_ends_placement':
          return change ? { ...task, session: { ...task.session, runningSince: task.lastLifecycle } } : task;
        default:
          return task;
      }
    },
  };
}

/** Rings with the sequence that the placement will get if no event comes in between. */
export function publishingBeforeAppend(
  store: EventStore,
  outbox: AssignmentOutbox,
  lastSequence: () => number,
): EventStore {
  return {
    append: async (subject: string, event: CloudEvent, expectedLast: number) => {
      const decoded = decodeSessionEvent(event);
      const taskId = parseSessionSubject(subject)?.taskId;
      if (decoded.kind === 'placement' && decoded.event.type === 'session.assigned' && taskId) {
        await outbox.publish(decoded.event.collectorId, {
          v: 1,
          session_id: decoded.event.sessionId,
          task_id: taskId,
          config_version: 1,
          epoch: lastSequence() + 1,
        });
      }
      return store.append(subject, event, expectedLast);
    },
    readLast: (subject) => store.readLast(subject),
    read: (subject) => store.read(subject),
  };
}
