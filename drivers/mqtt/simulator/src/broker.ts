import { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import { ListenerFaults } from '@holdfast/plant/faults/listener-faults.ts';
import type { Framing, Link } from '@holdfast/plant/lines/link.ts';
import { openTcpLine, type TcpLine } from '@holdfast/plant/lines/tcp-line.ts';
import mqtt, { type IConnectPacket, type Packet } from 'mqtt-packet';
import type { Fault } from './fault.ts';
import { Session } from './session.ts';

export interface BrokerOptions {
  readonly name: string;
  readonly port: number;
  readonly faults: readonly Fault[];
  /** The faults of its devices. Faults that act on connections act on the whole broker. */
  readonly boards: readonly FaultBoard<Fault>[];
  readonly startedAtMs: number;
  readonly onPacket: (link: Link) => void;
}

/** A broker with what collectors need: kept sessions, QoS 0 and 1, retained messages. It has no users and no TLS. */
export class Broker {
  readonly name: string;
  readonly faults: FaultBoard<Fault>;
  readonly listenerFaults: ListenerFaults;
  port: number;
  readonly #onPacket: (link: Link) => void;
  readonly #sessions = new Map<string, Session>();
  readonly #byLink = new WeakMap<Link, Session>();
  readonly #retained = new Map<string, string>();
  readonly #boards: readonly FaultBoard<Fault>[];
  #line: TcpLine | undefined;

  constructor({ name, port, faults, boards, startedAtMs, onPacket }: BrokerOptions) {
    this.name = name;
    this.port = port;
    this.faults = new FaultBoard(name, faults, startedAtMs);
    this.#boards = [this.faults, ...boards];
    this.#onPacket = onPacket;
    this.listenerFaults = new ListenerFaults(this.#boards, () => this.#line);
  }

  async open(host: string, nextLinkId: () => number): Promise<void> {
    this.#line = await openTcpLine<Packet>({
      host,
      port: this.port,
      framing: packetFraming,
      rules: () => this.listenerFaults.rules(),
      nextLinkId,
      onRequest: (link, packet) => this.#received(link, packet),
    });
    this.port = this.#line.port;
    await this.listenerFaults.changed();
  }

  openConnections(): number {
    return this.#line?.openConnections() ?? 0;
  }

  publish(topic: string, payload: string, isRetained: boolean): void {
    if (isRetained) this.#retained.set(topic, payload);
    for (const session of this.#sessions.values()) session.published({ topic, payload, isRetained: false });
  }

  async stop(): Promise<void> {
    this.listenerFaults.stop();
    await this.#line?.stop();
  }

  #received(link: Link, packet: Packet): void {
    this.#onPacket(link);
    const nowMs = Date.now();
    const kinds = this.#boards.map((board) => board.hitting(nowMs)?.kind);
    if (kinds.includes('reset')) {
      link.reset();
      return;
    }
    if (kinds.includes('half_open')) {
      link.deaden();
      return;
    }
    if (packet.cmd === 'connect') {
      this.#connected(link, packet);
      return;
    }
    const session = this.#byLink.get(link);
    // A client has to begin with CONNECT.
    if (!session) link.reset();
    else this.#serve(link, session, packet);
  }

  #connected(link: Link, { clientId, clean, protocolVersion, properties }: IConnectPacket): void {
    const version = protocolVersion ?? 4;
    const former = this.#sessions.get(clientId);
    const session = former && !clean ? former : new Session(version);
    if (session !== former) former?.isReset();
    this.#sessions.set(clientId, session);
    this.#byLink.set(link, session);
    session.connected(link, session === former, properties?.receiveMaximum);
  }

  #serve(link: Link, session: Session, packet: Packet): void {
    switch (packet.cmd) {
      case 'subscribe': {
        const granted = packet.subscriptions.map(({ qos }) => Math.min(qos, 1) as 0 | 1);
        for (const [index, { topic }] of packet.subscriptions.entries()) {
          session.subscribed(topic, granted[index] ?? 0);
        }
        session.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted } as Packet);
        for (const [topic, payload] of this.#retained) {
          session.published(
            { topic, payload, isRetained: true },
            packet.subscriptions.map((subscription) => subscription.topic),
          );
        }
        return;
      }
      case 'unsubscribe':
        for (const topic of packet.unsubscriptions) session.unsubscribed(topic);
        session.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] } as Packet);
        return;
      case 'publish':
        if (packet.qos > 0) session.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
        this.publish(packet.topic, packet.payload.toString(), packet.retain);
        return;
      case 'puback':
        session.acknowledged(packet.messageId ?? 0);
        return;
      case 'pingreq':
        session.send({ cmd: 'pingresp' });
        return;
      case 'disconnect':
        link.reset();
        return;
      default:
        // At QoS 0 and 1 a client sends nothing else.
        link.reset();
    }
  }
}

function packetFraming(): Framing<Packet> {
  const parser = mqtt.parser();
  let packets: Packet[] = [];
  let isBroken = false;
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', () => {
    isBroken = true;
  });
  return {
    take: (chunk) => {
      packets = [];
      parser.parse(chunk);
      return { requests: packets, broken: isBroken };
    },
  };
}
