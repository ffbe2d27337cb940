import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { lastSequenceOf, messagesUpTo } from './messages-up-to.ts';
import { orderedConsumer } from './ordered-consumer.ts';

export interface PageBackwards<T> {
  /** Newest first; messages of which `read` makes nothing are left out. */
  readonly items: readonly { readonly sequence: number; readonly item: T }[];
  /** The next page ends before this sequence, or undefined if there is none. */
  readonly next: number | undefined;
}

interface BackwardsQuery<T> {
  readonly stream: string;
  /** Only messages on it count; it may fit a few of the stream's messages, or all. */
  readonly subject: string;
  readonly before: number | undefined;
  readonly max: number;
  readonly read: (text: string, subject: string) => T | undefined;
}

/** Each part that is searched is so many times longer than the one before it: a subject may be rare. */
const widerBy = 16;

/** The last `max` messages on a subject, before a sequence or in all. @throws when the broker cannot be asked */
export async function readBackwards<T>(
  nc: NatsConnection,
  { stream, subject, before, max, read }: BackwardsQuery<T>,
): Promise<PageBackwards<T>> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { first_seq: first, last_seq: last, messages } = (await leaderInfo(jsm, stream)).state;
  const newest = Math.min(last, (before ?? last + 1) - 1, await lastSequenceOf(jsm, stream, subject));
  if (messages === 0 || newest < first) return { items: [], next: undefined };
  const items: { sequence: number; item: T }[] = [];
  let end = newest;
  for (let length = max; ; length *= widerBy) {
    const start = Math.max(first, end - length + 1);
    const part = await readPart(nc, { stream, subject, start, end, max: max - items.length, read });
    items.push(...part.items);
    const next = part.left ?? start;
    if (items.length >= max || next <= first) return { items: items, next: next > first ? next : undefined };
    end = next - 1;
  }
}

/** The newest messages of a part of the stream, newest first, and the oldest of them where there were more. */
async function readPart<T>(
  nc: NatsConnection,
  {
    stream,
    subject,
    start,
    end,
    max,
    read,
  }: Omit<BackwardsQuery<T>, 'before'> & { readonly start: number; readonly end: number },
): Promise<{ readonly items: readonly { sequence: number; item: T }[]; readonly left: number | undefined }> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
    filter_subjects: [subject],
  });
  const messages: { sequence: number; subject: string; text: string }[] = [];
  let remaining: number | undefined;
  try {
    const last = async () => {
      const newest = await lastSequenceOf(jsm, stream, subject);
      return newest < start ? 0 : Math.min(end, newest);
    };
    for await (const message of messagesUpTo(consumer, last, Math.min(end - start + 1, 1_000))) {
      if (isBrokerCopy(message.headers)) continue;
      messages.push({ sequence: message.seq, subject: message.subject, text: message.string() });
      if (messages.length <= max) continue;
      messages.shift();
      remaining = messages[0]?.sequence;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  const items = messages.flatMap(({ sequence, subject: of, text }) => {
    const item = read(text, of);
    return item === undefined ? [] : [{ sequence, item }];
  });
  return { items: items.reverse(), left: remaining };
}
