import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Assignment, assignmentSchema } from '../../contracts/assignment.ts';
import { durableNames, parseAssignmentSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { openPushConsumer, type PushedMessage } from '../consume/push-consumer.ts';

/** Longest wait for one confirmation. */
const confirmedWithinMs = 5_000;

/** A message that a collector holds. */
export interface AssignmentHandle {
  readonly taskId: string;
  /** Undefined when the message cannot be read. */
  readonly assignment: Assignment | undefined;
  /** Keeps it from being redelivered for another `ack_wait`. */
  keepAlive(): void;
  /** Removes the message for good: the session is over. Resolves when the broker has confirmed. */
  done(): Promise<void>;
  /** Gives it back for immediate redelivery. */
  giveBack(): void;
}

export interface AssignmentInbox {
  /** Takes no more work. Resolves when nothing more will be handed over. */
  close(): Promise<void>;
  /**
   * Whether the broker still has this inbox's consumer, and its deliveries are heard.
   * @throws when the broker cannot be asked
   */
  isIntact(): Promise<boolean>;
}

/**
 * A collector's side of ASSIGNMENTS: its durable consumer, recreated, so that everything on its subjects comes at once.
 * Neither a restarted collector nor one that lost its connection waits for the `ack_wait` of earlier messages.
 */
export async function openAssignmentInbox(options: {
  nc: NatsConnection;
  collectorId: string;
  ackWaitMs: number;
  capacity: number;
  onAssignment: (handle: AssignmentHandle) => void;
}): Promise<AssignmentInbox> {
  const { nc, collectorId, ackWaitMs, capacity, onAssignment } = options;
  const name = durableNames.collector(collectorId);
  const consumer = await openPushConsumer({
    ...{ nc, stream: streamNames.assignments, name },
    deliverTo: subjects.deliveredWork(collectorId),
    config: {
      durable_name: name,
      filter_subject: subjects.assignmentsOf(collectorId),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: ackWaitMs * 1_000_000,
      // More than it may hold, so that a message for something else is never stuck behind full hands.
      max_ack_pending: capacity + 1_000,
      max_deliver: -1,
    },
    onMessage: (message) => {
      const parsed = parseAssignmentSubject(message.subject);
      // Whatever another client has had delivered here is no work of ours.
      if (parsed?.collectorId === collectorId) onAssignment(handleOf(nc, parsed.taskId, message));
    },
  });
  return {
    close: async () => consumer.close(),
    // Silence alone is enough: when a consumer has no leader, no node says whether it is there.
    isIntact: async () => !consumer.isSilent() && (await consumer.isIntact()),
  };
}

function handleOf(nc: NatsConnection, taskId: string, { reply, data }: PushedMessage): AssignmentHandle {
  return {
    taskId,
    assignment: assignmentOf(data),
    keepAlive: () => nc.publish(reply, '+WPI'),
    done: async () => {
      const confirmed = () => nc.request(reply, '+ACK', { timeout: confirmedWithinMs });
      await answeredSoon(BrokerAnswers.of(nc), 'write', confirmed);
    },
    giveBack: () => nc.publish(reply, '-NAK'),
  };
}

const text = new TextDecoder();

function assignmentOf(data: Uint8Array): Assignment | undefined {
  try {
    return assignmentSchema.parse(JSON.parse(text.decode(data)));
  } catch {
    return undefined;
  }
}
