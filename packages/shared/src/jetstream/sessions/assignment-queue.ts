import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Assignment, assignmentSchema } from '../../contracts/assignment.ts';
import { durableNames, parseAssignmentSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { traceHeaders } from '../connection/trace-headers.ts';

/** The supervisor's side of ASSIGNMENTS. */
export class AssignmentOutbox {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  private constructor(js: JetStreamClient, jsm: JetStreamManager) {
    this.#js = js;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<AssignmentOutbox> {
    return new AssignmentOutbox(jetstream(nc), await jetstreamManager(nc, { checkAPI: false }));
  }

  /**
   * Rings at the collector. The subject holds one message, so ringing twice is harmless; a message id would
   * only make a needed repeat vanish in the duplicate window.
   */
  async publish(collectorId: string, assignment: Assignment): Promise<void> {
    const { task_id, traceparent } = assignment;
    const subject = subjects.assignment(collectorId, task_id);
    const body = JSON.stringify(assignment);
    await answeredSoon(() => this.#js.publish(subject, body, traceHeaders(traceparent)));
  }

  /** Takes away what lies on the collector's subject for the task. */
  async remove(collectorId: string, taskId: string): Promise<void> {
    await this.#jsm.streams.purge(streamNames.assignments, {
      filter: subjects.assignment(collectorId, taskId),
    });
  }

  /** `<collectorId>.<taskId>` of every message that is there. */
  async list(): Promise<Set<string>> {
    const info = await leaderInfo(this.#jsm, streamNames.assignments, {
      subjects_filter: subjects.allAssignments,
    });
    const keys = new Set<string>();
    for (const subject of Object.keys(info.state.subjects ?? {})) {
      const parsed = parseAssignmentSubject(subject);
      if (parsed) keys.add(assignmentKey(parsed.collectorId, parsed.taskId));
    }
    return keys;
  }

  async has(collectorId: string, taskId: string): Promise<boolean> {
    const subject = subjects.assignment(collectorId, taskId);
    const info = await leaderInfo(this.#jsm, streamNames.assignments, { subjects_filter: subject });
    return Object.hasOwn(info.state.subjects ?? {}, subject);
  }
}

export function assignmentKey(collectorId: string, taskId: string): string {
  return `${collectorId}.${taskId}`;
}

/** A message that a collector holds. */
export interface AssignmentHandle {
  readonly taskId: string;
  /** Undefined when the message cannot be read. */
  readonly assignment: Assignment | undefined;
  /** Keeps it from being redelivered for another `ack_wait`. */
  keepAlive(): void;
  /** It is over: the message goes for good. Resolves when the broker has it. */
  done(): Promise<void>;
  /** Gives it back for immediate redelivery. */
  giveBack(): void;
}

export interface AssignmentInbox {
  /** Takes no more work. Resolves when nothing more will be handed over. */
  close(): Promise<void>;
  /** Whether the broker still has the consumer that was made for this inbox. @throws when it cannot be asked */
  isIntact(): Promise<boolean>;
}

/** Time limit of one request for messages: a broker that has lost it, as at a change of leader, is asked anew then. */
const requestExpiresMs = 1_000;

/**
 * The collector's side: its durable consumer, made anew, so that everything on its subjects comes at once. Neither a
 * collector that was restarted nor one whose connection was lost waits for the `ack_wait` of what it was sent before.
 */
export async function openAssignmentInbox(options: {
  nc: NatsConnection;
  collectorId: string;
  ackWaitMs: number;
  capacity: number;
  onAssignment: (handle: AssignmentHandle) => void;
}): Promise<AssignmentInbox> {
  const { nc, collectorId, ackWaitMs, capacity, onAssignment } = options;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const js = jetstream(nc);
  const durable = durableNames.collector(collectorId);
  try {
    await answeredSoon(() => jsm.consumers.delete(streamNames.assignments, durable));
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.ConsumerNotFound)
      throw error;
  }
  const info = await answeredSoon(() =>
    jsm.consumers.add(streamNames.assignments, {
      durable_name: durable,
      filter_subject: subjects.assignmentsOf(collectorId),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: ackWaitMs * 1_000_000,
      // One more than it may hold, so that a message for something else is never stuck behind full hands.
      max_ack_pending: capacity + 1_000,
      max_deliver: -1,
    }),
  );
  const consumer = js.consumers.getConsumerFromInfo(info);
  // Bound: the client would ask about the consumer first, and wait 5 s for an answer that was lost as well.
  const messages = await consumer.consume({ max_messages: 500, expires: requestExpiresMs, bind: true });
  const loop = (async () => {
    for await (const message of messages) onAssignment(handleOf(nc, message));
  })();
  return {
    close: async () => {
      await messages.close();
      await loop;
    },
    isIntact: async () => {
      try {
        return (await jsm.consumers.info(streamNames.assignments, durable)).created === info.created;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
          return false;
        throw error;
      }
    },
  };
}

function handleOf(nc: NatsConnection, message: JsMsg): AssignmentHandle {
  // The client does not declare it.
  const { reply } = message as JsMsg & { readonly reply: string };
  const taskId = parseAssignmentSubject(message.subject)?.taskId ?? '';
  let assignment: Assignment | undefined;
  try {
    assignment = assignmentSchema.parse(message.json());
  } catch {
    assignment = undefined;
  }
  return {
    taskId,
    assignment,
    keepAlive: () => message.working(),
    done: async () => {
      // Not by the message's own method, which does nothing when it is called again after an answer that was lost.
      await answeredSoon(() => nc.request(reply, '+ACK', { timeout: 5_000 }));
    },
    giveBack: () => message.nak(),
  };
}
