import { randomUUID } from 'node:crypto';
import { setTimeout as sleep, setImmediate as turnIsOver } from 'node:timers/promises';
import {
  AckPolicy,
  type Consumer,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  JetStreamError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type PeerInfo,
} from '@nats-io/jetstream';
import { ClosedConnectionError, type NatsConnection, TimeoutError } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import type { StoredEvent } from '../../event-store/event-store.ts';
import { askAgain, NoAnswerInTime } from '../connection/ask-again.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { isBrokerSilent } from '../connection/broker-silence.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { isFinalAnswer, withoutLeader } from '../connection/without-leader.ts';
import { storedEvent } from './jetstream-event-store.ts';

const nanosPerMs = 1_000_000;

/** A delivery was lost on the way: what came next must not be applied. The log is to be opened again. */
export class DeliveryGap extends Error {
  override readonly name = 'DeliveryGap';
}

/** Another reader has recreated the durable and reads the log now. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

/**
 * A node is back that was down when the durable was recreated. It may have taken a former durable on its disk for this
 * one ("start sequence can not be updated"): then it serves no reader, and reports itself unhealthy until the durable
 * is made again in its presence.
 */
export class CopyIsBack extends Error {
  override readonly name = 'CopyIsBack';
}

/** Asks one question, and waits no longer for its answer than answers take. */
async function askBroker<T>(
  nc: NatsConnection,
  ask: (jsm: JetStreamManager, timeoutMs: number) => Promise<T>,
): Promise<T> {
  const patience = BrokerAnswers.of(nc).patience.read;
  const timeout = patience.ms();
  const beganMs = performance.now();
  try {
    const answer = await ask(await jetstreamManager(nc, { checkAPI: false, timeout }), timeout);
    patience.answered(performance.now() - beganMs);
    return answer;
  } catch (error) {
    if (error instanceof TimeoutError || error instanceof NoAnswerInTime) patience.unanswered();
    throw error;
  }
}

/** Sequence of the last event, 0 when the log never held one. */
export async function readLastSequence(nc: NatsConnection): Promise<number> {
  const { state } = await askBroker(nc, (jsm, timeoutMs) =>
    leaderInfo(jsm, streamNames.sessions, undefined, timeoutMs),
  );
  return state.last_seq;
}

/**
 * Last acknowledged sequence of a durable consumer, or undefined if there is none, or no node answers for it: after a
 * cluster had healed, a consumer was seen without a leader for minutes, though its stream had one.
 */
export async function readAcknowledged(nc: NatsConnection, durable: string): Promise<number | undefined> {
  try {
    const { ack_floor } = await askBroker(nc, (jsm) => jsm.consumers.info(streamNames.sessions, durable));
    return ack_floor.stream_seq;
  } catch (error) {
    if (isGone(error) || isUnanswered(error)) return undefined;
    throw error;
  }
}

/** The event at a sequence, undefined when the log has none there. */
export async function readEventAt(nc: NatsConnection, sequence: number): Promise<StoredEvent | undefined> {
  try {
    const message = await askBroker(nc, (jsm) =>
      jsm.streams.getMessage(streamNames.sessions, { seq: sequence }),
    );
    return message ? storedEvent(message.subject, message.seq, message.data) : undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}

/**
 * How long one request for events stands. A broker that hung, or was restarted, has forgotten it, and then nothing comes
 * until the next one.
 */
const pullExpiresMs = 1_000;
/** Events of one request; `max_ack_pending` bounds those taken and not acknowledged yet. */
const pulledAtOnce = 500;
const retryPauseMs = 250;
/** Repeats a question to a consumer: while it has no leader there is no answer, so the question is asked again. */
function untilAnswered<T>(nc: NatsConnection, ask: () => Promise<T>): Promise<T> {
  const slownessMs = BrokerAnswers.of(nc).slownessMs('write');
  return askAgain(ask, {
    ...{ everyMs: 700 + slownessMs, withinMs: 5_000 + 2 * slownessMs, isFinal: isFinalAnswer },
  });
}

/**
 * How long the durable may go unserved. The broker takes a dead node for alive for about a minute and may choose it for
 * a consumer; the others then need 4 to 9 s to elect a leader (nats-server, raft.go). Recreating the durable is
 * quicker.
 */
const unservedMs = 1_000;
/** A leader hears from each copy every second. */
const awayAfterMs = 4_000;
/**
 * SESSIONS through a durable consumer, for a reader that keeps its own position: events come in order, without a gap,
 * from that position on. The durable is there to be seen (`nats consumer report SESSIONS`); the position that counts is
 * the reader's.
 *
 * The broker sends events as they come, so that a reader which falls behind finds them all here when it asks for the
 * next ones: a new request for each batch cost the broker more than the events did.
 *
 * All readers share one name of the durable, since permissions name it. So a request could be answered from a durable
 * that another reader has made meanwhile, and its events are handed out only after the broker has said that this was not
 * so.
 */
export class DurableSessionLog {
  readonly #nc: NatsConnection;
  readonly #durable: string;
  readonly #consumer: Consumer;
  /** When the broker made this reader's durable. */
  readonly #created: string;
  #delivery: ConsumerMessages | undefined;
  #delivering: Promise<void> | undefined;
  #isClosed = false;
  #arrived: JsMsg[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => undefined;
  #lastSequence: number;
  #lastDelivery = 0;
  #lastMessage: JsMsg | undefined;
  readonly #openedAtMs = performance.now();
  #lacksCopy = false;

  private constructor(nc: NatsConnection, consumer: Consumer, info: ConsumerInfo, after: number) {
    this.#nc = nc;
    this.#consumer = consumer;
    this.#durable = info.name;
    this.#created = info.created;
    this.#lastSequence = after;
  }

  /**
   * Recreates the durable behind `after`. Taking over the existing one would not do: events in flight to a reader that
   * died would be held back for `ack_wait` and then arrive out of order, and a reader whose database was restored would
   * never see what the former one acknowledged.
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
      await untilAnswered(nc, () => jsm.consumers.delete(streamNames.sessions, durable));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    const config = {
      durable_name: durable,
      // One acknowledgement per batch: events are applied in order, so the last stands for all before it.
      ack_policy: AckPolicy.All,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      ack_wait: 30_000 * nanosPerMs,
      max_ack_pending: 10_000,
      // The question may be asked again: then the broker refuses a durable that another reader made in between.
      metadata: { reader: randomUUID() },
    };
    const info = await untilAnswered(nc, () => jsm.consumers.add(streamNames.sessions, config));
    // Asking the broker for the consumer would wait until that has a leader.
    const consumer = jetstream(nc).consumers.getConsumerFromInfo(info);
    const log = new DurableSessionLog(nc, consumer, info, after);
    log.#delivering = log.#deliver();
    return log;
  }

  /** One request after the other, until it is closed or cannot go on. */
  async #deliver(): Promise<void> {
    let servedAt = performance.now();
    while (!this.#isClosed) {
      try {
        await this.#request();
        servedAt = performance.now();
      } catch (error) {
        const isAwaited = isUnserved(error) && performance.now() - servedAt < unservedMs;
        // Anything else, such as a broker that is silent for a while, is mended by the next request.
        if (!isAwaited && (isRefusal(error) || isOver(error) || error instanceof ClosedConnectionError)) {
          // After the flush, the request is surely withdrawn and takes nothing more from the durable's new reader.
          if (isOver(error)) await this.#nc.flush().catch(() => undefined);
          this.#failure = error;
          this.#wake();
          return;
        }
        await sleep(retryPauseMs);
      }
    }
  }

  /** Sends one request, then asks whose durable is there: if it is this reader's, it took the request too. */
  async #request(): Promise<void> {
    const delivery = await this.#consumer.fetch({ max_messages: pulledAtOnce, expires: pullExpiresMs });
    this.#delivery = delivery;
    if (this.#isClosed) void delivery.close();
    const over = new AbortController();
    const confirmed = Promise.withResolvers<void>();
    // Taking the first message is what sends the request.
    const delivered = this.#take(delivery, confirmed.promise);
    this.#confirmOwn(over.signal).then(confirmed.resolve, confirmed.reject);
    try {
      await Promise.all([delivered, confirmed.promise]);
    } finally {
      over.abort();
      delivery.stop();
    }
  }

  async #take(delivery: ConsumerMessages, confirmed: Promise<void>): Promise<void> {
    for await (const message of delivery) {
      await confirmed;
      this.#arrived.push(message);
      this.#wake();
    }
  }

  /** Asks until the broker answers, or the answer is no longer needed. @throws TakenOver, CopyIsBack */
  async #confirmOwn(signal: AbortSignal): Promise<void> {
    let info: ConsumerInfo | undefined;
    while (!info) {
      try {
        info = await askBroker(this.#nc, (jsm) => jsm.consumers.info(streamNames.sessions, this.#durable));
      } catch (error) {
        if (signal.aborted || this.#isClosed || isGone(error)) throw error;
        await sleep(retryPauseMs);
      }
    }
    if (info.created !== this.#created) {
      throw new TakenOver(`SESSIONS: another reader recreated ${this.#durable}`);
    }
    this.#lookAtCopies(info);
  }

  /** @throws CopyIsBack */
  #lookAtCopies({ cluster }: ConsumerInfo): void {
    const copies = cluster?.replicas ?? [];
    const ageMs = performance.now() - this.#openedAtMs;
    if (copies.some((copy) => isAway(copy, ageMs))) this.#lacksCopy = true;
    else if (this.#lacksCopy && copies.length > 0 && copies.every(({ current }) => current)) {
      throw new CopyIsBack(`SESSIONS: a node is back that ${this.#durable} was made without`);
    }
  }

  /**
   * The next events, at most `max`, or none if none came within `waitMs`.
   * @throws DeliveryGap, TakenOver, CopyIsBack, and what the client throws when the durable or the broker is gone for good; then the log is
   * to be opened again
   */
  async next(max: number, waitMs: number): Promise<StoredEvent[]> {
    if (this.#arrived.length === 0 && !this.#failure) {
      await this.#news(waitMs);
      // Events that came with the first one come in the same turn of the event loop.
      await turnIsOver();
    }
    if (this.#failure) throw this.#failure;
    const deliveries = this.#arrived.slice(0, max);
    this.#arrived = this.#arrived.slice(max);
    return deliveries.map((message) => this.#accept(message));
  }

  /** Confirms to the broker that everything handed out so far is in the reader's database. */
  acknowledge(): void {
    this.#lastMessage?.ack();
  }

  /** Takes no more. The durable stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#delivery?.close();
    await this.#delivering;
  }

  #news(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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

/**
 * Whether the durable's leader has not heard from a copy for long; from those of a new durable it hears within moments.
 */
function isAway({ current, active }: Pick<PeerInfo, 'current' | 'active'>, ageMs: number): boolean {
  // For a copy that it never heard from, the leader reports activity 0 ns ago.
  return !current && (active === 0 ? ageMs : active / nanosPerMs) > awayAfterMs;
}

/** This reader's part is over, though the durable is there. */
function isOver(error: unknown): error is TakenOver | CopyIsBack {
  return error instanceof TakenOver || error instanceof CopyIsBack;
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return withoutLeader.includes(error.code);
  return isBrokerSilent(error);
}

/** No leader of the durable took the request. */
function isUnserved(error: unknown): boolean {
  return isRefusal(error) && (error as { code?: unknown }).code === 503;
}

function isGone(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound;
}

/**
 * The broker said that it delivers no more: the durable is gone, or the node that has it. The client does not export the
 * error's class.
 */
function isRefusal(error: unknown): error is JetStreamError {
  return error instanceof JetStreamError && typeof (error as { code?: unknown }).code === 'number';
}
