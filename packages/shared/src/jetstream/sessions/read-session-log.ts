import { setImmediate as turnIsOver } from 'node:timers/promises';
import {
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, TimeoutError } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import type { StoredEvent } from '../../event-store/event-store.ts';
import { NoAnswerInTime } from '../connection/ask-again.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { pullExpiresMs } from '../consume/pull-expires.ts';
import { storedEvent } from './jetstream-event-store.ts';

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

export interface ReaderOptions {
  readonly nc: NatsConnection;
  /** Sequence of the last event that the reader has. */
  readonly after: number;
  /** The end of the log as it was seen last, or undefined while it cannot be asked. */
  readonly endOfLog: () => number | undefined;
}

/** Events that were delivered and not taken yet; beyond them, the broker keeps what comes. */
const deliveredAhead = 500;
/** The broker deletes a consumer that has been idle for this long, in ms. */
const inactiveMs = 30_000;
/** How long an event that the log has may be on its way, on a quick link. */
const onItsWayMs = 250;

/** The reader returns no more events. */
export class ConsumerLost extends Error {
  override readonly name = 'ConsumerLost';
}

/**
 * SESSIONS for a reader that keeps its own position: every event behind it, in order, as an ordered consumer delivers
 * them. While that is being made, events are read one by one from the leader of the log: a cluster makes no consumer
 * while it elects, and the broker takes a dead node for alive for about a minute and may choose it.
 *
 * A reader whose consumer is lost returns no more events, even if the client has made another consumer: by then it may be
 * another log. The caller compares the log with its own position and opens another reader.
 */
export class SessionLogReader {
  readonly #options: ReaderOptions;
  readonly #onItsWayMs: number;
  #sequence: number;
  #arrived: JsMsg[] = [];
  #isConsumerAwaited = true;
  #failure: Error | undefined;
  #isClosed = false;
  #messages: ConsumerMessages | undefined;
  #wake: () => void = () => undefined;
  #makeRoom: () => void = () => undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#sequence = options.after;
    this.#onItsWayMs = onItsWayMs + BrokerAnswers.of(options.nc).slownessMs('read');
    void this.#deliver().then(
      () => this.#end(),
      (error: unknown) => this.#end(error),
    );
  }

  /**
   * The next events, at most `max`. None if none came within `waitMs`, or if the log has events that do not come.
   * @throws ConsumerLost, and what the client throws when the broker does not answer for an event that is read from the
   * leader
   */
  async next(max: number, waitMs: number): Promise<StoredEvent[]> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      // A consumer that was made meanwhile has had no time to deliver.
      const wasAwaited = this.#isConsumerAwaited;
      await this.#news(untilMs);
      if (this.#arrived.length === 0) {
        if (wasAwaited) return this.#readMissing(max, waitMs);
        if (this.#failure) throw this.#failure;
        return [];
      }
      const events = this.#arrived
        .splice(0, max)
        // The others were read while their delivery was on its way.
        .filter(({ seq }) => seq > this.#sequence)
        .map(({ subject, seq, data }) => storedEvent(subject, seq, data));
      this.#makeRoom();
      this.#sequence = events.at(-1)?.sequence ?? this.#sequence;
      if (events.length > 0 || performance.now() >= untilMs) return events;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#makeRoom();
    this.#messages?.stop();
  }

  #isBehind(): boolean {
    return this.#sequence < (this.#options.endOfLog() ?? 0);
  }

  /** Waits until something has arrived, something that the log has should have arrived, or the time is over. */
  async #news(untilMs: number): Promise<void> {
    while (this.#arrived.length === 0 && !this.#failure && performance.now() < untilMs) {
      const wasBehind = this.#isBehind();
      await this.#arrival(this.#onItsWayMs);
      // Events that came with the first one come in the same turn of the event loop.
      await turnIsOver();
      if (wasBehind) return;
    }
  }

  #arrival(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Reads for `forMs` at most: what has been read is to be stored, and the next question may be to another leader. */
  async #readMissing(max: number, forMs: number): Promise<StoredEvent[]> {
    const untilMs = performance.now() + forMs;
    const events: StoredEvent[] = [];
    while (events.length < max && this.#isBehind() && this.#arrived.length === 0) {
      try {
        const event = await readEventAt(this.#options.nc, this.#sequence + 1);
        if (!event) break;
        events.push(event);
        this.#sequence = event.sequence;
      } catch (error) {
        if (events.length === 0) throw error;
        break;
      }
      if (performance.now() >= untilMs) break;
    }
    return events;
  }

  #end(cause?: unknown): void {
    this.#isConsumerAwaited = false;
    this.#failure = new ConsumerLost('SESSIONS: the consumer could not be made, or was lost', { cause });
    this.#wake();
  }

  async #deliver(): Promise<void> {
    const consumer = await orderedConsumer(jetstream(this.#options.nc), streamNames.sessions, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#sequence + 1,
      inactive_threshold: inactiveMs,
    });
    const { name } = await consumer.info(true);
    try {
      this.#messages = await consumer.consume({ max_messages: deliveredAhead, expires: pullExpiresMs });
      this.#isConsumerAwaited = false;
      if (this.#isClosed) this.#messages.stop();
      for await (const message of this.#messages) {
        if (message.info.consumer !== name || this.#isClosed) return;
        this.#arrived.push(message);
        this.#wake();
        if (this.#arrived.length >= deliveredAhead) await this.#room();
      }
    } finally {
      await consumer.delete().catch(() => undefined);
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#makeRoom = resolve;
      if (this.#isClosed) resolve();
    });
  }
}
