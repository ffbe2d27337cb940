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
import { BrokerAnswers, lateAnswersMs } from '../connection/broker-answers.ts';
import { inProcess } from '../connection/error-codes.ts';
import { isFinalAnswer } from '../connection/without-leader.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { ConfirmedPublisher } from '../publish/confirmed-publisher.ts';
import { type PubAck, PublishNotSent, PublishRefused } from '../publish/pub-ack.ts';

export interface JetStreamEventStoreOptions {
  /** Longest time for an append, its retries and the reading of who won; unless said 5 s, or more on a slow link. */
  readonly appendTimeoutMs?: number;
  /** Longest wait for one answer of the broker; unless said 2 s, or twice as long as a question is not repeated. */
  readonly requestTimeoutMs?: number;
  /** The log; SESSIONS unless said. */
  readonly stream?: string;
}

/** Pause between two attempts: some failures come at once, and the broker needs its time. */
const retryPauseMs = 50;

/**
 * A message to a stream that has no leader is lost, and the next leader should have it as soon as it is there: so it is
 * sent again after this share of the time that an answer is waited for (0.7 s on a quick link), which is longer than
 * answers take.
 */
const askAgainShare = 0.7;

const leastRequestMs = 2_000;
const leastAppendMs = 5_000;

/** No attempt is begun with less time: its answer would come too late, and what is certain would be called unknown. */
const shortestAttemptMs = 500;

/** A stream of events, SESSIONS or another, as an event store. */
export class JetStreamEventStore implements EventStore {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #publisher: ConfirmedPublisher;
  readonly #answers: BrokerAnswers;
  readonly #options: JetStreamEventStoreOptions;
  readonly #stream: string;

  private constructor(nc: NatsConnection, jsm: JetStreamManager, options: JetStreamEventStoreOptions) {
    this.#jsm = jsm;
    this.#publisher = ConfirmedPublisher.of(nc);
    this.#answers = BrokerAnswers.of(nc);
    this.#options = options;
    this.#stream = options.stream ?? streamNames.sessions;
    this.#js = jetstream(nc, { timeout: clientTimeoutMs(options) });
  }

  #requestTimeoutMs(): number {
    return this.#options.requestTimeoutMs ?? Math.max(leastRequestMs, 2 * this.#answers.patienceMs('write'));
  }

  /** Room for an attempt without an answer, a look at who won, and another attempt. */
  #appendTimeoutMs(): number {
    return this.#options.appendTimeoutMs ?? Math.max(leastAppendMs, 2.5 * this.#answers.patienceMs('write'));
  }

  static async open(
    nc: NatsConnection,
    options: JetStreamEventStoreOptions = {},
  ): Promise<JetStreamEventStore> {
    const jsm = await jetstreamManager(nc, { timeout: clientTimeoutMs(options), checkAPI: false });
    return new JetStreamEventStore(nc, jsm, options);
  }

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    const beganMs = performance.now();
    // Asked each time: the first attempt may be what shows that the link is slow.
    const leftMs = () => beganMs + this.#appendTimeoutMs() - performance.now();
    const body = JSON.stringify(event);
    // Once an attempt went unanswered, no later error can prove that nothing was stored: measured, a publish
    // that timed out on a stopped broker was stored when the broker went on.
    let isLost = false;
    let onTheirWay = 0;
    const isUnanswered = () => isLost || onTheirWay > 0;
    let cause: unknown;
    const publish = (timeoutMs: number): Promise<PubAck> => {
      const { id, traceparent } = event;
      const message = { subject, body, messageId: id, expectedLast, traceparent, timeoutMs: lateAnswersMs };
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
      const everyMs = askAgainShare * this.#answers.patienceMs('write');
      return askAgain(send, { everyMs, withinMs: timeoutMs, isFinal: isAnswer });
    };
    for (;;) {
      try {
        const { sequence, duplicate } = await publish(
          Math.max(1, Math.min(this.#requestTimeoutMs(), leftMs())),
        );
        if (!duplicate) return sequence;
        isLost = true;
        // A clustered 2.10 can answer `duplicate` with sequence 0 for a message that it never stored.
        if (sequence > 0) return await this.#storedBefore(subject, event, sequence);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        cause = error;
        if (!isUnanswered() && provesNothingStored(error)) {
          throw new StoreUnavailable(`${this.#stream} did not take the event: ${messageOf(error)}`, {
            cause,
          });
        }
        isLost ||= !isWrongLastSequence(error) && !hadNoTaker(error);
      }
      const follower = await this.#follower(subject, expectedLast);
      if (follower.event) return settle(subject, event, expectedLast, follower.event);
      // No event has followed, yet the expected sequence was refused. It is beyond the subject's end. After an
      // unanswered attempt, or with another client's in flight, this end may still move.
      if (!isUnanswered() && follower.isAnswered && isWrongLastSequence(cause) && !mayBeInFlight(cause)) {
        throw new VersionConflict(subject, expectedLast, { cause });
      }
      const shortestMs = Math.min(shortestAttemptMs, this.#requestTimeoutMs());
      if (retryPauseMs + shortestMs >= leftMs()) break;
      await sleep(retryPauseMs);
    }
    if (!isUnanswered() && hadNoTaker(cause)) {
      throw new StoreUnavailable(`nobody takes events of ${this.#stream}: JetStream is not up`, { cause });
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
      consumer = await orderedConsumer(this.#js, this.#stream, { filter_subjects: subject });
      const last = () => lastSequenceOf(this.#jsm, this.#stream, subject);
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
    const message = await this.#getMessage({ seq: sequence });
    if (!message || message.subject === subject) return sequence;
    throw new StoreUnavailable(
      `the id ${event.id} was used before for the event at sequence ${sequence} on ${message.subject}`,
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
    const ask = async () => {
      const askedMs = performance.now();
      const message = await this.#jsm.streams.getMessage(this.#stream, query);
      this.#answers.patience.read.answered(performance.now() - askedMs);
      return message;
    };
    try {
      const message = await askAgain(ask, {
        everyMs: askAgainShare * this.#answers.patienceMs('read'),
        withinMs: this.#requestTimeoutMs(),
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

/** The client's own limit for one question; whoever asks gives up before that where answers come sooner. */
function clientTimeoutMs({ requestTimeoutMs = 5_000 }: JetStreamEventStoreOptions): number {
  return requestTimeoutMs;
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

/** The server said that there are no responders: JetStream is not up yet, or the stream is not there. It may come. */
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
    // Left as text: the codec calls it unreadable and the reader continues.
    message = text.decode(data);
  }
  return { subject, sequence, message };
}
