import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { RtuLines } from './open-device-bus.ts';
import { busTo, cleanUp, failureOf, registers, startPeer } from './testing/bus-under-test.ts';
import { readRtuRequest, rtuFrame, soundRtuReply } from './testing/rtu-frames.ts';

afterEach(cleanUp);

const answer = (request: Buffer): Buffer => soundRtuReply(readRtuRequest(request));
const rtu = { framing: 'rtu' } as const;
/** Connecting may take longer than a short timeout, and then nothing would have been asked. */
const ofAnotherUnit = { ...registers(0), unitId: 9 };

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
  ])('and brings %s costs that read, and is reconnected', async (_what, reply) => {
    let answered = -1;
    const { bus, connections } = await startPeer((socket, request, n) => {
      answered = n;
      socket.write(n === 1 ? reply(request) : answer(request));
    }, rtu);
    await bus.read(ofAnotherUnit);
    const failure = await failureOf(bus.read(registers(0, 2, 100)));
    expect(['timeout', 'connection']).toContain(failure.missCause);
    // If the request took longer than its timeout on the way, the answer above is not given yet.
    await untilHolds(() => expect(answered).toBe(1));
    expect(await bus.read({ ...registers(10, 2), unitId: 3 })).toEqual({
      kind: 'registers',
      values: [3010, 3011],
    });
    expect(connections).toHaveLength(2);
  });

  it('and sends a late reply to the new connection does not make it the answer of the next request', async () => {
    let late: Buffer | undefined;
    const { bus, connections } = await startPeer((socket, request, n) => {
      if (n === 1) late = answer(request);
      else socket.write(answer(request));
    }, rtu);
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(registers(100, 1, 250)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(late).toBeDefined());
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
        if (n === 0) socket.write(answer(request));
        else if (n === 1) late = answer(request);
        else void lateWasSent.promise.then(() => socket.write(answer(request)));
      },
      { ...rtu, lines },
    );
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(registers(100, 1, 250)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(late).toBeDefined());
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
    const damaged = bus.read({ ...registers(100), lateAnswerMs: 1_250 });
    expect(await failureOf(damaged)).toMatchObject({ message: 'malformed reply: the CRC is wrong' });
    const next = bus.read(registers(200, 1, 60_000));
    await expect.poll(() => connections.length).toBe(2);
    connections[1]?.write(late ?? '', () => lateWasSent.resolve());
    expect(await next).toEqual({ kind: 'registers', values: [1200] });
  });
});

describe('a gateway whose device answers late', () => {
  const markers = [{ table: 'holding_register', address: 0, quantity: 2 }] as const;
  const block = (address: number, timeoutMs: number) => ({ ...registers(address, 4, timeoutMs), markers });
  const valuesFrom = (address: number) => Array.from({ length: 4 }, (_, n) => 1000 + address + n);
  const answerTo = (request: Buffer) => {
    const { address, quantity } = readRtuRequest(request);
    return `${address}+${quantity}`;
  };

  it('however late, in front of the answer to a later request, is found out by a marker', async () => {
    const late: Buffer[] = [];
    const frames: string[] = [];
    let isLate = false;
    const { bus } = await startPeer((socket, request) => {
      frames.push(answerTo(request));
      if (isLate) late.push(answer(request));
      // The device answers in order: the old request first.
      else socket.write(Buffer.concat([...late.splice(0), answer(request)]));
    }, rtu);
    expect((await bus.read(block(100, 60_000))).values).toEqual(valuesFrom(100));
    isLate = true;
    const failure = await failureOf(bus.read({ ...block(200, 60), lateAnswerMs: 0 }));
    expect(failure).toMatchObject({ missCause: 'timeout', isHeldBack: false });
    isLate = false;
    expect((await bus.read(block(300, 60_000))).values).toEqual(valuesFrom(300));
    expect((await bus.read(block(400, 60_000))).values).toEqual(valuesFrom(400));
    expect(frames).toEqual(['0+2', '100+4', '200+4', '0+2', '300+4', '400+4']);
  });

  it('after the answer to a later request costs that request, not its truth', async () => {
    let late: Buffer | undefined;
    const frames: string[] = [];
    const { bus } = await startPeer((socket, request) => {
      frames.push(answerTo(request));
      if (frames.length === 3) late = answer(request);
      else if (frames.length === 5) {
        socket.write(late ?? '');
        late = answer(request);
      } else if (frames.length === 6) socket.write(Buffer.concat([late ?? Buffer.alloc(0), answer(request)]));
      else socket.write(answer(request));
    }, rtu);
    await bus.read(block(100, 60_000));
    await failureOf(bus.read({ ...block(200, 60), lateAnswerMs: 600_000 }));
    // The marker before it is answered at once: this device does not keep the order.
    const failure = await failureOf(bus.read(block(300, 60_000)));
    expect(frames).toEqual(['0+2', '100+4', '200+4', '0+2', '300+4', '0+2']);
    expect(failure.message).toMatch(/^it was answered twice/);
    expect((await bus.read(block(400, 60_000))).values).toEqual(valuesFrom(400));
  });

  it('costs the device no request when the marker has taken most of the time, and the next one is asked at once', async () => {
    const frames: string[] = [];
    const { bus } = await startPeer((socket, request) => {
      frames.push(answerTo(request));
      const delayMs = frames.length === 1 ? 600 : 0;
      setTimeout(() => socket.write(answer(request)), delayMs);
    }, rtu);
    expect(await failureOf(bus.read(block(100, 2000)))).toMatchObject({ isHeldBack: true, wasSent: true });
    expect((await bus.read(block(100, 2000))).values).toEqual(valuesFrom(100));
    expect(frames).toEqual(['0+2', '100+4']);
  });

  it('or never costs one request and its timeout, not one for the marker and one more', async () => {
    const frames: string[] = [];
    const { bus } = await startPeer((socket, request, n) => {
      if (n === 0) socket.write(answer(request));
      else frames.push(answerTo(request));
    }, rtu);
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(block(100, 250)))).toMatchObject({ missCause: 'timeout', wasSent: true });
    await untilHolds(() => expect(frames).toEqual(['0+2']));
  });

  it('and refuses the marker is asked all the same', async () => {
    const frames: string[] = [];
    const { bus } = await startPeer((socket, request) => {
      frames.push(answerTo(request));
      if (frames.length === 3) return;
      socket.write(answerTo(request) === '0+2' ? rtuFrame(1, Buffer.of(0x83, 2)) : answer(request));
    }, rtu);
    expect((await bus.read(block(100, 60_000))).values).toEqual(valuesFrom(100));
    await failureOf(bus.read({ ...block(200, 60), lateAnswerMs: 0 }));
    expect((await bus.read(block(300, 60_000))).values).toEqual(valuesFrom(300));
    expect(frames).toEqual(['0+2', '100+4', '200+4', '0+2', '300+4']);
  });

  it('and keeps quiet between two requests when the device wants that', async () => {
    const frames: string[] = [];
    const { bus } = await startPeer((socket, request) => {
      frames.push(answerTo(request));
      socket.write(answer(request));
    }, rtu);
    expect((await bus.read({ ...block(100, 60_000), requestPauseMs: 5 })).values).toEqual(valuesFrom(100));
    const other = { ...block(100, 250), unitId: 2, requestPauseMs: 600_000 };
    expect(await failureOf(bus.read(other))).toMatchObject({ missCause: 'timeout', wasSent: true });
    expect(frames).toEqual(['0+2', '100+4', '0+2']);
  });
});
