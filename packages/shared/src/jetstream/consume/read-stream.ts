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

/** Every message that a stream has at the time of the call, oldest first. For verifying and exporting. */
export async function* readStream(
  nc: NatsConnection,
  stream: string,
  filter?: string,
): AsyncIterable<StreamMessage> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), stream, {
    deliver_policy: DeliverPolicy.All,
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
