import {
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { type QuarantinedMessage, quarantinedMessageSchema } from '../../contracts/quarantined-message.ts';
import {
  clockAheadHeader,
  firstSequenceHeader,
  firstSubjectHeader,
  freshMessageId,
  trustEpochHeader,
} from '../../contracts/sample/sample.ts';
import { parsePublishedSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

/** Place in QUARANTINE, and what is there; a message of unknown form has only its text. */
export interface InQuarantine {
  readonly sequence: number;
  readonly message: QuarantinedMessage | undefined;
  readonly text: string;
  /** When the broker stored it, in ms since 1970. */
  readonly storedAtMs: number;
}

const text = new TextDecoder();

/**
 * Messages after a sequence, oldest first; only those of one stream when it is given.
 * @throws when the broker cannot be asked
 */
export async function listQuarantine(
  nc: NatsConnection,
  { after, limit, stream }: { after: number; limit: number; stream?: string | undefined },
): Promise<InQuarantine[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const filter = stream === undefined ? subjects.allQuarantine : subjects.quarantine(stream);
  const consumer = await orderedConsumer(jetstream(nc), streamNames.quarantine, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    filter_subjects: filter,
  });
  const messages: InQuarantine[] = [];
  try {
    // When there is none after `after`, there is nothing to wait for.
    const last = async () => {
      const sequence = await lastSequenceOf(jsm, streamNames.quarantine, filter);
      return sequence > after ? sequence : 0;
    };
    for await (const message of messagesUpTo(consumer, last, Math.min(limit, 1_000))) {
      const body = text.decode(message.data);
      messages.push(inQuarantine(message.seq, body, message.time.getTime()));
      if (messages.length === limit) break;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return messages;
}

/** How many messages are in QUARANTINE. @throws when the broker cannot be asked */
export async function countQuarantined(nc: NatsConnection): Promise<number> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return (await leaderInfo(jsm, streamNames.quarantine)).state.messages;
}

/** Place of the newest message that was ever put there, or 0 if there was none. @throws when the broker cannot be asked */
export async function lastQuarantined(nc: NatsConnection): Promise<number> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return (await leaderInfo(jsm, streamNames.quarantine)).state.last_seq;
}

/** Undefined when there is none. @throws when the broker cannot be asked */
export async function readQuarantined(
  nc: NatsConnection,
  sequence: number,
): Promise<InQuarantine | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    const message = await jsm.streams.getMessage(streamNames.quarantine, { seq: sequence });
    return message ? inQuarantine(message.seq, message.string(), message.time.getTime()) : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** False when it is not there. @throws when the broker cannot be asked */
export async function deleteQuarantined(nc: NatsConnection, sequence: number): Promise<boolean> {
  // The answer to deleting what is gone differs between servers; asking first does not.
  if (!(await readQuarantined(nc, sequence))) return false;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    return await jsm.streams.deleteMessage(streamNames.quarantine, sequence, false);
  } catch (error) {
    // Another call was quicker.
    if (!(await readQuarantined(nc, sequence))) return false;
    throw error;
  }
}

export interface ResentMessage {
  /** Subject on which it came for the first time. */
  readonly subject: string;
  readonly body: string;
  /** Place in QUARANTINE. */
  readonly sequence: number;
  /** Its sequence in its original stream when it came for the first time. */
  readonly firstSequence: number;
  /** How far its sender's clock was ahead of the broker's then, in ms, or undefined if that is not known. */
  readonly clockAheadMs: number | undefined;
  /** An epoch unknown to the log that an administrator vouches for. */
  readonly trustEpoch: number | undefined;
}

/**
 * Publishes a body to the stream that it came from, on a subject of the API's own. A repeat within the stream's
 * duplicate window is the same message.
 * @returns its sequence there.
 * @throws when it is not known to be stored
 */
export async function sendAgain(
  nc: NatsConnection,
  { subject, body, sequence, firstSequence, clockAheadMs, trustEpoch }: ResentMessage,
): Promise<number> {
  const from = parsePublishedSubject(subject);
  if (!from) throw new RangeError(`${subject} is no subject of a sample`);
  const about = headers();
  about.set(firstSubjectHeader, subject);
  about.set(firstSequenceHeader, String(firstSequence));
  if (trustEpoch !== undefined) about.set(trustEpochHeader, String(trustEpoch));
  if (clockAheadMs !== undefined) about.set(clockAheadHeader, String(clockAheadMs));
  const messageId = `quarantine/${sequence}${trustEpoch === undefined ? '' : '/trusted'}`;
  const to = subjects.samplesAgain(from.taskId, from.last);
  const js = jetstream(nc);
  const { seq, duplicate } = await js.publish(to, body, { msgID: messageId, headers: about });
  if (!duplicate || (await liesOn(nc, to, seq))) return seq;
  // Ids count for the whole stream, and another client has used this one: what is not stored must not be deleted.
  return (
    await js.publish(to, body, { msgID: freshMessageId(messageId, crypto.randomUUID()), headers: about })
  ).seq;
}

async function liesOn(nc: NatsConnection, subject: string, seq: number): Promise<boolean> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    return (await jsm.streams.getMessage(streamNames.samples, { seq }))?.subject === subject;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function inQuarantine(sequence: number, body: string, storedAtMs: number): InQuarantine {
  let message: QuarantinedMessage | undefined;
  try {
    message = quarantinedMessageSchema.parse(JSON.parse(body));
  } catch {
    message = undefined;
  }
  return { sequence, message, text: body, storedAtMs };
}

function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound;
}
