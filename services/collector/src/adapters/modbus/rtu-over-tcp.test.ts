import { afterEach, describe, expect, it } from 'vitest';
import { RtuLines } from './open-device-bus.ts';
import { busTo, cleanUp, failureOf, registers, startPeer } from './testing/bus-under-test.ts';
import { readRtuRequest, rtuFrame, soundRtuReply } from './testing/rtu-frames.ts';

afterEach(cleanUp);

const answer = (request: Buffer): Buffer => soundRtuReply(readRtuRequest(request));
const rtu = { framing: 'rtu' } as const;

describe('a serial gateway that passes RTU frames on', () => {
  it('is read unit by unit over one connection', async () => {
    const { bus, connections } = await startPeer((socket, request) => socket.write(answer(request)), rtu);
    for (const unitId of [1, 5, 1]) {
      expect(await bus.read({ ...registers(9, 2), unitId })).toEqual({
        kind: 'registers',
        values: [unitId * 1000 + 9, unitId * 1000 + 10],
      });
    }
    expect(connections).toHaveLength(1);
  });

  it('brings exceptions, and the connection is kept', async () => {
    const { bus, connections } = await startPeer(
      (socket, request, n) => socket.write(n === 0 ? rtuFrame(1, Buffer.of(0x83, 11)) : answer(request)),
      rtu,
    );
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({
      missCause: 'exception',
      exceptionCode: 11,
    });
    expect(await bus.read(registers(1))).toEqual({ kind: 'registers', values: [1001] });
    expect(connections).toHaveLength(1);
  });

  it.each<[string, (request: Buffer) => Buffer]>([
    [
      'a wrong CRC',
      (request) => Buffer.from(answer(request).map((byte, at) => (at === 3 ? byte ^ 1 : byte))),
    ],
    ['bytes after the reply', (request) => Buffer.concat([answer(request), Buffer.of(0)])],
    ['another unit', (request) => soundRtuReply({ ...readRtuRequest(request), unitId: 2 })],
    ['another function code', (request) => soundRtuReply({ ...readRtuRequest(request), functionCode: 4 })],
    ['fewer registers', (request) => soundRtuReply({ ...readRtuRequest(request), quantity: 1 })],
    ['more registers', (request) => soundRtuReply({ ...readRtuRequest(request), quantity: 3 })],
    ['half a reply', (request) => answer(request).subarray(0, 5)],
    ['its own request', (request) => request],
    ['noise', () => Buffer.alloc(3000, 1)],
    ['nothing', () => Buffer.alloc(0)],
  ])('and brings %s costs that read, and is connected to anew', async (_what, reply) => {
    const { bus, connections } = await startPeer(
      (socket, request, n) => socket.write(n === 0 ? reply(request) : answer(request)),
      rtu,
    );
    const failure = await failureOf(bus.read(registers(0, 2, 100)));
    expect(['timeout', 'connection']).toContain(failure.missCause);
    expect(await bus.read({ ...registers(10, 2), unitId: 3 })).toEqual({
      kind: 'registers',
      values: [3010, 3011],
    });
    expect(connections).toHaveLength(2);
  });

  it('and sends a late reply to the new connection does not make it the answer of the next request', async () => {
    let late: Buffer | undefined;
    const { bus, connections } = await startPeer((socket, request, n) => {
      if (n === 0) late = answer(request);
      else socket.write(answer(request));
    }, rtu);
    expect(await failureOf(bus.read(registers(100, 1, 250)))).toMatchObject({ missCause: 'timeout' });
    const next = bus.read(registers(200, 1, 60_000));
    await expect.poll(() => connections.length).toBe(2);
    connections[1]?.write(late ?? '');
    expect(await next).toEqual({ kind: 'registers', values: [1200] });
  });

  it('and sends a late reply to the connection of a bus that was opened after it makes it no answer there', async () => {
    let late: Buffer | undefined;
    const lateWasSent = Promise.withResolvers<void>();
    const lines = new RtuLines();
    const { bus, port, connections } = await startPeer(
      (socket, request, n) => {
        if (n === 0) late = answer(request);
        else void lateWasSent.promise.then(() => socket.write(answer(request)));
      },
      { ...rtu, lines },
    );
    expect(await failureOf(bus.read(registers(100, 1, 250)))).toMatchObject({ missCause: 'timeout' });
    bus.disconnect();
    const next = busTo('127.0.0.1', port, { ...rtu, lines }).read(registers(200, 1, 60_000));
    await expect.poll(() => connections.length).toBe(2);
    connections[1]?.write(late ?? '', () => lateWasSent.resolve());
    expect(await next).toEqual({ kind: 'registers', values: [1200] });
  });

  it('and gives back what it was sent is read right where an address looks like the byte count of a reply', async () => {
    const { bus, connections } = await startPeer((socket, request) => {
      const { address } = readRtuRequest(request);
      if (address === 0x0202) socket.write(Buffer.concat([request, rtuFrame(1, Buffer.of(0x83, 2))]));
      else socket.write(Buffer.concat([request, answer(request)]));
    }, rtu);
    // 2 bytes are the one register that is read at 0x02…, 6 bytes the three at 0x06….
    for (const address of [0x0200, 0x0201, 0x0300]) {
      expect(await bus.read(registers(address))).toEqual({ kind: 'registers', values: [1000 + address] });
    }
    expect(await failureOf(bus.read(registers(0x0202)))).toMatchObject({ exceptionCode: 2 });
    const first = 1000 + 0x0600;
    expect((await bus.read(registers(0x0600, 3))).values).toEqual([first, first + 1, first + 2]);
    expect(connections).toHaveLength(1);
  });

  it('and brings what only looks like a damaged answer does not make the real one that of the next request', async () => {
    let late: Buffer | undefined;
    const lateWasSent = Promise.withResolvers<void>();
    const { bus, connections } = await startPeer((socket, request, n) => {
      if (n > 0) {
        void lateWasSent.promise.then(() => socket.write(answer(request)));
        return;
      }
      late = answer(request);
      // Within the late reply of another unit: this unit's id, and an exception's function code.
      socket.write(rtuFrame(2, Buffer.of(3, 4, 1, 0x83, 0, 0)));
    }, rtu);
    expect(await failureOf(bus.read(registers(100, 1, 250)))).toMatchObject({
      message: 'malformed reply: the CRC is wrong',
    });
    const next = bus.read(registers(200, 1, 60_000));
    await expect.poll(() => connections.length).toBe(2);
    connections[1]?.write(late ?? '', () => lateWasSent.resolve());
    expect(await next).toEqual({ kind: 'registers', values: [1200] });
  });
});
