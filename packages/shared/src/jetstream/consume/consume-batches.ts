import { type ConsumerMessages, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Stop } from '../../runtime/lifecycle.ts';
import type { Logger } from '../../runtime/logger.ts';
import { OutageLog } from '../../runtime/outage-log.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { type DurableConsumerOptions, durableConsumerDefaults, ensureDurable } from './durable-consumer.ts';
import { pullExpiresMs } from './pull-expires.ts';

export type { JsMsg } from '@nats-io/jetstream';

import { BrokerAnswers } from '../connection/broker-answers.ts';
import { leaderInfo } from '../connection/leader-info.ts';

export interface ConsumeBatchesOptions extends DurableConsumerOptions {
  readonly log: Logger;
  /** A batch is handed over when it has so many messages … */
  readonly maxMessages: number;
  /** … or so many bytes of bodies, or one message that has more … */
  readonly maxBytes?: number;
  /** … or when its first message has waited so long. */
  readonly maxWaitMs: number;
  /**
   * With more bytes than this waiting and in hand, no more are requested, whatever `maxAckPending` allows; how much may
   * be on its way already follows from the average size of messages in the stream.
   */
  readonly maxHeldBytes?: number;
  /**
   * Batches that may be in hand at a time; default 1. With more, the next batch is handed over while earlier ones wait
   * for their database: handling begins in order and may end in any order.
   */
  readonly batchesAtOnce?: number;
  /**
   * Gets a batch, in stream order within the batch, and acknowledges what is done (`ackAll`). What it leaves
   * unacknowledged is not lost: when it throws, the rest of the batch is handed over again after a pause; when it
   * returns, the rest is given back to the broker, which delivers it again. `signal` is aborted by `stop`: from
   * then on it should finish what is durable soon and leave the rest.
   *
   * After a redelivery an older message can come in a later batch than a younger one.
   */
  handle(messages: JsMsg[], signal: AbortSignal): Promise<void>;
}

export interface BatchConsumer {
  /**
   * Takes no more, lets the batch in hand end and gives the rest back. Call it before the connection is drained:
   * draining first loses acks. Idempotent.
   */
  readonly stop: Stop;
}

const pauseAfterFailureMs = 1_000;

/** How long a confirmation that got lost with a broker holds up the next batch, on a quick link. */
const ackConfirmTimeoutMs = 2_000;

/** How long a silent broker holds up the end of reading; what it had sent comes again after `ack_wait`. */
const endOfDeliveryTimeoutMs = 2_000;

/**
 * Marks messages that `ackAll` has taken or `redeliverAfter` given back: they do not show it themselves, and a WeakSet of
 * thousands slows every garbage collection.
 */
const acknowledged = Symbol('acknowledged');
type Marked = JsMsg & { [acknowledged]?: boolean };

/**
 * Runs a durable pull consumer until it is stopped: creates it where it is missing, keeps in-progress acks going
 * for everything that waits or is in hand, and survives broker restarts and the loss of the consumer itself.
 */
export function consumeBatches(options: ConsumeBatchesOptions): BatchConsumer {
  const consumer = new RunningBatchConsumer(options);
  return { stop: () => consumer.stop() };
}

/**
 * Acknowledges all messages and waits until the broker has taken note. One connection's acks are processed in order, so
 * confirming the last confirms all: one round trip per batch instead of per message.
 * @returns false when the broker did not confirm; then they may be delivered again
 */
export async function ackAll(nc: NatsConnection, messages: readonly JsMsg[]): Promise<boolean> {
  const last = messages.at(-1);
  if (!last) return true;
  for (const message of messages) (message as Marked)[acknowledged] = true;
  for (const message of messages.slice(0, -1)) message.ack();
  const answers = BrokerAnswers.of(nc);
  const patience = answers.patience.write;
  const askedMs = performance.now();
  try {
    const isConfirmed = await last.ackAck({
      timeout: Math.max(ackConfirmTimeoutMs, answers.patienceMs('write')),
    });
    patience.answered(performance.now() - askedMs);
    return isConfirmed;
  } catch {
    patience.unanswered();
    return false;
  }
}

/** Has the broker deliver the messages again after `ms`, to whoever reads then. */
export function redeliverAfter(messages: readonly JsMsg[], ms: number): void {
  for (const message of messages) {
    (message as Marked)[acknowledged] = true;
    message.nak(ms);
  }
}

class RunningBatchConsumer {
  readonly #options: ConsumeBatchesOptions;
  readonly #nc: NatsConnection;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  /** By stream sequence: a message that is delivered again while it still waits is the same message. */
  readonly #waiting = new Map<number, JsMsg>();
  readonly #inHand = new Map<number, JsMsg>();
  #waitingBytes = 0;
  #inHandBytes = 0;
  #isPaused = false;
  #firstArrivedAt = 0;
  /** The newest message that has arrived, and the one when progress was last signalled. */
  #newest = 0;
  #newestAtSignal = 0;
  #wake: () => void = () => undefined;
  #roomMade: () => void = () => undefined;
  #source: ConsumerMessages | undefined;
  #connected = true;
  readonly #reading: Promise<void>;
  readonly #handling: Promise<void>;
  #stopped: Promise<void> | undefined;
  readonly #status: { stop(): void };
  readonly #progress: NodeJS.Timeout;

  constructor(options: ConsumeBatchesOptions) {
    this.#options = options;
    this.#nc = options.nc;
    this.#log = options.log.child({ stream: options.stream, consumer: options.durable });
    this.#status = this.#followConnection();
    const ackWaitMs = options.ackWaitMs ?? durableConsumerDefaults.ackWaitMs;
    this.#progress = setInterval(() => this.#signalProgress(), ackWaitMs / 3);
    this.#reading = this.#readUntilStopped();
    this.#handling = this.#handleUntilStopped();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    this.#roomMade();
    if (this.#source) await this.#endDelivery(this.#source);
    await this.#reading;
    await this.#handling;
    clearInterval(this.#progress);
    this.#status.stop();
    this.#giveBack([...this.#waiting.values()]);
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  /** Everything that is delivered is read at once; `max_ack_pending` bounds how much that can be. */
  async #readUntilStopped(): Promise<void> {
    const { stream, durable } = this.#options;
    const { signal } = this.#stopping;
    const outage = new OutageLog({
      log: this.#log,
      level: 'warn',
      began: 'reading from the stream failed; trying again',
    });
    while (!signal.aborted) {
      try {
        if (this.#isPaused) await this.#untilRoom();
        await ensureDurable(this.#options);
        const consumer = await jetstream(this.#nc).consumers.get(stream, durable);
        const source = await consumer.consume({
          max_messages: await this.#askedAhead(),
          expires: pullExpiresMs,
          abort_on_missing_resource: true,
          // Iterating instead would cost a promise or two per message.
          callback: (message) => this.#arrived(message),
        });
        this.#source = source;
        // stop() may have looked for a source before there was one.
        if (signal.aborted) void this.#endDelivery(source);
        outage.worked();
        const failure = await source.closed();
        if (failure) throw failure;
        if (this.#isPaused) continue;
      } catch (error) {
        if (signal.aborted || this.#nc.isClosed()) break;
        outage.failed(error);
      }
      if (this.#nc.isClosed()) break;
      await pause(systemTimers, pauseAfterFailureMs, signal);
    }
  }

  /**
   * Drains the subscription: until the broker has confirmed its end, messages still arrive. Closing alone would drop
   * what the broker has sent and the client has not read yet: no other reader would get it before `ack_wait` is over.
   */
  async #endDelivery(source: ConsumerMessages): Promise<void> {
    // The client does not expose its subscription, but follows when that is drained.
    const { sub } = source as ConsumerMessages & { readonly sub?: Subscription };
    if (this.#connected && sub && !sub.isClosed()) {
      const patience = new AbortController();
      const drained = sub.drain().catch(() => undefined);
      await Promise.race([drained, pause(systemTimers, endOfDeliveryTimeoutMs, patience.signal)]);
      patience.abort();
    }
    await source.close();
  }

  #arrived(message: JsMsg): void {
    // No handler is left for the message, or it would exceed what may be held.
    if (this.#stopping.signal.aborted || this.#isPaused) {
      this.#giveBack([message]);
      return;
    }
    const sequence = message.seq;
    this.#newest = Math.max(this.#newest, sequence);
    const held = this.#inHand.get(sequence);
    // Acknowledging its first delivery will acknowledge this one too.
    if (held && !(held as Marked)[acknowledged]) return;
    if (this.#waiting.size === 0) this.#firstArrivedAt = performance.now();
    const before = this.#waiting.get(sequence);
    this.#waiting.set(sequence, message);
    this.#waitingBytes += message.data.length - (before?.data.length ?? 0);
    if (this.#waiting.size === 1 || this.#isFull()) this.#wake();
    if (!this.#isPaused && this.#heldBytes() > (this.#options.maxHeldBytes ?? Number.POSITIVE_INFINITY)) {
      this.#isPaused = true;
      if (this.#source) void this.#endDelivery(this.#source);
    }
  }

  /** Whether a whole batch waits. */
  #isFull(): boolean {
    const { maxMessages, maxBytes = Number.POSITIVE_INFINITY } = this.#options;
    return this.#waiting.size >= maxMessages || this.#waitingBytes >= maxBytes;
  }

  #heldBytes(): number {
    return this.#waitingBytes + this.#inHandBytes;
  }

  /** How many messages to ask for: one batch waits while the ones before it are in hand. */
  async #askedAhead(): Promise<number> {
    const { maxMessages, batchesAtOnce = 1, maxHeldBytes, stream } = this.#options;
    const messageCount = maxMessages * (batchesAtOnce + 1);
    if (maxHeldBytes === undefined) return messageCount;
    const { state } = await leaderInfo(await jetstreamManager(this.#nc, { checkAPI: false }), stream);
    const bytes = state.messages === 0 ? 0 : state.bytes / state.messages;
    return Math.max(1, Math.min(messageCount, Math.floor(maxHeldBytes / Math.max(1, bytes))));
  }

  async #untilRoom(): Promise<void> {
    const roomAt = (this.#options.maxHeldBytes ?? 0) / 2;
    while (this.#heldBytes() > roomAt && !this.#stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
    }
    this.#isPaused = false;
  }

  async #handleUntilStopped(): Promise<void> {
    const { signal } = this.#stopping;
    const underWay = new Set<Promise<void>>();
    while (!signal.aborted) {
      const batch = await this.#nextBatch();
      if (batch.length === 0) continue;
      for (const message of batch) this.#inHand.set(message.seq, message);
      const bytes = batch.reduce((sum, { data }) => sum + data.length, 0);
      this.#inHandBytes += bytes;
      const handling: Promise<void> = this.#handleUntilDone(batch).then(() => {
        this.#giveBack(batch);
        for (const message of batch) {
          if (this.#inHand.get(message.seq) === message) this.#inHand.delete(message.seq);
        }
        this.#inHandBytes -= bytes;
        this.#roomMade();
        underWay.delete(handling);
      });
      underWay.add(handling);
      if (underWay.size >= (this.#options.batchesAtOnce ?? 1)) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  async #handleUntilDone(batch: readonly JsMsg[]): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const unacknowledged = batch.filter((message) => !(message as Marked)[acknowledged]);
      if (unacknowledged.length === 0) return;
      try {
        return await this.#options.handle(unacknowledged, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#log.error(
          { err: error, messages: unacknowledged.length },
          'handling a batch failed; trying again',
        );
        await pause(systemTimers, pauseAfterFailureMs, signal);
        if (signal.aborted) return;
      }
    }
  }

  async #nextBatch(): Promise<JsMsg[]> {
    const { maxMessages, maxBytes = Number.POSITIVE_INFINITY, maxWaitMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted && !this.#isFull()) {
      if (this.#waiting.size === 0) {
        await this.#woken();
      } else {
        const leftMs = this.#firstArrivedAt + maxWaitMs - performance.now();
        if (leftMs <= 0) break;
        await this.#woken(leftMs);
      }
    }
    if (signal.aborted) return [];
    const batch: JsMsg[] = [];
    let bytes = 0;
    for (const [sequence, message] of this.#waiting) {
      if (batch.length === maxMessages || (batch.length > 0 && bytes + message.data.length > maxBytes)) break;
      batch.push(message);
      bytes += message.data.length;
      this.#waiting.delete(sequence);
    }
    this.#waitingBytes -= bytes;
    this.#firstArrivedAt = performance.now();
    return batch.sort((a, b) => a.seq - b.seq);
  }

  #woken(atMostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = atMostMs === undefined ? undefined : setTimeout(resolve, atMostMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** For messages that were here at the last signal, too: most leave before there is another one. */
  #signalProgress(): void {
    const before = this.#newestAtSignal;
    this.#newestAtSignal = this.#newest;
    // While disconnected these would pile up in the client's buffer.
    if (!this.#connected) return;
    for (const held of [this.#inHand, this.#waiting]) {
      for (const message of held.values()) if (message.seq <= before) message.working();
    }
  }

  /**
   * Gives messages back, except for acknowledged ones. The delay matters: the broker stores only delayed redeliveries.
   * Without one, a broker that stops forgets that they were given back, and a reader that was just started waits for
   * `ack_wait`.
   */
  #giveBack(messages: readonly JsMsg[]): void {
    if (!this.#connected || this.#nc.isClosed()) return;
    for (const message of messages) message.nak(1);
  }

  #followConnection(): { stop(): void } {
    const statuses = this.#nc.status();
    void (async () => {
      for await (const status of statuses) {
        if (status.type === 'disconnect') this.#connected = false;
        if (status.type === 'reconnect') this.#connected = true;
      }
    })();
    return { stop: () => void (statuses as { stop?(): void }).stop?.() };
  }
}
