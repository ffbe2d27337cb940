import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../contracts/subjects.ts';
import type { StoredEvent } from '../event-store/event-store.ts';
import { storedEvent } from './jetstream-event-store.ts';

const nanosPerMs = 1_000_000;

/** A delivery was lost on the way: what came next must not be applied. The log is to be opened anew. */
export class DeliveryGap extends Error {
  override readonly name = 'DeliveryGap';
}

export interface LogEnd {
  /** 0 when the log never held an event. */
  readonly lastSequence: number;
  /** Where a durable consumer of that name stood; undefined when there was none. */
  readonly acknowledged: number | undefined;
}

/** What the stream says of itself, without reading from it. */
export async function readLogEnd(nc: NatsConnection, durable: string): Promise<LogEnd> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { state } = await jsm.streams.info(streamNames.sessions);
  return { lastSequence: state.last_seq, acknowledged: await ackFloor(jsm, durable) };
}

/** The event at a sequence, undefined when the log has none there. */
export async function readEventAt(nc: NatsConnection, sequence: number): Promise<StoredEvent | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    const message = await jsm.streams.getMessage(streamNames.sessions, { seq: sequence });
    return message ? storedEvent(message.subject, message.seq, message.data) : undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}

async function ackFloor(jsm: JetStreamManager, durable: string): Promise<number | undefined> {
  try {
    return (await jsm.consumers.info(streamNames.sessions, durable)).ack_floor.stream_seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}

/**
 * SESSIONS through a durable consumer, for a reader that keeps its own position: events come in order, without
 * a gap, from that position on. The durable is there to be seen (`nats consumer report SESSIONS`); the position
 * that counts is the reader's.
 */
export class DurableSessionLog {
  readonly #consumer: Consumer;
  #lastSequence: number;
  #lastDelivery = 0;
  #lastMessage: JsMsg | undefined;

  private constructor(consumer: Consumer, after: number) {
    this.#consumer = consumer;
    this.#lastSequence = after;
  }

  /**
   * Makes the durable anew behind `after`. Taking over the one that is there would not do: what is in flight to a
   * reader that died would be held back for `ack_wait` and then arrive out of order, and a reader whose database
   * was restored would never see what the former one acknowledged.
   */
  static async open(options: {
    nc: NatsConnection;
    durable: string;
    /** Sequence of the last event that the reader has. */
    after: number;
  }): Promise<DurableSessionLog> {
    const { nc, durable, after } = options;
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    try {
      await jsm.consumers.delete(streamNames.sessions, durable);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.ConsumerNotFound)
        throw error;
    }
    await jsm.consumers.add(streamNames.sessions, {
      durable_name: durable,
      // One acknowledgement a batch: events are applied in order, so the last stands for all before it.
      ack_policy: AckPolicy.All,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      ack_wait: 30_000 * nanosPerMs,
      max_ack_pending: 10_000,
    });
    return new DurableSessionLog(await jetstream(nc).consumers.get(streamNames.sessions, durable), after);
  }

  /**
   * The next events, at most `max`; none when none came within `waitMs` (at least 1000).
   * @throws DeliveryGap, and what the client throws when the broker is away; then the log is to be opened anew
   */
  async next(max: number, waitMs: number): Promise<StoredEvent[]> {
    const first = await this.#consumer.next({ expires: waitMs });
    if (!first) return [];
    const events = [this.#accept(first)];
    const more = Math.min(first.info.pending, max - 1);
    if (more > 0) {
      for await (const message of await this.#consumer.fetch({ max_messages: more, expires: 1_000 })) {
        events.push(this.#accept(message));
      }
    }
    return events;
  }

  /** Tells the broker that everything handed out so far is in the reader's database. */
  acknowledge(): void {
    this.#lastMessage?.ack();
  }

  #accept(message: JsMsg): StoredEvent {
    const { deliverySequence } = message.info;
    // A message that was sent to a lost connection shows as a hole here; the stream itself has none, as long as
    // nothing is deleted from it.
    if (deliverySequence !== this.#lastDelivery + 1 || message.seq <= this.#lastSequence) {
      throw new DeliveryGap(
        `SESSIONS: delivery ${deliverySequence} (sequence ${message.seq}) after ${this.#lastDelivery} (${this.#lastSequence})`,
      );
    }
    this.#lastDelivery = deliverySequence;
    this.#lastSequence = message.seq;
    this.#lastMessage = message;
    return storedEvent(message.subject, message.seq, message.data);
  }
}
