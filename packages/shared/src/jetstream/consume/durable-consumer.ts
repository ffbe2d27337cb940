import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiError,
  jetstreamManager,
  ReplayPolicy,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';

const nanosPerMs = 1_000_000;

/** JetStream's code for "a consumer of this name exists with another configuration". */
const consumerAlreadyExists = 10148;

export interface DurableConsumerOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  readonly durable: string;
  /** After so long without an ack or a sign of progress a message is delivered again. Default 30 s. */
  readonly ackWaitMs?: number;
  /** The broker hands out no more than so many unacknowledged messages. Default 5000. */
  readonly maxAckPending?: number;
  /** Only these subjects. */
  readonly filterSubject?: string;
}

export const durableConsumerDefaults = { ackWaitMs: 30_000, maxAckPending: 5_000 } as const;

/**
 * Creates the durable pull consumer, or gives the existing one these settings; its position in the stream stays.
 * @throws when the broker cannot be asked or refuses
 */
export async function ensureDurable(options: DurableConsumerOptions): Promise<ConsumerInfo> {
  const { nc, stream, durable, filterSubject } = options;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const changeable = {
    ack_wait: (options.ackWaitMs ?? durableConsumerDefaults.ackWaitMs) * nanosPerMs,
    max_ack_pending: options.maxAckPending ?? durableConsumerDefaults.maxAckPending,
    max_deliver: -1,
    ...(filterSubject === undefined ? {} : { filter_subject: filterSubject }),
  };
  try {
    return await jsm.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ...changeable,
    });
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== consumerAlreadyExists) throw error;
    return await jsm.consumers.update(stream, durable, changeable);
  }
}
