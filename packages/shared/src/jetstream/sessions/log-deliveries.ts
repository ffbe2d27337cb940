import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  jetstream,
  type OrderedConsumerOptions,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { durableNames, streamNames, subjects } from '../../contracts/subjects.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { openPushConsumer } from '../consume/push-consumer.ts';

export interface LogMessage {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

export interface LogDelivery {
  /** Whether it is certain that nothing more will come of it. */
  isDead(): boolean;
  stop(): Promise<void>;
}

/** From a sequence on, or the newest event of each subject first. */
export type LogStart = number | 'newest_per_subject';

/** Begins to deliver SESSIONS in order. @returns a function that has its messages handed over from then on */
export type DeliverLog = (
  from: LogStart,
) => Promise<(onMessage: (message: LogMessage) => void) => Promise<LogDelivery>>;

/** Delivers by requests of this process. */
export function pullLog(nc: NatsConnection): DeliverLog {
  const js = jetstream(nc);
  return async (from) => {
    const options: Partial<OrderedConsumerOptions> =
      from === 'newest_per_subject'
        ? { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: subjects.allSessions }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
    const consumer = await orderedConsumer(js, streamNames.sessions, options);
    return async (onMessage) => {
      const messages = await consumer.consume({ max_messages: 5_000, callback: onMessage });
      return {
        isDead: () => false,
        stop: async () => {
          await messages.close();
        },
      };
    };
  };
}

/** The broker forgets the consumer of a collector that has been disconnected for this long. */
const inactiveNanos = 30 * 1_000_000_000;

/**
 * Has the broker push events to a collector. The consumer is in memory on one node. It is lost with that node, and
 * `followSessionLog` reads on without it until there is another. On several nodes, all of them would write each event
 * for each collector, and it would be there no sooner after a fault.
 */
export function pushLog(nc: NatsConnection, collectorId: string): DeliverLog {
  return async (from) => async (onMessage) => {
    const start: Partial<ConsumerConfig> =
      from === 'newest_per_subject'
        ? { deliver_policy: DeliverPolicy.LastPerSubject }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
    let delivered = 0;
    let hasHole = false;
    const consumer = await openPushConsumer({
      ...{ nc, stream: streamNames.sessions, name: durableNames.collector(collectorId) },
      deliverTo: subjects.deliveredLog(collectorId),
      config: {
        ...start,
        ack_policy: AckPolicy.None,
        flow_control: true,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: inactiveNanos,
      },
      onMessage: ({ delivery, sequence, subject, data }) => {
        // Messages that were sent over a lost connection do not come again.
        hasHole ||= delivery !== delivered + 1;
        delivered = delivery;
        if (!hasHole) onMessage({ seq: sequence, subject, data });
      },
    });
    return {
      isDead: () => hasHole || consumer.isSilent(),
      stop: async () => consumer.close(),
    };
  };
}
