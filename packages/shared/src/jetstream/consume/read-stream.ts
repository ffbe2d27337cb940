import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { lastSequenceOf, messagesUpTo } from './messages-up-to.ts';
import { orderedConsumer } from './ordered-consumer.ts';

export interface StreamMessage {
  readonly subject: string;
  readonly sequence: number;
  /** When the broker stored it, in ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
  readonly data: string;
  /** Empty where it has none of that name. */
  header(name: string): string;
}

const text = new TextDecoder();

/**
 * Every message that a stream has at the time of the call, oldest first. For verifying and exporting.
 * @param fromSequence of the first one to read; there must be one, at it or behind it
 */
export async function* readStream(
  nc: NatsConnection,
  stream: string,
  filter?: string,
  fromSequence = 1,
): AsyncIterable<StreamMessage> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSequence,
    ...(filter === undefined ? {} : { filter_subjects: filter }),
  });
  try {
    for await (const message of messagesUpTo(consumer, () => lastSequenceOf(jsm, stream, filter ?? '>'))) {
      yield {
        subject: message.subject,
        sequence: message.seq,
        storedAtMs: message.time.getTime(),
        data: text.decode(message.data),
        header: (name) => message.headers?.get(name) ?? '',
      };
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}
