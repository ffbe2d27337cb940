import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { makingWay } from '../../runtime/making-way.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { orderedConsumer } from './ordered-consumer.ts';
import { pullExpiresMs } from './pull-expires.ts';

export interface FedMessage {
  readonly sequence: number;
  readonly subject: string;
  /** How many more matching messages the stream has already. */
  readonly pending: number;
  /** Empty for a copy that a client made the broker put there. */
  readonly data: string;
}

/** Messages of a stream in order, first those that are there, then each as it comes, until it is stopped. */
export interface StreamFeed extends AsyncIterable<FedMessage> {
  /** How many messages were there already when it was opened. */
  readonly pendingAtStart: number;
  stop(): void;
}

/** Messages fetched ahead of the reader. The reader sets the pace: what it does not take stays with the broker. */
const fetchedAhead = 250;

const text = new TextDecoder();

export interface StreamBounds {
  /** When the stream was made. */
  readonly created: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Share of its room that is taken, 0 to 1; 0 without a bound. */
  readonly shareOfStream: number;
}

/** @throws when the broker cannot be asked */
export async function streamBounds(nc: NatsConnection, stream: string): Promise<StreamBounds> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { created, state, config } = await leaderInfo(jsm, stream);
  const shareOfStream = config.max_bytes > 0 ? state.bytes / config.max_bytes : 0;
  return { created, firstSequence: state.first_seq, lastSequence: state.last_seq, shareOfStream };
}

/** Everything on the subject after a sequence. @throws when the broker cannot be asked */
export async function openStreamFeed(
  nc: NatsConnection,
  { stream, after, filterSubject }: { stream: string; after: number; filterSubject: string },
): Promise<StreamFeed> {
  const consumer = await orderedConsumer(jetstream(nc), stream, {
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
      for await (const { seq, subject, headers, data, info } of makingWay(messages)) {
        // The copy's sequence counts for a reader that comes back; its content does not count.
        const body = isBrokerCopy(headers) ? '' : text.decode(data);
        yield { sequence: seq, subject, pending: info.pending, data: body };
      }
    },
  };
}
