import { matches } from '@holdfast/driver-mqtt/layout/topic-filter.ts';
import type { Link } from '@holdfast/plant/lines/link.ts';
import mqtt, { type Packet } from 'mqtt-packet';

/** Messages kept for a client that is offline; beyond that the newest are dropped, as by other brokers. */
const mostKept = 10_000;
/** Unacknowledged messages for a client of MQTT 3.1.1, which cannot say how many it wants. */
const inFlightOf311 = 20;

export interface Message {
  readonly topic: string;
  readonly payload: string;
  /** Whether the message was published before the client subscribed. */
  readonly isRetained: boolean;
}

/** A client of the broker, connected or not. */
export class Session {
  readonly #version: number;
  readonly #filters = new Map<string, 0 | 1>();
  /** Messages of QoS 1 that were sent and are not acknowledged, by packet id, oldest first. */
  readonly #inFlight = new Map<number, Message>();
  /** Messages that wait for their turn. */
  readonly #queued: Message[] = [];
  #receiveMaximum = inFlightOf311;
  #lastId = 0;
  #link: Link | undefined;

  constructor(version: number) {
    this.#version = version;
  }

  /**
   * Takes a new connection. The one before is reset: a client id is one client.
   * @param receiveMaximum the client's receive maximum in MQTT 5
   */
  connected(link: Link, sessionPresent: boolean, receiveMaximum: number | undefined): void {
    if (this.#link !== link) this.#link?.reset();
    this.#link = link;
    this.#receiveMaximum = receiveMaximum ?? (this.#version === 5 ? 65_535 : inFlightOf311);
    this.send({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent } as Packet);
    for (const [messageId, message] of this.#inFlight) this.#publish(message, 1, messageId, true);
    this.#sendQueued();
  }

  subscribed(topic: string, qos: 0 | 1): void {
    this.#filters.set(topic, qos);
  }

  unsubscribed(topic: string): void {
    this.#filters.delete(topic);
  }

  acknowledged(messageId: number): void {
    this.#inFlight.delete(messageId);
    this.#sendQueued();
  }

  isReset(): void {
    this.#link?.reset();
  }

  /** @param filters the client's filters that the message is meant for; all of them unless given */
  published(message: Message, filters: readonly string[] = [...this.#filters.keys()]): void {
    const taking = filters.filter((filter) => matches(filter, message.topic));
    if (taking.length === 0) return;
    if (taking.every((filter) => this.#filters.get(filter) === 0)) {
      this.#publish(message, 0);
      return;
    }
    if (this.#inFlight.size + this.#queued.length >= mostKept) return;
    this.#queued.push(message);
    this.#sendQueued();
  }

  #sendQueued(): void {
    while (this.#inFlight.size < this.#receiveMaximum) {
      const message = this.#queued.shift();
      if (!message) return;
      do this.#lastId = (this.#lastId % 65_535) + 1;
      while (this.#inFlight.has(this.#lastId));
      this.#inFlight.set(this.#lastId, message);
      this.#publish(message, 1, this.#lastId);
    }
  }

  send(packet: Packet): void {
    this.#link?.send(mqtt.generate(packet, { protocolVersion: this.#version }));
  }

  #publish({ topic, payload, isRetained }: Message, qos: 0 | 1, messageId?: number, dup = false): void {
    const id = messageId === undefined ? {} : { messageId };
    this.send({ cmd: 'publish', topic, payload, qos, dup, retain: isRetained, ...id } as Packet);
  }
}
