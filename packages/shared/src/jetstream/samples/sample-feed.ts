import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { pullExpiresMs } from '../consume/pull-expires.ts';

export interface FedMessage {
  readonly sequence: number;
  /** How many more of what was asked for the stream has already. */
  readonly pending: number;
  readonly data: string;
}

/** Messages of SAMPLES in order, first those that are there, then each as it comes, until it is stopped. */
export interface SampleFeed extends AsyncIterable<FedMessage> {
  /** How many messages were there already when it was opened. */
  readonly pendingAtStart: number;
  stop(): void;
}

/** Fetched ahead of the reader. He alone sets the pace: what he does not take stays with the broker. */
const fetchedAhead = 250;

const text = new TextDecoder();

/** @throws when the broker cannot be asked */
export async function sampleStreamBounds(
  nc: NatsConnection,
): Promise<{ firstSequence: number; lastSequence: number }> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { first_seq, last_seq } = (await leaderInfo(jsm, streamNames.samples)).state;
  return { firstSequence: first_seq, lastSequence: last_seq };
}

/** Everything on the subject after a sequence. @throws when the broker cannot be asked */
export async function openSampleFeed(
  nc: NatsConnection,
  { after, filterSubject }: { after: number; filterSubject: string },
): Promise<SampleFeed> {
  const consumer = await orderedConsumer(jetstream(nc), streamNames.samples, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    filter_subjects: filterSubject,
  });
  const pendingAtStart = (await consumer.info(true)).num_pending;
  const messages = await consumer.consume({ max_messages: fetchedAhead, expires: pullExpiresMs });
  return {
    pendingAtStart,
    stop: () => messages.stop(),
    async *[Symbol.asyncIterator]() {
      for await (const { seq, data, info } of messages) {
        yield { sequence: seq, pending: info.pending, data: text.decode(data) };
      }
    },
  };
}
