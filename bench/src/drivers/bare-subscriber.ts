import { once } from 'node:events';
import { connect } from 'node:net';
import mqtt, { type Packet } from 'mqtt-packet';
import { InvalidMeasurement } from '../benchmark.ts';

/** Reads what is published, and counts it. */
export interface Subscriber {
  /** Resolves when so many more were read than at the call. @throws InvalidMeasurement when anything else came */
  next(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface SubscriberOptions {
  readonly port: number;
  readonly topics: readonly string[];
  readonly qos: 0 | 1;
}

/**
 * The least that the same messages cost in Node: mqtt-packet finds them in what a socket brings, those of QoS 1 are acknowledged, and
 * it looks into none. It counts messages.
 */
export async function bareSubscriber({ port, topics, qos }: SubscriberOptions): Promise<Subscriber> {
  const protocol = { protocolVersion: 5 };
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const send = (packet: Packet) => socket.write(mqtt.generate(packet, protocol));
  const parser = mqtt.parser(protocol);
  let messagesLeft = 0;
  let isDone: () => void = () => undefined;
  let fail: (why: Error) => void = () => undefined;
  const subscribed = new Promise<void>((resolve, reject) => {
    isDone = resolve;
    fail = reject;
  });
  parser.on('error', (error: Error) => fail(error));
  parser.on('packet', (packet) => {
    switch (packet.cmd) {
      case 'publish':
        if (packet.qos > 0) send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
        messagesLeft -= 1;
        if (messagesLeft === 0) isDone();
        return;
      case 'connack':
        send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos })) });
        return;
      case 'suback':
        isDone();
        return;
      default:
        fail(new InvalidMeasurement(`the broker said ${packet.cmd}`));
    }
  });
  socket.on('data', (bytes) => {
    // Acknowledges together what came together.
    socket.cork();
    parser.parse(bytes);
    socket.uncork();
  });
  socket.on('close', () => fail(new InvalidMeasurement('the broker closed the connection')));
  send({
    cmd: 'connect',
    protocolId: 'MQTT',
    ...protocol,
    clientId: `bare-${port}-${topics[0]}`,
    keepalive: 0,
    clean: true,
  } as Packet);
  await subscribed;
  return {
    next: (count) =>
      new Promise((resolve, reject) => {
        messagesLeft = count;
        isDone = resolve;
        fail = reject;
      }),
    close: async () => void socket.destroy(),
  };
}
