import type { Channel } from '@holdfast/driver/channel.ts';
import { dialTls } from '@holdfast/driver/dial-tls.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Hear, LinkHost } from '@holdfast/driver/link.ts';
import mqtt, { type IPublishPacket, type Packet } from 'mqtt-packet';
import type { MqttConnection } from '../layout/connection.ts';
import { refusalInWords } from './refusal-in-words.ts';

export interface BrokerSessionOptions {
  readonly connection: MqttConnection;
  readonly host: LinkHost;
  readonly clientId: string;
  /** Whether the broker keeps subscriptions and messages while this client is away. */
  readonly isKept: boolean;
  /** Called once for messages that came together. Further ones wait while `receiveMaximum` of QoS 1 are not safe. */
  readonly onMessages?: (messages: readonly IPublishPacket[]) => void;
  /** Told of subscriptions and messages only, because the first packet has a password. */
  readonly hear?: Hear | undefined;
}

/**
 * The most messages that a broker of MQTT 5 may give us unacknowledged, and that may come twice after a kill. Whatever it
 * sends (mosquitto up to 2.0.12 sends as many again at each acknowledgement), no more are handed on before it has read
 * the acknowledgements of earlier ones.
 */
const receiveMaximum = 100;
/** Large enough for many messages at a time, and small enough for a connection for each device. */
const receiveBytes = 16_384;
/** Acknowledgements after which a ping asks the broker whether it has read them: its answer proves it. */
const askedAfter = receiveMaximum / 2;

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
  /** Messages of QoS 1 that were handed on, and whose acknowledgement the broker is not known to have read. */
  #open = 0;
  #acknowledgedSincePing = 0;
  /** For each unanswered ping, the number of acknowledgements sent before it. */
  readonly #pinged: number[] = [];
  #nextId = 0;
  #heardMs = 0;
  #cancelPing: () => void = () => undefined;

  constructor(options: BrokerSessionOptions) {
    this.#options = options;
    this.#version = options.connection.mqtt_version === '5' ? 5 : 4;
    this.ended = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Callers that do not wait for `ended` learn of the end from their own call.
    this.ended.catch(() => undefined);
    this.#parser = mqtt.parser({ protocolVersion: this.#version });
    this.#parser.on('packet', (packet) => this.#received(packet));
    this.#parser.on('error', (error: Error) => this.fail(malformed(error.message)));
  }

  get isOver(): boolean {
    return this.#failure !== undefined;
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
    const packet = (await opened) as Packet & { returnCode?: number; reasonCode?: number };
    const code = (this.#version === 5 ? packet.reasonCode : packet.returnCode) ?? 0;
    if (code !== 0) {
      const [kind, message] = refusalInWords(code);
      this.fail(new DriverFailure(kind, message, { code, scope: 'endpoint' }));
      throw this.#failure as unknown as Error;
    }
    this.#ping();
  }

  /** @throws DriverFailure, also where the broker refuses one of the filters */
  async subscribe(filters: readonly string[], qos: 0 | 1): Promise<void> {
    // In a kept session a retained message that we have had need not come again.
    const how = this.#version === 5 ? { rh: this.#options.isKept ? 1 : 0 } : {};
    const subscriptions = filters.map((topic) => ({ topic, qos, ...how }));
    const messageId = this.#id();
    const answer = this.#answer('suback', messageId);
    this.#send({ cmd: 'subscribe', messageId, subscriptions });
    const { granted } = (await answer) as Packet & { granted: readonly number[] };
    const refused = filters.find((_, index) => (granted[index] ?? 128) >= 128);
    if (refused !== undefined) {
      const message = `the broker refuses the subscription to ${refused}: let this user read it`;
      this.fail(new DriverFailure('auth', message, { scope: 'endpoint' }));
      throw this.#failure as unknown as Error;
    }
    const lesser = filters.find((_, index) => (granted[index] ?? 0) < qos);
    if (lesser !== undefined) {
      this.#options.host.log.warn(
        { topic: lesser },
        'the broker serves a subscription at QoS 0 alone: its messages may be lost',
      );
    }
  }

  /** Resolves when the broker has it. @throws DriverFailure */
  async publish(topic: string, payload: string): Promise<void> {
    const messageId = this.#id();
    const answer = this.#answer('puback', messageId);
    this.#send({ cmd: 'publish', messageId, topic, payload, qos: 1, dup: false, retain: false });
    const { reasonCode = 0 } = (await answer) as Packet & { reasonCode?: number };
    if (reasonCode < 128) return;
    const why = reasonCode === 135 ? 'this user may not publish there' : `code ${reasonCode}`;
    throw new DriverFailure('refused', `the broker refused the message: ${why}`, { code: reasonCode });
  }

  acknowledge(messageIds: readonly number[]): void {
    this.#send(...messageIds.map((messageId): Packet => ({ cmd: 'puback', messageId })));
    this.#acknowledgedSincePing += messageIds.length;
    if (this.#acknowledgedSincePing >= askedAfter) this.#askPing();
  }

  /** Leaves in good order: waits for the broker to end the connection, by when it has received everything. */
  async leave(withinMs: number): Promise<void> {
    this.#send({ cmd: 'disconnect', ...(this.#version === 5 ? { reasonCode: 0 } : {}) });
    const cancel = this.#options.host.timers.after(withinMs, () => this.close());
    await this.ended.catch(() => undefined);
    cancel();
  }

  close(): void {
    this.#end(new DriverFailure('connection', 'closed'), true);
  }

  fail(failure: DriverFailure): void {
    this.#end(failure, false);
  }

  #end(failure: DriverFailure, gently: boolean): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#cancelPing();
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
      const message = 'not sent: the right to use this device has ended';
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
      this.fail(malformed((error as Error).message));
    }
    this.#handOn();
  }

  #handOn(): void {
    if (this.isOver) return;
    let count = 0;
    for (const { qos } of this.#messages) {
      if (qos > 0 && this.#open >= receiveMaximum) break;
      if (qos > 0) this.#open += 1;
      count += 1;
    }
    if (count > 0) this.#options.onMessages?.(this.#messages.splice(0, count));
  }

  #received(packet: Packet): void {
    if (this.isOver) return;
    if (packet.cmd === 'publish') {
      this.#options.hear?.('received', mqtt.generate(packet, { protocolVersion: this.#version }));
      this.#messages.push(packet);
      return;
    }
    if (packet.cmd === 'disconnect') {
      const [kind, message] = refusalInWords(packet.reasonCode ?? 0);
      this.fail(new DriverFailure(kind, message, { code: packet.reasonCode }));
      return;
    }
    if (packet.cmd === 'pingresp') {
      this.#open -= this.#pinged.shift() ?? 0;
      return;
    }
    const key = `${packet.cmd} ${packet.messageId ?? 0}`;
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting) waiting.resolve(packet);
    else this.fail(malformed(`nobody waits for ${key}`));
  }

  /** A broker that says nothing for two such times is gone, whatever its connection looks like. */
  #ping(): void {
    const { host, connection } = this.#options;
    const everyMs = connection.keep_alive_s * 500;
    const silentMs = host.clock.monotonicMs() - this.#heardMs;
    const leftMs = everyMs * 4 - silentMs;
    if (leftMs <= 0) {
      this.fail(
        new DriverFailure('timeout', `the broker has said nothing for ${Math.round(silentMs / 1_000)} s`),
      );
      return;
    }
    this.#askPing();
    this.#cancelPing = host.timers.after(Math.min(everyMs, leftMs), () => this.#ping());
  }

  #askPing(): void {
    this.#pinged.push(this.#acknowledgedSincePing);
    this.#acknowledgedSincePing = 0;
    this.#send({ cmd: 'pingreq' });
  }

  #id(): number {
    this.#nextId = (this.#nextId % 65_535) + 1;
    return this.#nextId;
  }
}

function malformed(what: string): DriverFailure {
  return new DriverFailure('connection', `what the broker sent is no MQTT: ${what}`);
}
