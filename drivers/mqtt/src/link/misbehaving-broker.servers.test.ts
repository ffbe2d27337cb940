import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import packets from 'mqtt-packet';
import { expect, it } from 'vitest';
import { points, watcherAt } from '../testing/watcher-at.ts';

/** A broker that sends all its messages at once, whatever its client asked for. @returns acknowledged ids, in order */
async function floodingBroker(count: number) {
  const acknowledged: number[] = [];
  const server = createServer((socket) => {
    const parser = packets.parser({ protocolVersion: 5 });
    const send = (...all: packets.Packet[]) =>
      socket.write(Buffer.concat(all.map((packet) => packets.generate(packet, { protocolVersion: 5 }))));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect')
        send({ cmd: 'connack', reasonCode: 0, sessionPresent: false } as packets.Packet);
      if (packet.cmd === 'puback') acknowledged.push(packet.messageId ?? 0);
      if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
      if (packet.cmd === 'disconnect') socket.end();
      if (packet.cmd !== 'subscribe') return;
      const flood = Array.from(
        { length: count },
        (_, index): packets.Packet => ({
          ...{ cmd: 'publish', topic: 'hall/level', payload: String(index), messageId: index + 1 },
          ...{ qos: 1, dup: false, retain: false },
        }),
      );
      send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] } as packets.Packet, ...flood);
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => void server.close());
  return { port: (server.address() as AddressInfo).port, acknowledged };
}

it('takes 100 messages that are not safe and no more, of a broker that gives whatever it has', async () => {
  const { port, acknowledged } = await floodingBroker(1_000);
  let most = 0;
  let safe = 0;
  const commit = async () => {
    const taken = told.length;
    most = Math.max(most, taken - safe);
    await new Promise((resolve) => setImmediate(resolve));
    safe = taken;
  };
  const { told, watch } = watcherAt(port, { of: points.slice(0, 1), commit });
  const watching = watch();
  await expect.poll(() => acknowledged.length).toBe(1_000);
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect(most).toBe(100);
  expect(told.map(({ value }) => value)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  expect(acknowledged).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
});

/** Time that passes when a test says so. */
function simulatedTime() {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
    timers: {
      after: (ms: number, run: () => void) => {
        const timer = { atMs: nowMs + ms, run };
        due.push(timer);
        return () => {
          due = due.filter((each) => each !== timer);
        };
      },
    },
    /** Timers run in their order, each at its time. */
    passes: (ms: number) => {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = due.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
        if (!next) break;
        nowMs = next.atMs;
        due = due.filter((each) => each !== next);
        next.run();
      }
      nowMs = untilMs;
    },
  };
}

/** A broker that takes one subscription and answers this many pings, the last one with a message besides; then it hangs. */
async function hangingBroker(answeredPings: number) {
  let pings = 0;
  const server = createServer((socket) => {
    const parser = packets.parser({ protocolVersion: 5 });
    const send = (packet: packets.Packet) => socket.write(packets.generate(packet, { protocolVersion: 5 }));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect')
        send({ cmd: 'connack', reasonCode: 0, sessionPresent: false } as packets.Packet);
      if (packet.cmd === 'subscribe')
        send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] } as packets.Packet);
      if (packet.cmd !== 'pingreq') return;
      pings += 1;
      if (pings <= answeredPings) send({ cmd: 'pingresp' });
      if (pings === answeredPings)
        send({ cmd: 'publish', topic: 'hall/level', payload: 'last', qos: 0, dup: false, retain: false });
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => void server.close());
  return { port: (server.address() as AddressInfo).port, pings: () => pings };
}

it('gives up a broker that hangs, once it has said nothing for twice keep_alive_s, and asks it before', async () => {
  const broker = await hangingBroker(3);
  const time = simulatedTime();
  const { told, watch } = watcherAt(broker.port, { of: points.slice(0, 1), keep_alive_s: 30, time });
  const watching = watch();
  let outcome: unknown;
  void watching.outcome.then((how) => {
    outcome = how;
  });
  await watching.opened();
  for (const pings of [1, 2]) {
    await expect.poll(() => broker.pings()).toBe(pings);
    time.passes(15_000);
  }
  await expect.poll(() => told.length).toBe(1);
  time.passes(59_999);
  await expect.poll(() => broker.pings()).toBe(6);
  expect(outcome).toBeUndefined();
  time.passes(1);
  await expect
    .poll(() => outcome)
    .toMatchObject({
      ...{ kind: 'timeout', scope: 'device' },
      message: 'the broker has said nothing for 60 s',
    });
});
