import type { CloudEvent } from '@holdfast/shared/contracts/cloud-event.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import type { TaskState } from '@holdfast/shared/event-store/task-fold.ts';
import type { LeaseRecord, LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import { type Clock, type ClockMark, elapsedMs, mark } from '@holdfast/shared/runtime/clock.ts';
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
] as const;
export type PlantedBug = (typeof plantedBugs)[number];

export class DeadlineFromAck implements LeaseStore {
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  #confirmed: ClockMark | undefined;

  constructor(store: LeaseStore, clock: Clock, ttlMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  isHeld(): boolean {
    return this.#confirmed !== undefined && elapsedMs(this.#clock, this.#confirmed) < this.#ttlMs;
  }

  read(key: string): Promise<LeaseRecord | undefined> {
    return this.#store.read(key);
  }

  list(): Promise<LeaseRecord[]> {
    return this.#store.list();
  }

  async write(key: string, value: string, expectedRevision: number, timeoutMs: number): Promise<number> {
    const revision = await this.#store.write(key, value, expectedRevision, timeoutMs);
    this.#confirmed = mark(this.#clock);
    return revision;
  }

  watch(onChange: (record: LeaseRecord) => void): Promise<() => void> {
    return this.#store.watch(onChange);
  }
}

/** Takes the first look after a message for the message's own word. */
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
        placement: { situation: 'assigned', sessionId, collectorId, epoch, refusals: 0 },
        lastLifecycle: epoch - 1,
        lastPlacement: epoch,
        unreadable: {},
      };
    },
  };
}

/** Rings with the sequence that the placement will get if nobody comes in between. */
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
