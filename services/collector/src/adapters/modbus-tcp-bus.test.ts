import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Fault } from '@holdfast/modbus-simulator/fault.ts';
import { mbapFrame } from '@holdfast/modbus-simulator/mbap-server.ts';
import { type Plant, type ReceivedRequest, startPlant } from '@holdfast/modbus-simulator/plant.ts';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReadFailure, type ReadRequest } from '../ports.ts';
import { ModbusTcpBus, type ModbusTcpBusOptions } from './modbus-tcp-bus.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Holding register n holds n + 1000; coil n is on when n is odd. */
async function startDevice(
  maxConnections = 10,
): Promise<{ plant: Plant; bus: ModbusTcpBus; requests: ReceivedRequest[] }> {
  const requests: ReceivedRequest[] = [];
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        {
          code: 'press',
          unitId: 1,
          maxConnections,
          tables: {
            holding_register: (address) => (address < 500 ? address + 1000 : undefined),
            input_register: new Map([[7, 77]]),
            coil: (address) => address % 2 === 1,
            discrete_input: (address) => address % 3 === 0,
          },
        },
      ],
    },
    onRequest: (request) => requests.push(request),
  });
  cleanUps.push(() => plant.stop());
  return { plant, bus: busTo({ host: '127.0.0.1', port: plant.endpoints[0]?.port ?? 0 }), requests };
}

function busTo(options: ModbusTcpBusOptions): ModbusTcpBus {
  const bus = new ModbusTcpBus(options);
  cleanUps.push(() => bus.disconnect());
  return bus;
}

/** A peer that does as the test says: the n-th request since the start, as it came. */
async function startPeer(
  onRequest: (socket: Socket, request: Buffer, n: number) => void,
  options: { allowHalfOpen?: boolean } = {},
): Promise<{ bus: ModbusTcpBus; connections: Socket[] }> {
  const connections: Socket[] = [];
  let requests = 0;
  const server = createServer(options, (socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (request) => onRequest(socket, request, requests++));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { bus: busTo({ host: '127.0.0.1', port: portOf(server) }), connections };
}

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null && 'port' in address) return Number(address.port);
  throw new Error('the server has no port');
}

function registers(address: number, quantity = 1, timeoutMs = 5000): ReadRequest {
  return { unitId: 1, table: 'holding_register', address, quantity, timeoutMs };
}

/** What a sound device with register n = n + 1000 answers. */
function soundReply(request: Buffer): Buffer {
  const quantity = request.readUInt16BE(10);
  const data = Buffer.alloc(quantity * 2);
  for (let i = 0; i < quantity; i++) data.writeUInt16BE(request.readUInt16BE(8) + i + 1000, i * 2);
  return mbapFrame(
    request.readUInt16BE(0),
    request.readUInt8(6),
    Buffer.concat([Buffer.of(3, data.length), data]),
  );
}

async function failureOf(reading: Promise<unknown>): Promise<ReadFailure> {
  const outcome = await reading.then(
    (value) => new Error(`got ${JSON.stringify(value)} instead of a failure`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof ReadFailure)) throw outcome;
  return outcome;
}

describe('reading a sound device', () => {
  it('gives what each of the four tables holds', async () => {
    const { bus } = await startDevice();
    const read = (table: ReadRequest['table'], address: number, quantity: number) =>
      bus.read({ unitId: 1, table, address, quantity, timeoutMs: 5000 });
    expect(await read('holding_register', 10, 3)).toEqual({ kind: 'registers', values: [1010, 1011, 1012] });
    expect(await read('input_register', 7, 1)).toEqual({ kind: 'registers', values: [77] });
    expect(await read('coil', 0, 3)).toEqual({ kind: 'bits', values: [false, true, false] });
    const bits = await read('discrete_input', 0, 2000);
    expect(bits).toEqual({ kind: 'bits', values: Array.from({ length: 2000 }, (_, i) => i % 3 === 0) });
    const most = await read('holding_register', 0, 125);
    expect(most.values).toHaveLength(125);
  });

  it('keeps one connection for many reads and renews it before the transaction ids wrap', async () => {
    const { bus, plant, requests } = await startDevice();
    for (let i = 0; i < 450; i++) {
      expect(await bus.read(registers(i))).toEqual({ kind: 'registers', values: [i + 1000] });
    }
    const perConnection = Map.groupBy(requests, (request) => request.connectionId);
    expect(Array.from(perConnection.values(), (each) => each.length)).toEqual([200, 200, 50]);
    await vi.waitFor(() => expect(plant.openConnections('press')).toBe(1));
  });

  it('renews its connection on a device that serves one at a time', async () => {
    const { bus } = await startDevice(1);
    for (let i = 0; i < 450; i++) {
      expect(await bus.read(registers(i))).toEqual({ kind: 'registers', values: [i + 1000] });
    }
  });

  it('renews its connection on a device that does not close its side', async () => {
    const { bus, connections } = await startPeer((socket, request) => socket.write(soundReply(request)), {
      allowHalfOpen: true,
    });
    for (let i = 0; i < 201; i++) {
      expect(await bus.read(registers(i))).toEqual({ kind: 'registers', values: [i + 1000] });
    }
    expect(connections).toHaveLength(2);
  });

  it('puts replies together that arrive byte by byte', async () => {
    const { bus } = await startPeer((socket, request) => {
      const bytes = [...soundReply(request)];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte === undefined || socket.destroyed) return;
        socket.write(Buffer.of(byte), () => setImmediate(next));
      };
      socket.setNoDelay();
      next();
    });
    expect(await bus.read(registers(5, 2))).toEqual({ kind: 'registers', values: [1005, 1006] });
    expect(await bus.read(registers(6, 1))).toEqual({ kind: 'registers', values: [1006] });
  });
});

describe('a device that answers with an exception', () => {
  it.each([
    [1, 'exception 1: illegal function'],
    [2, 'exception 2: illegal data address'],
    [3, 'exception 3: illegal data value'],
    [4, 'exception 4: server device failure'],
    [5, 'exception 5: acknowledge'],
    [6, 'exception 6: server device busy'],
    [8, 'exception 8: memory parity error'],
    [10, 'exception 10: gateway path unavailable'],
    [11, 'exception 11: gateway target device failed to respond'],
    [99, 'exception 99: not in the specification'],
  ])('code %d is told in words, and the connection is kept', async (code, words) => {
    const { bus, plant, requests } = await startDevice();
    plant.setFault('press', { kind: 'exception', code });
    const failure = await failureOf(bus.read(registers(0)));
    expect(failure).toMatchObject({ missCause: 'exception', exceptionCode: code, message: words });
    plant.clearFault('press');
    await bus.read(registers(0));
    expect(new Set(requests.map((request) => request.connectionId)).size).toBe(1);
  });

  it('does so for registers that it does not have and for a unit that is not there', async () => {
    const { bus } = await startDevice();
    expect(await failureOf(bus.read(registers(499, 2)))).toMatchObject({ exceptionCode: 2 });
    expect(await failureOf(bus.read({ ...registers(0), unitId: 9 }))).toMatchObject({ exceptionCode: 11 });
  });
});

describe('a device that fails', () => {
  it.each<[Fault, ReadFailure['missCause']]>([
    [{ kind: 'silence' }, 'timeout'],
    [{ kind: 'slow', delay_ms: 60_000 }, 'timeout'],
    [{ kind: 'reset' }, 'connection'],
  ])('with %j costs that one read, and is read again on a new connection', async (fault, missCause) => {
    const { bus, plant, requests } = await startDevice();
    await bus.read(registers(0));
    plant.setFault('press', fault);
    expect(await failureOf(bus.read(registers(1, 1, 100)))).toMatchObject({ missCause });
    await vi.waitFor(() => expect(plant.openConnections('press')).toBe(0));
    plant.clearFault('press');
    expect(await bus.read(registers(2))).toEqual({ kind: 'registers', values: [1002] });
    expect(requests.map((request) => request.address)).toEqual([0, 1, 2]);
    expect(requests[2]?.connectionId).not.toBe(requests[1]?.connectionId);
  });

  it('with a reset ends the read at once, not at its deadline', async () => {
    const { bus, plant } = await startDevice();
    plant.setFault('press', { kind: 'reset' });
    // If the read waited for its deadline, this test would end by the runner's own, long before.
    expect(await failureOf(bus.read(registers(0, 1, 60_000)))).toMatchObject({ missCause: 'connection' });
  });

  it('with garbage never makes a value of it', async () => {
    const { bus, plant } = await startDevice();
    plant.setFault('press', { kind: 'garbage' });
    const failure = await failureOf(bus.read(registers(0, 1, 100)));
    expect(['timeout', 'connection']).toContain(failure.missCause);
    plant.clearFault('press');
    expect(await bus.read(registers(3))).toEqual({ kind: 'registers', values: [1003] });
  });
});

describe('a late reply', () => {
  it('never becomes the value of another request on the new connection', async () => {
    const late: (() => void)[] = [];
    const { bus, connections } = await startPeer((socket, request, n) => {
      // The first request is answered on its own connection, but only when the second request is there.
      if (n === 0) late.push(() => socket.write(soundReply(request)));
      else {
        late.shift()?.();
        socket.write(soundReply(request));
      }
    });
    expect(await failureOf(bus.read(registers(100, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    expect(await bus.read(registers(200))).toEqual({ kind: 'registers', values: [1200] });
    expect(connections).toHaveLength(2);
  });

  it('that a gateway sends to the new connection is not taken for the answer of a request there', async () => {
    let late: Buffer | undefined;
    const { bus } = await startPeer((socket, request, n) => {
      if (n === 0) late = soundReply(request);
      else if (n === 1) socket.write(late ?? '');
      else socket.write(soundReply(request));
    });
    expect(await failureOf(bus.read(registers(100, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    expect(await failureOf(bus.read(registers(200, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    expect(await bus.read(registers(300))).toEqual({ kind: 'registers', values: [1300] });
  });

  it('that nobody waits for any more ends the connection', async () => {
    const answered: (() => void)[] = [];
    const { bus, connections } = await startPeer((socket, request) => {
      const answer = (): void => {
        socket.write(soundReply(request));
      };
      answered.push(answer);
      answer();
    });
    await bus.read(registers(1));
    answered[0]?.();
    await vi.waitFor(() => expect(connections[0]?.destroyed).toBe(true));
    expect(await bus.read(registers(2))).toEqual({ kind: 'registers', values: [1002] });
  });
});

describe('a reply that is not exactly the answer', () => {
  const replies: Record<string, (request: Buffer) => Buffer> = {
    'fewer registers than asked for': (request) =>
      mbapFrame(request.readUInt16BE(0), 1, Buffer.of(3, 2, 0, 1)),
    'more registers than asked for': (request) =>
      mbapFrame(request.readUInt16BE(0), 1, Buffer.of(3, 6, 0, 1, 0, 2, 0, 3)),
    'a byte count that contradicts the length': (request) =>
      mbapFrame(request.readUInt16BE(0), 1, Buffer.of(3, 2, 0, 1, 0, 2)),
    'another unit': (request) => mbapFrame(request.readUInt16BE(0), 2, Buffer.of(3, 4, 0, 1, 0, 2)),
    'another function code': (request) => mbapFrame(request.readUInt16BE(0), 1, Buffer.of(4, 4, 0, 1, 0, 2)),
    'another transaction id': (request) =>
      mbapFrame(request.readUInt16BE(0) + 1, 1, Buffer.of(3, 4, 0, 1, 0, 2)),
    'a transaction id that is the same modulo 256': (request) =>
      mbapFrame(request.readUInt16BE(0) + 256, 1, Buffer.of(3, 4, 0, 1, 0, 2)),
    'another protocol id': (request) => {
      const reply = soundReply(request);
      reply.writeUInt16BE(7, 2);
      return reply;
    },
    'bytes after the reply': (request) => Buffer.concat([soundReply(request), Buffer.of(0)]),
    'the reply twice': (request) => Buffer.concat([soundReply(request), soundReply(request)]),
    'an empty frame': (request) => mbapFrame(request.readUInt16BE(0), 1, Buffer.of()),
    'half a reply': (request) => soundReply(request).subarray(0, 10),
  };

  it.each(Object.keys(replies))(
    '%s is a failure, and the next read starts on a new connection',
    async (what) => {
      const { bus, connections } = await startPeer((socket, request, n) => {
        socket.write(n === 0 ? (replies[what]?.(request) ?? Buffer.of()) : soundReply(request));
      });
      const failure = await failureOf(bus.read(registers(0, 2, 100)));
      expect(['timeout', 'connection']).toContain(failure.missCause);
      expect(await bus.read(registers(10, 2))).toEqual({ kind: 'registers', values: [1010, 1011] });
      expect(connections).toHaveLength(2);
    },
  );

  it('an exception in a frame one byte too long is no reason to wait for ever', async () => {
    const { bus } = await startPeer((socket, request, n) => {
      const exception = mbapFrame(request.readUInt16BE(0), 1, Buffer.of(0x83, 2));
      exception.writeUInt16BE(4, 4);
      socket.write(n === 0 ? exception : soundReply(request));
    });
    expect(await failureOf(bus.read(registers(0, 1, 100)))).toMatchObject({ missCause: 'timeout' });
    expect(await bus.read(registers(1))).toEqual({ kind: 'registers', values: [1001] });
  });
});

describe('a device that misbehaves in any order', () => {
  const sound = ['reply', 'in two pieces'] as const;
  const unsound = [
    'nothing',
    'reply too late',
    'reply twice',
    'the reply before',
    'close',
    'reset',
    'noise',
    'half',
  ] as const;

  it('never makes the bus give a value that is not the one of that register', async () => {
    const behaviours = fc.array(fc.constantFrom(...sound, ...sound, ...unsound), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(behaviours, async (script) => {
        const timers: NodeJS.Timeout[] = [];
        let before: Buffer = Buffer.of();
        const { bus } = await startPeer((socket, request, n) => {
          const reply = soundReply(request);
          const behaviour = script[n] ?? 'reply';
          if (behaviour === 'reply') socket.write(reply);
          if (behaviour === 'in two pieces') {
            socket.write(reply.subarray(0, 8), () => setImmediate(() => socket.write(reply.subarray(8))));
          }
          if (behaviour === 'reply too late') timers.push(setTimeout(() => socket.write(reply), 12));
          if (behaviour === 'reply twice') socket.write(Buffer.concat([reply, reply]));
          if (behaviour === 'the reply before') socket.write(before);
          if (behaviour === 'close') socket.end();
          if (behaviour === 'reset') socket.resetAndDestroy();
          if (behaviour === 'noise') socket.write(Buffer.alloc(40, 0x83));
          if (behaviour === 'half') socket.write(reply.subarray(0, 9));
          before = reply;
        });
        for (let n = 0; n < script.length; n++) {
          const outcome = await bus.read(registers(n * 3, 2, 10)).catch((error: unknown) => error);
          if (outcome instanceof ReadFailure) continue;
          expect(outcome).toEqual({ kind: 'registers', values: [n * 3 + 1000, n * 3 + 1001] });
        }
        timers.forEach(clearTimeout);
        // Whatever it did, it is read again when it behaves.
        await vi.waitFor(async () => {
          expect(await bus.read(registers(400))).toEqual({ kind: 'registers', values: [1400] });
        });
        for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('a peer that is hardly there', () => {
  it('a closed port is a connection failure', async () => {
    const { bus, plant } = await startDevice();
    await plant.stop();
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({ missCause: 'connection' });
  });

  it('a name that does not exist is a connection failure or a timeout', async () => {
    const bus = busTo({ host: 'no-such-device.invalid', port: 502 });
    expect(['connection', 'timeout']).toContain((await failureOf(bus.read(registers(0, 1, 2000)))).missCause);
  });

  it('accepting and never answering is a timeout, each time', async () => {
    const { bus, connections } = await startPeer(() => {});
    for (let i = 0; i < 3; i++) {
      expect(await failureOf(bus.read(registers(i, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    }
    await vi.waitFor(() => expect(connections.map((socket) => socket.destroyed)).toEqual([true, true, true]));
  });

  it('closing a connection while a request is in flight fails it at once', async () => {
    const { bus } = await startPeer((socket) => socket.end());
    expect(await failureOf(bus.read(registers(0, 1, 60_000)))).toMatchObject({ missCause: 'connection' });
  });

  it('being restarted while the connection is idle costs at most one read', async () => {
    const { bus, plant, requests } = await startDevice();
    await bus.read(registers(0));
    await plant.stop();
    const port = plant.endpoints[0]?.port ?? 0;
    const again = await startPlant({
      host: '127.0.0.1',
      config: { devices: [{ code: 'press', unitId: 1, port, tables: { holding_register: () => 5 } }] },
    });
    cleanUps.push(() => again.stop());
    // The reset may not have arrived yet when the read starts; the bus does not repeat a request by itself.
    await bus.read(registers(0)).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'ReadFailure', missCause: 'connection' });
    });
    expect(await bus.read(registers(0))).toEqual({ kind: 'registers', values: [5] });
    expect(requests).toHaveLength(1);
  });
});

describe('disconnecting', () => {
  it('ends the read in flight at once and closes the socket', async () => {
    const { bus, plant, requests } = await startDevice();
    plant.setFault('press', { kind: 'silence' });
    const reading = failureOf(bus.read(registers(0, 1, 60_000)));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection' });
    await vi.waitFor(() => expect(plant.openConnections('press')).toBe(0));
    bus.disconnect();
  });

  it('while still connecting sends nothing', async () => {
    const { bus, plant, requests } = await startDevice();
    const reading = failureOf(bus.read(registers(0)));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection' });
    await vi.waitFor(() => expect(plant.openConnections('press')).toBe(0));
    expect(requests).toEqual([]);
  });

  it('leaves a bus that connects anew when it is asked to read again', async () => {
    const { bus } = await startDevice();
    await bus.read(registers(0));
    bus.disconnect();
    expect(await bus.read(registers(1))).toEqual({ kind: 'registers', values: [1001] });
  });
});

describe('the right to read', () => {
  it('that ended while the bus connected keeps the request from leaving, and closes the connection', async () => {
    const { plant, requests } = await startDevice();
    const bus = busTo({ host: '127.0.0.1', port: plant.endpoints[0]?.port ?? 0, mayRequest: () => false });
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({ missCause: 'connection' });
    await vi.waitFor(() => expect(plant.openConnections('press')).toBe(0));
    expect(requests).toEqual([]);
  });
});

it('a second read at the same time is refused and does not disturb the first', async () => {
  const { bus, requests } = await startDevice();
  const first = bus.read(registers(1));
  expect(await failureOf(bus.read(registers(2)))).toMatchObject({ missCause: 'connection' });
  expect(await first).toEqual({ kind: 'registers', values: [1001] });
  expect(requests).toHaveLength(1);
});
