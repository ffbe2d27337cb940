import {
  type Consumer,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { makingWay } from '../../runtime/making-way.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { fetchInTime } from './fetch-in-time.ts';

/** The copy that a consumer reads is behind what the stream's leader has. It may have caught up in a moment. */
export class CopyBehind extends Error {
  override readonly name = 'CopyBehind';
}

const requestExpiresMs = 1_000;
const patienceMs = 10_000;
const againMs = 100;

/**
 * The messages of a consumer up to the newest one that the stream's leader has on its subject at the time of the call,
 * in order.
 *
 * A consumer made for one reader is on one node and reads that node's copy. Right after a cut, this copy may lack the
 * last minute, and "nothing is pending" then means nothing. However long decoding takes, a long read delays no other work
 * of the process.
 * @param lastSequence asks the leader, see `lastSequenceOf`
 * @throws CopyBehind, BrokerSilent, and what the client throws
 */
export async function* messagesUpTo(
  consumer: Pick<Consumer, 'info' | 'fetch'>,
  lastSequence: () => Promise<number>,
  atOnce = 1_000,
): AsyncIterable<JsMsg> {
  let last = await lastSequence();
  let at = 0;
  let standsSince: number | undefined;
  while (at < last) {
    if ((await consumer.info()).num_pending > 0) {
      const batch = fetchInTime(consumer, { max_messages: atOnce, expires: requestExpiresMs });
      for await (const message of makingWay(batch)) {
        if (message.seq > last) return;
        at = message.seq;
        standsSince = undefined;
        yield message;
        if (at === last || message.info.pending === 0) break;
      }
      continue;
    }
    // The stream may have dropped its last message meanwhile.
    last = Math.min(last, await lastSequence());
    standsSince ??= performance.now();
    if (performance.now() - standsSince > patienceMs) {
      throw new CopyBehind(`the consumer's copy ends at sequence ${at}, the stream at ${last}`);
    }
    if (at < last) await pause(systemTimers, againMs);
  }
}

/** Sequence of the newest message on a subject, as the stream's leader has it, or 0 if there is none. @throws what the client throws */
export async function lastSequenceOf(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
): Promise<number> {
  try {
    return (await jsm.streams.getMessage(stream, { last_by_subj: subject }))?.seq ?? 0;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return 0;
    throw error;
  }
}
