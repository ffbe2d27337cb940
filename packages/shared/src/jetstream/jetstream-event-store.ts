import {
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
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { streamNames } from '../contracts/subjects.ts';
import {
  AppendOutcomeUnknown,
  type EventStore,
  type StoredEvent,
  StoreUnavailable,
  VersionConflict,
} from '../event-store/event-store.ts';

export interface JetStreamEventStoreOptions {
  /** Longest time for an append, its retries and the reading of who won. */
  readonly appendTimeoutMs?: number;
  /** Longest wait for one answer of the broker. */
  readonly requestTimeoutMs?: number;
}

/** The SESSIONS stream as an event store. */
export class JetStreamEventStore implements EventStore {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #appendTimeoutMs: number;
  readonly #requestTimeoutMs: number;

  private constructor(js: JetStreamClient, jsm: JetStreamManager, options: JetStreamEventStoreOptions) {
    this.#js = js;
    this.#jsm = jsm;
    this.#appendTimeoutMs = options.appendTimeoutMs ?? 5_000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 2_000;
  }

  static async open(
    nc: NatsConnection,
    options: JetStreamEventStoreOptions = {},
  ): Promise<JetStreamEventStore> {
    const timeout = options.requestTimeoutMs ?? 2_000;
    const jsm = await jetstreamManager(nc, { timeout, checkAPI: false });
    return new JetStreamEventStore(jetstream(nc, { timeout }), jsm, options);
  }

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    const deadline = performance.now() + this.#appendTimeoutMs;
    const body = JSON.stringify(event);
    // Once an attempt went unanswered, no later error can prove that nothing was stored: measured, a publish
    // that timed out on a stopped broker was stored when the broker went on.
    let unanswered = false;
    let cause: unknown;
    do {
      try {
        const ack = await this.#js.publish(subject, body, {
          msgID: event.id,
          expect: { lastSubjectSequence: expectedLast },
          timeout: this.#requestTimeoutMs,
        });
        // A clustered 2.10 can answer `duplicate` with sequence 0 for a message that it never stored.
        if (ack.seq > 0) return ack.seq;
        unanswered = true;
      } catch (error) {
        cause = error;
        if (isWrongLastSequence(error)) return this.#whoWon(subject, event, expectedLast, deadline, error);
        if (error instanceof JetStreamApiError && !unanswered) {
          throw new StoreUnavailable(`SESSIONS refused the event: ${error.message}`, { cause: error });
        }
        unanswered = true;
      }
      const winner = await this.#follower(subject, expectedLast);
      if (winner) return settle(subject, event, expectedLast, winner);
    } while (performance.now() < deadline);
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
    let sequence = 1;
    let last: number;
    try {
      const info = await this.#jsm.streams.info(streamNames.sessions);
      last = info.state.last_seq;
      if (last === 0) return;
    } catch (error) {
      throw new StoreUnavailable(`cannot read the events of ${subject}`, { cause: error });
    }
    const consumer = await this.#js.consumers.get(streamNames.sessions, { filter_subjects: subject });
    try {
      while (sequence <= last) {
        const batch = await consumer.fetch({ max_messages: 1_000, expires: 1_000 });
        let pending = 0;
        let received = 0;
        for await (const message of batch) {
          received += 1;
          if (message.seq > last) return;
          yield storedEvent(message.subject, message.seq, message.data);
          sequence = message.seq + 1;
          pending = message.info.pending;
          if (pending === 0) return;
        }
        if (received === 0) {
          const info = await consumer.info();
          if (info.num_pending === 0) return;
        }
      }
    } catch (error) {
      throw new StoreUnavailable(`cannot read the events of ${subject}`, { cause: error });
    } finally {
      await consumer.delete().catch(() => undefined);
    }
  }

  /** The broker says that somebody was first; that may have been an earlier attempt of ours. */
  async #whoWon(
    subject: string,
    event: CloudEvent,
    expectedLast: number,
    deadline: number,
    cause: unknown,
  ): Promise<number> {
    do {
      const winner = await this.#follower(subject, expectedLast);
      if (winner) return settle(subject, event, expectedLast, winner);
    } while (performance.now() < deadline);
    throw new AppendOutcomeUnknown(subject, event.id, { cause });
  }

  /**
   * The event that directly follows `expectedLast` on the subject: every append names its predecessor, so this
   * is the one that won. Undefined when there is none or the broker does not answer.
   */
  async #follower(subject: string, expectedLast: number): Promise<StoredEvent | undefined> {
    try {
      const message = await this.#getMessage({ seq: expectedLast + 1, next_by_subj: subject } as MsgRequest);
      return message ? storedEvent(message.subject, message.seq, message.data) : undefined;
    } catch {
      return undefined;
    }
  }

  async #getMessage(query: MsgRequest): Promise<StoredMsg | undefined> {
    try {
      return (await this.#jsm.streams.getMessage(streamNames.sessions, query)) ?? undefined;
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

function isWrongLastSequence(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
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
