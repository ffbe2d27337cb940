import type { Fault } from '@holdfast/driver-modbus-simulator/fault.ts';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReadRequest } from '../layout/requests.ts';
import type { ReadFailure } from './read-failure.ts';
import {
  busTo,
  cleanUp,
  cleanUps,
  failureOf,
  registers,
  soundReply,
  startDevice,
  startPeer,
} from './testing/bus-under-test.ts';

afterEach(cleanUp);

describe('reading a sound device', () => {
  it('gives what each of the four tables holds', async () => {
    const { bus } = await startDevice();
    const read = (table: ReadRequest['table'], address: number, quantity: number) =>
      bus.read({ unitId: 1, table, address, quantity, timeoutMs: 60_000 });
    expect(await read('holding_register', 10, 3)).toEqual({ kind: 'registers', values: [1010, 1011, 1012] });
    expect(await read('input_register', 7, 1)).toEqual({ kind: 'registers', values: [77] });
    expect(await read('coil', 0, 3)).toEqual({ kind: 'bits', values: [false, true, false] });
    const bits = await read('discrete_input', 0, 2000);
    expect(bits).toEqual({ kind: 'bits', values: Array.from({ length: 2000 }, (_, i) => i % 3 === 0) });
    const most = await read('holding_register', 0, 125);
    expect(most.values).toHaveLength(125);
  });

  it('keeps one connection for many reads', async () => {
    const { bus, plant, requests } = await startDevice(1);
    for (let i = 0; i < 450; i++) {
      expect(await bus.read(registers(i))).toEqual({ kind: 'registers', values: [i + 1000] });
    }
    expect(new Set(requests.map((request) => request.connectionId)).size).toBe(1);
    expect(plant.openConnections('press')).toBe(1);
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
  ])('code %d is explained in words, and the connection is kept', async (code, words) => {
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
  it.each<[Fault, ReadFailure['missCause'], number, number[]]>([
    [{ kind: 'silence' }, 'timeout', 100, [0, 1, 2]],
    [{ kind: 'slow', delay_ms: 60_000 }, 'timeout', 100, [0, 1, 2]],
    // A kept connection that ends is no failure yet.
    [{ kind: 'reset' }, 'connection', 60_000, [0, 1, 1, 2]],
  ])(
    'with %j costs that one read, and is read again on a new connection',
    async (fault, missCause, timeoutMs, requestCount) => {
      const { bus, plant, requests } = await startDevice();
      await bus.read(registers(0));
      plant.setFault('press', fault);
      expect(await failureOf(bus.read(registers(1, 1, timeoutMs)))).toMatchObject({ missCause });
      await untilHolds(() => expect(plant.openConnections('press')).toBe(0));
      plant.clearFault('press');
      expect(await bus.read(registers(2))).toEqual({ kind: 'registers', values: [1002] });
      expect(requests.map((request) => request.address)).toEqual(requestCount);
      expect(requests.at(-1)?.connectionId).not.toBe(requests.at(-2)?.connectionId);
    },
  );

  it('with a reset ends the read at once, not at its deadline', async () => {
    const { bus, plant } = await startDevice();
    plant.setFault('press', { kind: 'reset' });
    // If the read waited for its deadline, the test runner's own timeout would end this test long before.
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

describe('a peer that is hardly there', () => {
  it('a closed port is a connection failure', async () => {
    const { bus, plant } = await startDevice();
    await plant.stop();
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({ missCause: 'connection' });
  });

  it('a name that does not exist is a connection failure or a timeout', async () => {
    const bus = busTo('no-such-device.invalid', 502);
    expect(['connection', 'timeout']).toContain((await failureOf(bus.read(registers(0, 1, 2000)))).missCause);
  });

  it('a name that no system takes is a connection failure, and the bus can be asked again at once', async () => {
    const bus = busTo('a\0b', 502);
    for (const address of [0, 1]) {
      expect(await failureOf(bus.read(registers(address)))).toMatchObject({
        missCause: 'connection',
        wasSent: false,
      });
    }
  });

  it('an address without a device costs no more than the timeout', async () => {
    // An address reserved for documentation: packets to it get lost, or are refused on the way.
    const bus = busTo('192.0.2.1', 502);
    expect(['connection', 'timeout']).toContain((await failureOf(bus.read(registers(0, 1, 100)))).missCause);
  });

  it('accepting and never answering is a timeout, each time', async () => {
    const { bus, connections } = await startPeer(() => {});
    for (let i = 0; i < 3; i++) {
      expect(await failureOf(bus.read(registers(i, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    }
    await untilHolds(() => expect(connections.map((socket) => socket.destroyed)).toEqual([true, true, true]));
  });

  it('closing a connection while a request is in flight fails it at once', async () => {
    const { bus } = await startPeer((socket) => socket.end());
    expect(await failureOf(bus.read(registers(0, 1, 60_000)))).toMatchObject({ missCause: 'connection' });
  });

  it('being restarted while the connection is idle costs no read', async () => {
    const { bus, plant, requests } = await startDevice();
    await bus.read(registers(0));
    await plant.stop();
    const port = plant.endpoints[0]?.port ?? 0;
    const again = await startPlant({
      host: '127.0.0.1',
      config: { devices: [{ code: 'press', unitId: 1, port, tables: { holding_register: () => 5 } }] },
    });
    cleanUps.push(() => again.stop());
    // The reset may not have arrived yet when the read starts.
    expect(await bus.read(registers(0))).toEqual({ kind: 'registers', values: [5] });
    expect(requests).toHaveLength(1);
  });
});

describe('disconnecting', () => {
  it('ends the read in flight at once and closes the socket', async () => {
    const { bus, plant, requests } = await startDevice();
    plant.setFault('press', { kind: 'silence' });
    const reading = failureOf(bus.read(registers(0, 1, 60_000)));
    await untilHolds(() => expect(requests).toHaveLength(1));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection' });
    await untilHolds(() => expect(plant.openConnections('press')).toBe(0));
    bus.disconnect();
  });

  it('while still connecting sends nothing', async () => {
    const { bus, plant, requests } = await startDevice();
    const reading = failureOf(bus.read(registers(0)));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection' });
    await untilHolds(() => expect(plant.openConnections('press')).toBe(0));
    expect(requests).toEqual([]);
  });

  it('leaves a bus that reconnects when it is asked to read again', async () => {
    const { bus } = await startDevice();
    await bus.read(registers(0));
    bus.disconnect();
    expect(await bus.read(registers(1))).toEqual({ kind: 'registers', values: [1001] });
  });
});

describe('the right to read', () => {
  it('that ended while the bus connected keeps the request from leaving, and closes the connection', async () => {
    const { plant, requests } = await startDevice();
    const bus = busTo('127.0.0.1', plant.endpoints[0]?.port ?? 0, { mayRequest: () => false });
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({ missCause: 'connection' });
    await untilHolds(() => expect(plant.openConnections('press')).toBe(0));
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
