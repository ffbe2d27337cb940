import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Consumer,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { CloudEvent } from '../../contracts/cloud-event.ts';
import { streamNames } from '../../contracts/subjects.ts';
import {
  AppendOutcomeUnknown,
  type EventStore,
  type StoredEvent,
  StoreUnavailable,
  VersionConflict,
} from '../../event-store/event-store.ts';
import { askAgain } from '../connection/ask-again.ts';
import { inProcess } from '../connection/error-codes.ts';
import { isFinalAnswer } from '../connection/without-leader.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { ConfirmedPublisher } from '../publish/confirmed-publisher.ts';
import { type PubAck, PublishNotSent, PublishRefused } from '../publish/pub-ack.ts';

export interface JetStreamEventStoreOptions {
  /** Longest time for an append, its retries and the reading of who won. */
  readonly appendTimeoutMs?: number;
  /** Longest wait for one answer of the broker. */
  readonly requestTimeoutMs?: number;
}

/** Pause between two attempts: some failures come at once, and the broker needs its time. */
const retryPauseMs = 50;

/** A message to a stream that has no leader is lost, and the next leader should have it as soon as it is there. */
const askAgainMs = 700;

/** No attempt is begun with less time: its answer would come too late, and what is certain would be called unknown. */
const shortestAttemptMs = 500;

/** The SESSIONS stream as an event store. */
export class JetStreamEventStore implements EventStore {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #publisher: ConfirmedPublisher;
  readonly #appendTimeoutMs: number;
  readonly #requestTimeoutMs: number;

  private constructor(nc: NatsConnection, jsm: JetStreamManager, options: JetStreamEventStoreOptions) {
    this.#jsm = jsm;
    this.#publisher = ConfirmedPublisher.of(nc);
    this.#appendTimeoutMs = options.appendTimeoutMs ?? 5_000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 2_000;
    this.#js = jetstream(nc, { timeout: this.#requestTimeoutMs });
  }

  static async open(
    nc: NatsConnection,
    options: JetStreamEventStoreOptions = {},
  ): Promise<JetStreamEventStore> {
    const timeout = options.requestTimeoutMs ?? 2_000;
    const jsm = await jetstreamManager(nc, { timeout, checkAPI: false });
    return new JetStreamEventStore(nc, jsm, options);
  }

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    const deadline = performance.now() + this.#appendTimeoutMs;
    const body = JSON.stringify(event);
    // Once an attempt went unanswered, no later error can prove that nothing was stored: measured, a publish
    // that timed out on a stopped broker was stored when the broker went on.
    let isLost = false;
    let onTheirWay = 0;
    const isUnanswered = () => isLost || onTheirWay > 0;
    let cause: unknown;
    const publish = (timeoutMs: number): Promise<PubAck> => {
      const { id, traceparent } = event;
      const message = { subject, body, messageId: id, expectedLast, traceparent, timeoutMs };
      const send = async () => {
        onTheirWay += 1;
        try {
          return await this.#publisher.publish(message);
        } catch (error) {
          isLost ||= !(error instanceof PublishRefused || error instanceof PublishNotSent);
          throw error;
        } finally {
          onTheirWay -= 1;
        }
      };
      return askAgain(send, { everyMs: askAgainMs, withinMs: timeoutMs, isFinal: isAnswer });
    };
    for (;;) {
      try {
        const leftMs = deadline - performance.now();
        const { sequence, duplicate } = await publish(Math.max(1, Math.min(this.#requestTimeoutMs, leftMs)));
        if (!duplicate) return sequence;
        isLost = true;
        // A clustered 2.10 can answer `duplicate` with sequence 0 for a message that it never stored.
        if (sequence > 0) return await this.#storedBefore(subject, event, sequence);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        cause = error;
        if (!isUnanswered() && provesNothingStored(error)) {
          throw new StoreUnavailable(`SESSIONS did not take the event: ${messageOf(error)}`, { cause });
        }
        isLost ||= !isWrongLastSequence(error) && !hadNoTaker(error);
      }
      const follower = await this.#follower(subject, expectedLast);
      if (follower.event) return settle(subject, event, expectedLast, follower.event);
      // No event has followed, yet the expected sequence was refused: it lies beyond the subject's end. After an
      // unanswered attempt, or with somebody else's in flight, this end may still move.
      if (!isUnanswered() && follower.isAnswered && isWrongLastSequence(cause) && !mayBeInFlight(cause)) {
        throw new VersionConflict(subject, expectedLast, { cause });
      }
      const shortestMs = Math.min(shortestAttemptMs, this.#requestTimeoutMs);
      if (performance.now() + retryPauseMs + shortestMs >= deadline) break;
      await sleep(retryPauseMs);
    }
    if (!isUnanswered() && hadNoTaker(cause)) {
      throw new StoreUnavailable('nobody takes events of SESSIONS: JetStream is not up', { cause });
    }
    throw new AppendOutcomeUnknown(subject, event.id, { cause });
  }

  async readLast(subject: string): Promise<StoredEvent | undefined> {
    try {
      // Answered by the stream's leader, unlike a direct get, so it sees every append that was confirmed.
      const message = await this.#getMessage({ last_by_subj: subject });
      return message && storedEvent(message.subject, message.seq, message.data);
    } catch (error) {
      throw new StoreUnavailable(`cannot read the last event of ${subject}`, { cause: error });
    }
  }

  async *read(subject: string): AsyncIterable<StoredEvent> {
    let consumer: Consumer | undefined;
    try {
      consumer = await orderedConsumer(this.#js, streamNames.sessions, { filter_subjects: subject });
      const last = () => lastSequenceOf(this.#jsm, streamNames.sessions, subject);
      for await (const message of messagesUpTo(consumer, last)) {
        yield storedEvent(message.subject, message.seq, message.data);
      }
    } catch (error) {
      throw new StoreUnavailable(`cannot read the events of ${subject}`, { cause: error });
    } finally {
      await consumer?.delete().catch(() => undefined);
    }
  }

  /**
   * The broker knows the event's id, and answers with its sequence before it looks at what was expected. This settles a
   * retry, unless the id was used for something else.
   */
  async #storedBefore(subject: string, event: CloudEvent, sequence: number): Promise<number> {
    const stored = await this.#getMessage({ seq: sequence });
    if (!stored || stored.subject === subject) return sequence;
    throw new StoreUnavailable(
      `the id ${event.id} was used before for the event at sequence ${sequence} on ${stored.subject}`,
    );
  }

  /**
   * The event that directly follows `expectedLast` on the subject: every append names its predecessor, so this
   * is the one that won. `isAnswered` is false when the broker did not say whether there is one.
   */
  async #follower(
    subject: string,
    expectedLast: number,
  ): Promise<{ isAnswered: boolean; event: StoredEvent | undefined }> {
    try {
      const message = await this.#getMessage({ seq: expectedLast + 1, next_by_subj: subject } as MsgRequest);
      const event = message ? storedEvent(message.subject, message.seq, message.data) : undefined;
      return { isAnswered: true, event };
    } catch {
      return { isAnswered: false, event: undefined };
    }
  }

  async #getMessage(query: MsgRequest): Promise<StoredMsg | undefined> {
    try {
      const message = await askAgain(() => this.#jsm.streams.getMessage(streamNames.sessions, query), {
        everyMs: askAgainMs,
        withinMs: this.#requestTimeoutMs,
        isFinal: isFinalAnswer,
      });
      return message ?? undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
        return undefined;
      throw error;
    }
  }
}

function settle(subject: string, event: CloudEvent, expectedLast: number, winner: StoredEvent): number {
  if ((winner.message as { id?: unknown }).id === event.id) return winner.sequence;
  throw new VersionConflict(subject, expectedLast);
}

/** Whether no better answer is to be waited for. */
function isAnswer(error: unknown): boolean {
  if (error instanceof PublishRefused) return error.code !== inProcess;
  return error instanceof PublishNotSent;
}

/** Whether the error proves that a request sent once, and only once, has left no trace. */
function provesNothingStored(error: unknown): boolean {
  if (error instanceof PublishNotSent) return true;
  return error instanceof PublishRefused && !isWrongLastSequence(error) && !hadNoTaker(error);
}

/** The server said that nobody listens: JetStream is not up yet, or the stream is not there. It may come. */
function hadNoTaker(error: unknown): boolean {
  return error instanceof PublishRefused && error.code === 0;
}

/** The broker refused because of a message that it has not stored yet, and may never store. */
function mayBeInFlight(error: unknown): boolean {
  return error instanceof PublishRefused && error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isWrongLastSequence(error: unknown): boolean {
  return (
    error instanceof PublishRefused &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}

const text = new TextDecoder();

export function storedEvent(subject: string, sequence: number, data: Uint8Array): StoredEvent {
  let message: unknown;
  try {
    message = JSON.parse(text.decode(data));
  } catch {
    // Left as text: the codec calls it unreadable and the reader goes on.
    message = text.decode(data);
  }
  return { subject, sequence, message };
}
