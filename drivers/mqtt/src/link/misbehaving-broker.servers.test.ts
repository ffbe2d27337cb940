import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import packets from 'mqtt-packet';
import { expect, it } from 'vitest';
import { pointOf } from '../testing/mqtt-devices.ts';
import { points, watcherAt } from '../testing/watcher-at.ts';

type Send = (...all: packets.Packet[]) => void;

/** A broker that takes connections, and does the rest as a test says. */
async function brokerThat(
  does: (packet: packets.Packet, send: Send) => void,
  connack: Partial<packets.IConnackPacket> = {},
): Promise<{ readonly port: number }> {
  const server = createServer((socket) => {
    const parser = packets.parser({ protocolVersion: 5 });
    const send: Send = (...all) =>
      void socket.write(Buffer.concat(all.map((packet) => packets.generate(packet, { protocolVersion: 5 }))));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect')
        send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, ...connack });
      if (packet.cmd === 'disconnect') socket.end();
      does(packet, send);
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfterFile(async () => void server.close());
  return { port: (server.address() as AddressInfo).port };
}

const suback = (messageId: number | undefined, granted: number[]) =>
  ({ cmd: 'suback', messageId: messageId ?? 0, granted }) as packets.Packet;

const message = (payload: string, qos: 0 | 1 = 0, messageId?: number): packets.Packet => ({
  ...{ cmd: 'publish', topic: 'hall/level', payload, qos, dup: false, retain: false },
  ...(messageId === undefined ? {} : { messageId }),
});

/** A broker that sends all its messages at once, whatever its client asked for. @returns acknowledged ids, in order */
async function floodingBroker(count: number, answersPings = true) {
  const acknowledged: number[] = [];
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd === 'puback') acknowledged.push(packet.messageId ?? 0);
    if (packet.cmd === 'pingreq' && answersPings) send({ cmd: 'pingresp' });
    if (packet.cmd !== 'subscribe') return;
    const flood = Array.from({ length: count }, (_, index) => message(String(index), 1, index + 1));
    send(suback(packet.messageId, [1]), ...flood);
  });
  return { port, acknowledged };
}

it('takes 100 messages that are not safe and no more, of a broker that gives whatever it has', async () => {
  const { port, acknowledged } = await floodingBroker(1_000);
  let most = 0;
  let safe = 0;
  const commit = async () => {
    const valueCount = readings.length;
    most = Math.max(most, valueCount - safe);
    await new Promise((resolve) => setImmediate(resolve));
    safe = valueCount;
  };
  const { readings, watch } = watcherAt(port, { of: points.slice(0, 1), commit });
  const watching = watch();
  await expect.poll(() => acknowledged.length).toBe(1_000);
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect(most).toBe(100);
  expect(readings.map(({ value }) => value)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
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
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd === 'subscribe') send(suback(packet.messageId, [1]));
    if (packet.cmd !== 'pingreq') return;
    pings += 1;
    if (pings <= answeredPings) send({ cmd: 'pingresp' });
    if (pings === answeredPings) send(message('last'));
  });
  return { port, pings: () => pings };
}

it('gives up a broker that hangs, once it has said nothing for twice keep_alive_s, and asks it before', async () => {
  const broker = await hangingBroker(3);
  const time = simulatedTime();
  const { readings, watch } = watcherAt(broker.port, { of: points.slice(0, 1), keep_alive_s: 30, time });
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
  await expect.poll(() => readings.length).toBe(1);
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

it('takes all messages of a broker that answers no ping while messages are unacknowledged', async () => {
  const { port, acknowledged } = await floodingBroker(250, false);
  const time = simulatedTime();
  const { readings, watch } = watcherAt(port, { of: points.slice(0, 1), time });
  const watching = watch();
  for (const acknowledgedByNow of [100, 200]) {
    await expect.poll(() => acknowledged.length).toBe(acknowledgedByNow);
    expect(readings.length).toBe(acknowledgedByNow);
    time.passes(1_000);
  }
  await expect.poll(() => acknowledged.length).toBe(250);
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect(readings.map(({ value }) => value)).toEqual(Array.from({ length: 250 }, (_, index) => index));
});

it('subscribes under another id to a broker that has a message of its own under the first one', async () => {
  const ids: number[] = [];
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd !== 'subscribe') return;
    ids.push(packet.messageId ?? 0);
    send(
      suback(
        packet.messageId,
        packet.subscriptions.map(() => (ids.length === 1 ? 0x91 : 1)),
      ),
    );
  });
  const watching = watcherAt(port).watch();
  await watching.opened();
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
});

it('pings as often as a broker wants that allows a shorter keep-alive than the device says', async () => {
  let pings = 0;
  const { port } = await brokerThat(
    (packet, send) => {
      if (packet.cmd === 'subscribe') send(suback(packet.messageId, [1]));
      if (packet.cmd !== 'pingreq') return;
      pings += 1;
      send({ cmd: 'pingresp' });
    },
    { properties: { serverKeepAlive: 10 } },
  );
  const time = simulatedTime();
  const watching = watcherAt(port, { of: points.slice(0, 1), keep_alive_s: 60, time }).watch();
  await watching.opened();
  for (const expected of [1, 2, 3]) {
    await expect.poll(() => pings).toBe(expected);
    time.passes(5_000);
  }
  watching.end();
  expect(await watching.outcome).toBe('ended');
});

it('takes the topics that a broker allows, says why the others have no value, and asks for them again', async () => {
  let isAllowed = false;
  const subscriptions: string[][] = [];
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
    if (packet.cmd !== 'subscribe') return;
    const topics = packet.subscriptions.map(({ topic }) => topic);
    subscriptions.push(topics);
    const granted = topics.map((topic) => (topic === 'hall/level' && !isAllowed ? 0x87 : 1));
    send(suback(packet.messageId, granted));
    if (isAllowed) send(message('8'));
    else if (subscriptions.length === 1)
      send({ ...message('busy'), topic: 'hall/press-1/state' } as packets.Packet);
  });
  const time = simulatedTime();
  const { readings, watch } = watcherAt(port, { time, keep_alive_s: 3_600 });
  const watching = watch();
  await watching.opened();
  await expect.poll(() => readings.length).toBe(2);
  const why = 'the broker refuses the subscription to hall/level: let this user read it';
  expect(inEnglish(readings.find(({ code }) => code === 'level'))).toMatchObject({
    quality: 'bad',
    status: why,
  });
  expect(readings.find(({ code }) => code === 'state')).toMatchObject({ quality: 'good', value: 'busy' });
  isAllowed = true;
  subscriptions.length = 0;
  time.passes(60_000);
  await expect.poll(() => readings.at(-1)).toMatchObject({ code: 'level', quality: 'good', value: 8 });
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect(subscriptions).toEqual([['hall/level']]);
});

it('fails where a broker refuses every topic, with what it says', async () => {
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd === 'subscribe')
      send(
        suback(
          packet.messageId,
          packet.subscriptions.map(() => 0x87),
        ),
      );
  });
  const watcher = watcherAt(port, { of: points.slice(0, 1) });
  const refusal = {
    kind: 'auth',
    scope: 'endpoint',
    message: expect.stringContaining('let this user read it'),
  };
  expect(await watcher.watch().outcome).toMatchObject(refusal);
  if (!watcher.group) throw new Error('no group');
  await expect(watcher.link.read(watcher.group, 60_000)).rejects.toMatchObject(refusal);
});

it.each([
  ['no time', '{"energy":{"total":1}}'],
  ['a time without a zone', '{"ts":"2026-01-31T12:00:00","energy":{"total":1}}'],
])(
  'a value with %s where its point says that it is counts as of its arrival, and is uncertain',
  async (_, payload) => {
    const { port } = await brokerThat((packet, send) => {
      if (packet.cmd !== 'subscribe') return;
      send(suback(packet.messageId, [1]), { ...message(payload), topic: 'hall/status' } as packets.Packet);
    });
    const { readings, watch } = watcherAt(port, { of: points.slice(1, 2) });
    const watching = watch();
    await expect.poll(() => readings.length).toBe(1);
    watching.end();
    expect(await watching.outcome).toBe('ended');
    expect(inEnglish(readings)).toMatchObject([
      {
        ...{ value: '1', quality: 'uncertain', sourceTimeMs: undefined },
        status: 'the message has no time at /ts that can be used: the time of its arrival counts',
      },
    ]);
  },
);

it('a message that is no UTF-8 has no value, not even as text', async () => {
  const { port } = await brokerThat((packet, send) => {
    if (packet.cmd !== 'subscribe') return;
    const topic = 'hall/press-1/state';
    send(suback(packet.messageId, [1]), {
      ...message(''),
      topic,
      payload: Buffer.of(0x62, 0xff),
    } as packets.Packet);
  });
  const { readings, watch } = watcherAt(port, { of: points.slice(2) });
  const watching = watch();
  await expect.poll(() => readings.length).toBe(1);
  watching.end();
  expect(await watching.outcome).toBe('ended');
  expect(inEnglish(readings)).toMatchObject([
    { code: 'state', quality: 'bad', status: 'the message is no UTF-8' },
  ]);
});

it('a write goes at QoS 0 to a broker that takes no other, and is done once the broker has read it', async () => {
  const published: packets.IPublishPacket[] = [];
  const { port } = await brokerThat(
    (packet, send) => {
      if (packet.cmd === 'publish') published.push(packet);
      if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
    },
    { properties: { maximumQoS: 0 } },
  );
  const lamp = pointOf('lamp', 'hall/lamp', { writable: true, command_topic: 'hall/lamp/set' });
  const { link, plan } = watcherAt(port, { of: [lamp] });
  const command = plan.command?.(0, 7);
  if (!command || 'field' in command) throw new Error(JSON.stringify(command));
  await link.write(command, 60_000);
  expect(published).toMatchObject([{ topic: 'hall/lamp/set', qos: 0 }]);
});

it('has kept nothing where it had forgotten its client at the connection before, or grants QoS 0 alone', async () => {
  let connections = 0;
  const connack = { sessionPresent: false };
  const forgetful = await brokerThat((packet, send) => {
    if (packet.cmd === 'connect') connections += 1;
    if (packet.cmd !== 'subscribe') return;
    // The session that the first connection began has no subscription, and is there at the second one.
    if (connections === 1) send({ cmd: 'disconnect', reasonCode: 0x89 } as packets.Packet);
    else send(suback(packet.messageId, [1]));
    connack.sessionPresent = true;
  }, connack);
  const one = watcherAt(forgetful.port, { of: points.slice(0, 1) });
  expect(await one.watch().outcome).toBeInstanceOf(Error);
  for (const hasKept of [false, true]) {
    const watching = one.watch();
    expect(await watching.opened()).toBe(hasKept);
    watching.end();
    await watching.outcome;
  }

  const lesser = await brokerThat((packet, send) => {
    if (packet.cmd === 'subscribe') send(suback(packet.messageId, [0]));
  }, connack);
  const other = watcherAt(lesser.port, { of: points.slice(0, 1) }).watch();
  expect(await other.opened()).toBe(false);
  other.end();
  await other.outcome;
});
