import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { quoted } from '@holdfast/texts/text.ts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  busTo,
  cleanUp,
  cleanUps,
  failureOf,
  mbapFrame,
  portOf,
  registers,
  soundReply,
  startPeer,
} from './testing/bus-under-test.ts';
import { readRtuRequest, soundRtuReply } from './testing/rtu-frames.ts';

afterEach(cleanUp);

describe('a device that answers as unit 0', () => {
  const asUnitZero = (request: Buffer): Buffer => {
    const reply = soundReply(request);
    reply[6] = 0;
    return reply;
  };

  it('is refused, unless its profile says that it does so', async () => {
    const { bus } = await startPeer((socket, request) => socket.write(asUnitZero(request)));
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({
      missCause: 'connection',
      message: 'malformed reply: unit id 0 instead of 1',
    });
    expect(await bus.read({ ...registers(5), acceptUnitZero: true })).toEqual({
      kind: 'registers',
      values: [1005],
    });
  });

  it('may do so with RTU frames too', async () => {
    const { bus } = await startPeer(
      (socket, request) => {
        const parsedRequest = readRtuRequest(request);
        socket.write(soundRtuReply({ ...parsedRequest, unitId: 0 }));
      },
      { framing: 'rtu' },
    );
    expect(await bus.read({ ...registers(5), acceptUnitZero: true })).toEqual({
      kind: 'registers',
      values: [5],
    });
    expect(await failureOf(bus.read(registers(5, 1, 60)))).toMatchObject({ missCause: 'timeout' });
  });

  it('is not any other unit', async () => {
    const { bus } = await startPeer((socket, request) =>
      socket.write(mbapFrame(request.readUInt16BE(0), 2, Buffer.of(3, 2, 0, 0))),
    );
    const failure = await failureOf(bus.read({ ...registers(0), acceptUnitZero: true }));
    expect(failure).toMatchObject({ missCause: 'connection' });
  });
});

describe('a device that needs a pause after it was connected to', () => {
  it('is asked after it, and at once from then on', async () => {
    const askedAt: number[] = [];
    const { bus } = await startPeer((socket, request) => {
      askedAt.push(performance.now());
      socket.write(soundReply(request));
    });
    // A busy machine makes this later; only a pause that was not kept makes it earlier. Timers may ring a moment early.
    const notBefore = performance.now() + 495;
    await bus.read({ ...registers(0), connectPauseMs: 500 });
    expect(askedAt[0]).toBeGreaterThan(notBefore);
    // A second pause, before this read, would outlast its timeout.
    expect(await bus.read({ ...registers(1), connectPauseMs: 600_000 })).toEqual({
      kind: 'registers',
      values: [1001],
    });
  });

  it('longer than the timeout is never asked', async () => {
    const requests: Buffer[] = [];
    const { bus } = await startPeer((_socket, request) => requests.push(request));
    const failure = await failureOf(bus.read({ ...registers(0, 1, 80), connectPauseMs: 600_000 }));
    expect(failure).toMatchObject({ missCause: 'timeout', wasSent: false });
    expect(requests).toEqual([]);
  });
});

/** Serves one connection at a time and resets every other, as many PLCs do. */
async function startSingleConnectionDevice(onRequest: (socket: Socket, request: Buffer) => void) {
  let served: Socket | undefined;
  let refused = 0;
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    if (served) {
      refused += 1;
      socket.resetAndDestroy();
      return;
    }
    connections += 1;
    served = socket;
    // The device takes a while to notice that the other side has closed, and stays occupied until it has closed too.
    socket.on('end', () => setTimeout(() => socket.end(), 60));
    socket.on('close', () => {
      served = undefined;
    });
    socket.on('data', (request) => onRequest(socket, request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    served?.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    bus: busTo('127.0.0.1', portOf(server)),
    refused: () => refused,
    connections: () => connections,
  };
}

describe('a device that takes one connection only', () => {
  const single = { singleConnection: true };

  it('is reconnected when the old connection is closed on both sides', async () => {
    let answers = false;
    const device = await startSingleConnectionDevice((socket, request) => {
      if (answers) socket.write(soundReply(request));
    });
    for (let round = 0; round < 3; round += 1) {
      answers = false;
      const unanswered = device.bus.read({ ...registers(0, 1, 250), ...single });
      expect(await failureOf(unanswered)).toMatchObject({ missCause: 'timeout' });
      answers = true;
      expect(await device.bus.read({ ...registers(round), ...single })).toEqual({
        kind: 'registers',
        values: [1000 + round],
      });
      device.bus.disconnect();
    }
    expect(device.refused()).toBe(0);
    expect(device.connections()).toBe(6);
  });

  it('and never closes its side is connected to all the same', async () => {
    const { bus, connections } = await startPeer((socket, request) => socket.write(soundReply(request)), {
      allowHalfOpen: true,
    });
    await bus.read({ ...registers(0), ...single });
    bus.disconnect();
    expect(await bus.read({ ...registers(1), ...single })).toEqual({ kind: 'registers', values: [1001] });
    expect(connections).toHaveLength(2);
  });
});

describe('addresses that are not allowed', () => {
  const reachable = () => startPeer((socket, request) => socket.write(soundReply(request)));

  it.each(['127.0.0.1', 'localhost', '0x7f.1', '2130706433'])(
    'are not connected to when they are called %s',
    async (host) => {
      const { port, connections } = await reachable();
      const outcomes: string[] = [];
      const bus = busTo(host, port, {
        refusal: (ip) => {
          outcomes.push(ip);
          return ip.startsWith('127.') || ip === '::1' ? quoted(`${ip} is not allowed`) : undefined;
        },
      });
      const failure = await failureOf(bus.read(registers(0)));
      expect(failure).toMatchObject({ missCause: 'connection', wasSent: false });
      expect(failure.message).toContain('is not allowed');
      expect(outcomes.length).toBeGreaterThan(0);
      expect(connections).toHaveLength(0);
    },
  );

  it('are not asked where one was allowed when the connection was begun and is none any more when it stands', async () => {
    const { port } = await reachable();
    let outcomeCount = 0;
    const bus = busTo('127.0.0.1', port, {
      refusal: (ip) => {
        outcomeCount += 1;
        return outcomeCount === 1 ? undefined : quoted(`${ip} is not allowed`);
      },
    });
    const failure = await failureOf(bus.read(registers(0)));
    expect(failure).toMatchObject({ missCause: 'connection', wasSent: false });
    expect(failure.message).toContain('is not allowed');
  });

  it('are distinguished from those that are: the name of an allowed one is read', async () => {
    const { port } = await reachable();
    const outcomes = new Set<string>();
    const bus = busTo('localhost', port, {
      refusal: (ip) => {
        outcomes.add(ip);
        return ip === '127.0.0.1' ? undefined : quoted(`${ip} is not allowed`);
      },
    });
    expect(await bus.read(registers(3))).toEqual({ kind: 'registers', values: [1003] });
    expect(outcomes).toContain('127.0.0.1');
  });
});
