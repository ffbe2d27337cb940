import {
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { encodeSentRecord, type SentRecord } from '../../contracts/sent-record.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { fetchInTime } from '../consume/fetch-in-time.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

const fetchedAtOnce = 500;
const text = new TextDecoder();

/** The collector's side of SENT. */
export class SentStream {
  readonly #js: JetStreamClient;
  readonly #collectorId: string;

  constructor(nc: NatsConnection, collectorId: string) {
    this.#js = jetstream(nc);
    this.#collectorId = collectorId;
  }

  /** Replaces the sender's record. @throws when the broker does not take it */
  async publish(taskId: string, sender: string, record: SentRecord): Promise<void> {
    await this.#js.publish(subjects.sent(this.#collectorId, taskId, sender), encodeSentRecord(record));
  }
}

export interface SentMessage {
  readonly sequence: number;
  readonly subject: string;
  /** In ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
  readonly text: string;
}

export interface SentBatch {
  readonly messages: readonly SentMessage[];
  /** Up to here the stream has been read. */
  readonly upTo: number;
  /** On the broker's clock. */
  readonly nowMs: number;
}

/** The messages of SENT behind a sequence. @throws when the broker cannot be asked */
export async function readSentMessages(nc: NatsConnection, after: number): Promise<SentBatch> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { state, ts } = await leaderInfo(jsm, streamNames.sent);
  const nowMs = ts === undefined ? Date.now() : Date.parse(ts);
  const messages: SentMessage[] = [];
  // If the stream ends before what was read, it was recreated.
  const from = state.last_seq < after ? 0 : after;
  if (state.last_seq === from || state.messages === 0) return { messages, upTo: state.last_seq, nowMs };
  const consumer = await orderedConsumer(jetstream(nc), streamNames.sent, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from + 1,
  });
  let upTo = from;
  try {
    for (let remaining = (await consumer.info(true)).num_pending; remaining > 0; ) {
      const before = upTo;
      for await (const message of fetchInTime(consumer, { max_messages: fetchedAtOnce, expires: 2_000 })) {
        upTo = message.seq;
        remaining = message.info.pending;
        messages.push({
          sequence: message.seq,
          subject: message.subject,
          storedAtMs: message.time.getTime(),
          text: isBrokerCopy(message.headers) ? '' : text.decode(message.data),
        });
        if (remaining === 0) break;
      }
      if (upTo === before) break;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return { messages, upTo, nowMs };
}

/** Takes one message away; one that is gone already is no error. @throws when the broker cannot be asked */
export async function deleteSentMessages(nc: NatsConnection, sequence: number): Promise<void> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    await jsm.streams.deleteMessage(streamNames.sent, sequence, false);
  } catch (error) {
    if (await isThere(nc, sequence)) throw error;
  }
}

async function isThere(nc: NatsConnection, sequence: number): Promise<boolean> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    return (await jsm.streams.getMessage(streamNames.sent, { seq: sequence })) !== null;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return false;
    throw error;
  }
}
