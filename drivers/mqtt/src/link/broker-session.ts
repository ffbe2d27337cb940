import type { Channel } from '@holdfast/driver/channel.ts';
import { errorText } from '@holdfast/driver/channel.ts';
import { dialTls } from '@holdfast/driver/dial-tls.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Hear, LinkHost } from '@holdfast/driver/link.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { quoted, type Text } from '@holdfast/texts/text.ts';
import mqtt, { type IConnackPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import type { MqttConnection } from '../layout/connection.ts';
import { mqttText } from '../texts.ts';
import { refusalInWords, refusedFilterInWords } from './refusal-in-words.ts';

export interface BrokerSessionOptions {
  readonly connection: MqttConnection;
  readonly host: LinkHost;
  readonly clientId: string;
  /** Whether the broker keeps subscriptions and messages while this client is offline. */
  readonly isKept: boolean;
  /** Called once for messages that came together. Further ones wait while `mostUnproven` of QoS 1 are not safe. */
  readonly onMessages?: (messages: readonly IPublishPacket[]) => void;
  /** Notified of subscriptions and messages only, because the first packet has a password. */
  readonly hear?: Hear | undefined;
}

/**
 * Most messages that are handed on before the broker is known to have read the acknowledgements of earlier ones, so that
 * no more than these may come twice after a kill: see {@link ReadAcknowledgements}. Brokers send more: mosquitto up to
 * 2.0.12 sends as many again at each acknowledgement. The others wait here.
 */
const mostUnproven = 100;
/**
 * The most messages that a broker of MQTT 5 may give us unacknowledged. mochi-mqtt 2.7.9 forgets messages that had to
 * wait for this limit as soon as it has sent them.
 */
const receiveMaximum = 1_000;
/**
 * How long messages wait for a sign that the broker has read our acknowledgements. Some give none while messages are
 * unacknowledged, and these messages are: more may then come twice after a kill, but all come.
 */
const unprovenMs = 1_000;
/** Large enough for many messages at a time, and small enough for a connection for each device. */
const receiveBytes = 16_384;
/** Acknowledgements after which a ping asks the broker whether it has read them. */
const askedAfter = mostUnproven / 2;
/**
 * The first packet id of our own, and the distance to the next one. Ids of both sides are independent of each other, but
 * mochi-mqtt refuses a SUBSCRIBE under the id of a message of its own, and brokers count theirs from 1.
 */
const firstId = 65_535;
const idStep = 1_009;
/** How often filters that a broker refuses are subscribed to under another id, before the refusal counts. */
const mostRetries = 2;

/** A filter that the broker does not serve. */
export interface RefusedFilter {
  readonly filter: string;
  readonly failure: DriverFailure;
}

interface Waiting {
  readonly resolve: (packet: Packet) => void;
  readonly reject: (failure: DriverFailure) => void;
}

/** One connection to a broker, from its CONNECT to its end. */
export class BrokerSession {
  /** Rejects when the session is over; never resolves. */
  readonly ended: Promise<never>;
  readonly #options: BrokerSessionOptions;
  readonly #version: 4 | 5;
  readonly #parser: ReturnType<typeof mqtt.parser>;
  #channel: Channel | undefined;
  #reject: (failure: DriverFailure) => void = () => undefined;
  #failure: DriverFailure | undefined;
  #wasSent = false;
  /** Waiting calls by command and packet id of their answer. */
  readonly #waiting = new Map<string, Waiting>();
  /** Messages that have come and are not handed on yet. */
  readonly #messages: IPublishPacket[] = [];
  /** Ids of messages that have come and are not acknowledged. */
  readonly #open = new Set<number>();
  /** Number of messages of QoS 1 that were handed on. */
  #takenCount = 0;
  readonly #acknowledged = new ReadAcknowledgements();
  /** For each unanswered ping, the number of acknowledgements sent before it. */
  readonly #pinged: number[] = [];
  #cancelUnproven: (() => void) | undefined;
  #nextId = firstId;
  #keepAliveS: number;
  #mostQos: 0 | 1 = 1;
  #wasKept = false;
  #keepsAll = true;
  #heardMs = 0;
  #cancelPing: () => void = () => undefined;

  constructor(options: BrokerSessionOptions) {
    this.#options = options;
    this.#version = options.connection.mqtt_version === '5' ? 5 : 4;
    this.#keepAliveS = options.connection.keep_alive_s;
    this.ended = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Callers that do not wait for `ended` learn of the end from their own call.
    this.ended.catch(() => undefined);
    this.#parser = mqtt.parser({ protocolVersion: this.#version });
    this.#parser.on('packet', (packet) => this.#received(packet));
    this.#parser.on('error', (error: Error) => this.fail(malformed(quoted(error.message))));
  }

  get isOver(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether the broker had the subscriptions of this client from before. */
  get wasKept(): boolean {
    return this.#wasKept;
  }

  /** Whether the broker keeps the messages of all subscribed topics while this client is offline. */
  get keepsAll(): boolean {
    return this.#keepsAll;
  }

  /** Resolves once the broker has taken the connection. @throws DriverFailure */
  async open(): Promise<void> {
    const { connection, host } = this.#options;
    const opened = this.#answer('connack', 0);
    const connect = this.#connectPacket();
    const to = { host: connection.host, port: connection.port };
    this.#channel = host.dial(
      { ...to, receiveBytes, tls: dialTls(connection.tls, to, host) },
      {
        onOpen: () => this.#send(connect),
        onBytes: (bytes, count) => this.#hear(Buffer.from(bytes.subarray(0, count))),
        onFailure: (reason) => this.fail(new DriverFailure('connection', reason, { wasSent: this.#wasSent })),
      },
    );
    const packet = (await opened) as IConnackPacket;
    const code = (this.#version === 5 ? packet.reasonCode : packet.returnCode) ?? 0;
    if (code !== 0) {
      const [kind, message] = refusalInWords(code);
      this.fail(new DriverFailure(kind, message, { code, scope: 'endpoint' }));
      throw this.#failure as unknown as Error;
    }
    this.#heed(packet);
    this.#ping();
  }

  /** Keeps to the limits that a broker of MQTT 5 sets at the connection. */
  #heed({ sessionPresent, properties = {} }: IConnackPacket): void {
    const { connection, host, isKept } = this.#options;
    const { serverKeepAlive = 0, maximumQoS, sessionExpiryInterval } = properties;
    if (serverKeepAlive > 0) this.#keepAliveS = Math.min(serverKeepAlive, connection.keep_alive_s);
    if (maximumQoS === 0) this.#mostQos = 0;
    if (!isKept) return;
    this.#wasKept = sessionPresent;
    host.log.info({ has_kept_messages: sessionPresent }, 'connected to the broker');
    const wantedS = connection.session_expiry_s;
    if (sessionExpiryInterval === undefined || sessionExpiryInterval >= wantedS) return;
    const about = { session_expiry_s: wantedS, broker_s: sessionExpiryInterval };
    host.log.warn(about, 'the broker keeps messages for a shorter time than session_expiry_s says');
  }

  /**
   * Subscribes to those that the broker allows.
   * @returns the filters that it refuses
   * @throws DriverFailure
   */
  async subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly RefusedFilter[]> {
    let refused: readonly (readonly [filter: string, code: number])[] = [];
    let open = filters;
    for (let tries = 0; open.length > 0 && tries <= mostRetries; tries += 1) {
      const granted = await this.#subscribe(open, qos);
      refused = open.flatMap((filter, index) => {
        const code = granted[index] ?? 128;
        return code >= 128 ? [[filter, code] as const] : [];
      });
      open = refused.map(([filter]) => filter);
    }
    return refused.map(([filter, code]) => {
      const [kind, message] = refusedFilterInWords(filter, code);
      return { filter, failure: new DriverFailure(kind, message, { code, scope: 'endpoint' }) };
    });
  }

  async #subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly number[]> {
    // In a kept session a retained message that we have had need not come again.
    const how = this.#version === 5 ? { rh: this.#options.isKept ? 1 : 0 } : {};
    const subscriptions = filters.map((topic) => ({ topic, qos, ...how }));
    const messageId = this.#id();
    const answer = this.#answer('suback', messageId);
    this.#send({ cmd: 'subscribe', messageId, subscriptions });
    const { granted } = (await answer) as Packet & { granted: readonly number[] };
    const lesser = filters.find((_, index) => (granted[index] ?? 0) < qos);
    if (qos === 0 || lesser !== undefined) this.#keepsAll = false;
    if (lesser !== undefined) {
      this.#options.host.log.warn(
        { topic: lesser },
        'the broker serves a subscription at QoS 0 alone: its messages may be lost',
      );
    }
    return granted;
  }

  /** Resolves when the broker has it. @throws DriverFailure */
  async publish(topic: string, payload: string): Promise<void> {
    if (this.#mostQos === 0) {
      // Such a broker acknowledges no message. Its answer to what follows proves that it has read this one.
      const pong = this.#answer('pingresp', 0);
      this.#send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }, { cmd: 'pingreq' });
      await pong;
      return;
    }
    const messageId = this.#id();
    const answer = this.#answer('puback', messageId);
    this.#send({ cmd: 'publish', messageId, topic, payload, qos: 1, dup: false, retain: false });
    const { reasonCode = 0 } = (await answer) as Packet & { reasonCode?: number };
    if (reasonCode < 128) return;
    const text =
      reasonCode === 135
        ? mqttText('publish_not_allowed')
        : mqttText('publish_refused', { code: reasonCode });
    throw new DriverFailure('refused', text, { code: reasonCode });
  }

  acknowledge(messageIds: readonly number[]): void {
    this.#send(...messageIds.map((messageId): Packet => ({ cmd: 'puback', messageId })));
    for (const messageId of messageIds) {
      this.#open.delete(messageId);
      this.#acknowledged.add(messageId);
    }
    if (this.#acknowledged.count - (this.#pinged.at(-1) ?? this.#acknowledged.readCount) >= askedAfter)
      this.#askPing();
    this.#handOn();
  }

  /** Leaves in good order: waits for the broker to end the connection, by when it has received everything. */
  async leave(withinMs: number): Promise<void> {
    this.#send({ cmd: 'disconnect', ...(this.#version === 5 ? { reasonCode: 0 } : {}) });
    const cancel = this.#options.host.timers.after(withinMs, () => this.close());
    await this.ended.catch(() => undefined);
    cancel();
  }

  close(): void {
    this.#end(new DriverFailure('connection', driverText('connection_closed')), true);
  }

  fail(failure: DriverFailure): void {
    this.#end(failure, false);
  }

  #end(failure: DriverFailure, gently: boolean): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#cancelPing();
    this.#cancelUnproven?.();
    // Written bytes leave before the connection ends.
    this.#channel?.close(gently, () => undefined);
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
    this.#reject(failure);
  }

  #connectPacket(): Packet {
    const { connection, host, clientId, isKept } = this.#options;
    const { username, password, keep_alive_s, session_expiry_s } = connection;
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.#version,
      clientId,
      clean: !isKept,
      keepalive: keep_alive_s,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(host.secret(password.secret, connection)) }),
      ...(this.#version === 5
        ? { properties: { receiveMaximum, ...(isKept ? { sessionExpiryInterval: session_expiry_s } : {}) } }
        : {}),
    };
  }

  /** Sends all packets in one write. */
  #send(...packets: readonly Packet[]): void {
    if (this.isOver) return;
    if (!this.#options.host.mayRequest()) {
      const message = driverText('right_to_use_the_device_ended');
      this.fail(new DriverFailure('connection', message, { wasSent: this.#wasSent, isHeldBack: true }));
      return;
    }
    this.#wasSent = true;
    const frames = packets.map((packet) => mqtt.generate(packet, { protocolVersion: this.#version }));
    for (const [index, { cmd }] of packets.entries())
      if (cmd === 'subscribe') this.#options.hear?.('sent', frames[index] as Buffer);
    this.#channel?.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
  }

  #answer(cmd: string, id: number): Promise<Packet> {
    const answer = new Promise<Packet>((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting.set(`${cmd} ${id}`, { resolve, reject });
    });
    // The answer may fail before anybody waits for it.
    answer.catch(() => undefined);
    return answer;
  }

  #hear(bytes: Buffer): void {
    this.#heardMs = this.#options.host.clock.monotonicMs();
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      this.fail(malformed(errorText(error)));
    }
    this.#handOn();
  }

  #handOn(): void {
    if (this.isOver) return;
    let count = 0;
    for (const { qos } of this.#messages) {
      if (qos > 0 && this.#takenCount - this.#acknowledged.readCount >= mostUnproven) break;
      if (qos > 0) this.#takenCount += 1;
      count += 1;
    }
    if (count > 0) {
      this.#cancelUnproven?.();
      this.#cancelUnproven = undefined;
      this.#options.onMessages?.(this.#messages.splice(0, count));
    }
    // Everything that was handed on is acknowledged: only a sign of the broker is missing.
    const isUnproven = this.#messages.length > 0 && this.#takenCount === this.#acknowledged.count;
    if (!isUnproven || this.#cancelUnproven || this.isOver) return;
    this.#cancelUnproven = this.#options.host.timers.after(unprovenMs, () => {
      this.#cancelUnproven = undefined;
      this.#acknowledged.areRead(this.#acknowledged.count);
      this.#handOn();
    });
  }

  #received(packet: Packet): void {
    if (this.isOver) return;
    if (packet.cmd === 'publish') {
      this.#options.hear?.('received', mqtt.generate(packet, { protocolVersion: this.#version }));
      const { messageId = 0, qos, dup } = packet;
      if (qos > 0) {
        // No other message can have the id: mochi-mqtt sends again what it has just sent after a reconnect.
        if (this.#open.has(messageId)) return;
        this.#open.add(messageId);
        if (!dup) this.#acknowledged.isUsedAgain(messageId);
      }
      this.#messages.push(packet);
      return;
    }
    if (packet.cmd === 'disconnect') {
      const [kind, message] = refusalInWords(packet.reasonCode ?? 0);
      this.fail(new DriverFailure(kind, message, { code: packet.reasonCode }));
      return;
    }
    if (packet.cmd === 'pingresp') {
      this.#acknowledged.areRead(this.#pinged.shift() ?? 0);
      this.#waiting.get('pingresp 0')?.resolve(packet);
      this.#waiting.delete('pingresp 0');
      return;
    }
    const key = `${packet.cmd} ${packet.messageId ?? 0}`;
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting) waiting.resolve(packet);
    else this.fail(malformed(mqttText('unexpected_packet', { what: key })));
  }

  /** A broker that says nothing for two such times is gone, whatever its connection looks like. */
  #ping(): void {
    const { host } = this.#options;
    const everyMs = this.#keepAliveS * 500;
    const silentMs = host.clock.monotonicMs() - this.#heardMs;
    const leftMs = everyMs * 4 - silentMs;
    if (leftMs <= 0) {
      this.fail(
        new DriverFailure('timeout', mqttText('broker_silent', { count: Math.round(silentMs / 1_000) })),
      );
      return;
    }
    this.#askPing();
    this.#cancelPing = host.timers.after(Math.min(everyMs, leftMs), () => this.#ping());
  }

  #askPing(): void {
    this.#pinged.push(this.#acknowledged.count);
    this.#send({ cmd: 'pingreq' });
  }

  #id(): number {
    const id = this.#nextId;
    this.#nextId = id > idStep ? id - idStep : id - idStep + firstId;
    return id;
  }
}

/**
 * Our acknowledgements, and how many of them the broker is known to have read. It reads them in their order: the answer
 * to a ping proves it for all that were sent before, and a message under the id of an acknowledged one for this one and
 * all before.
 */
class ReadAcknowledgements {
  count = 0;
  readCount = 0;
  /** Which acknowledgement of an id is not known to have been read, oldest first. */
  readonly #unread = new Map<number, number>();

  add(messageId: number): void {
    this.count += 1;
    this.#unread.delete(messageId);
    this.#unread.set(messageId, this.count);
  }

  areRead(count: number): void {
    if (count <= this.readCount) return;
    this.readCount = count;
    for (const [messageId, at] of this.#unread) {
      if (at > count) return;
      this.#unread.delete(messageId);
    }
  }

  isUsedAgain(messageId: number): void {
    this.areRead(this.#unread.get(messageId) ?? 0);
  }
}

function malformed(what: Text): DriverFailure {
  return new DriverFailure('connection', mqttText('not_mqtt', { why: what }));
}
