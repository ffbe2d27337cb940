import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import mqtt from 'mqtt-packet';

/**
 * Publishes to a broker from a process of its own, as fast as the broker takes it. argv: port. Takes lines of JSON on
 * stdin, `{"topics":[…],"values":N,"qos":0,"times":N}`: each topic gets `times` messages of so many values. Answers each
 * line with a line when the broker has taken the bytes.
 */
interface Order {
  readonly topics: readonly string[];
  readonly values: number;
  readonly qos: 0 | 1;
  readonly times: number;
}

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]), noDelay: true });
await once(socket, 'connect');
socket.write(
  mqtt.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'publisher',
    keepalive: 0,
    clean: true,
  }),
);
// Acknowledgements are not looked at: the readers count.
socket.resume();
let messageId = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { topics, values, qos, times } = JSON.parse(line) as Order;
  for (let time = 0; time < times; time += 1) {
    const members = Array.from({ length: values }, (_, value) => [
      `v${value}`,
      value === 0 ? time : 4_711.5 + value,
    ]);
    const payload = JSON.stringify({ ts: 1_790_000_000_000 + time, ...Object.fromEntries(members) });
    const packets = topics.map((topic) => {
      messageId = (messageId % 65_535) + 1;
      return mqtt.generate({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId });
    });
    if (!socket.write(Buffer.concat(packets))) await once(socket, 'drain');
  }
  process.stdout.write('published\n');
}
socket.destroy();
