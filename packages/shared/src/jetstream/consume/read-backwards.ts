import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { leaderInfo } from '../connection/leader-info.ts';
import { lastSequenceOf, messagesUpTo } from './messages-up-to.ts';
import { orderedConsumer } from './ordered-consumer.ts';

export interface PageBackwards<T> {
  /** Newest first; those that `read` makes nothing of are left out. */
  readonly items: readonly { readonly sequence: number; readonly item: T }[];
  /** Those before it come next; undefined when there are none. */
  readonly next: number | undefined;
}

/** The last `max` messages of a stream of those before a sequence, or of all. @throws when the broker cannot be asked */
export async function readBackwards<T>(
  nc: NatsConnection,
  {
    stream,
    subject,
    before,
    max,
    read,
  }: {
    readonly stream: string;
    /** Fits all of its messages. */
    readonly subject: string;
    readonly before: number | undefined;
    readonly max: number;
    readonly read: (text: string) => T | undefined;
  },
): Promise<PageBackwards<T>> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { first_seq: first, last_seq: last, messages } = (await leaderInfo(jsm, stream)).state;
  const end = Math.min(last, (before ?? last + 1) - 1);
  if (messages === 0 || end < first) return { items: [], next: undefined };
  const start = Math.max(first, end - max + 1);
  const consumer = await orderedConsumer(jetstream(nc), stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
  });
  const items: { sequence: number; item: T }[] = [];
  try {
    const last = async () => Math.min(end, await lastSequenceOf(jsm, stream, subject));
    for await (const message of messagesUpTo(consumer, last, end - start + 1)) {
      const item = read(message.string());
      if (item !== undefined) items.push({ sequence: message.seq, item });
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return { items: items.reverse(), next: start > first ? start : undefined };
}
