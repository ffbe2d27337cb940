import type { Socket } from 'node:net';
import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, failureOf, mbapFrame, registers, soundReply, startPeer } from './testing/bus-under-test.ts';
import { readRtuRequest, soundRtuReply } from './testing/rtu-frames.ts';

afterEach(cleanUp);

const closeWith = (socket: Socket, bytes: Buffer = Buffer.of()) => socket.end(bytes);

describe('a device that closes the connection', () => {
  it('after each answer gives all that it is asked for one after the other', async () => {
    const { bus, connections } = await startPeer((socket, request) => closeWith(socket, soundReply(request)));
    for (let n = 0; n < 50; n += 1) {
      expect(await bus.read(registers(n))).toEqual({ kind: 'registers', values: [n + 1000] });
    }
    expect(connections).toHaveLength(50);
  });

  it('by a reset instead of an answer is asked once more on a new one, and no more', async () => {
    const addresses: number[] = [];
    const { bus, connections } = await startPeer((socket, request, n) => {
      addresses.push(request.readUInt16BE(8));
      if (n === 0) socket.write(soundReply(request));
      else socket.resetAndDestroy();
    });
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(2)))).toMatchObject({ missCause: 'connection', wasSent: true });
    expect(addresses).toEqual([1, 2, 2]);
    expect(connections).toHaveLength(2);
  });

  it('at the first request over it is not asked again', async () => {
    const addresses: number[] = [];
    const { bus } = await startPeer((socket, request) => {
      addresses.push(request.readUInt16BE(8));
      closeWith(socket);
    });
    expect(await failureOf(bus.read(registers(1)))).toMatchObject({ missCause: 'connection' });
    expect(addresses).toEqual([1]);
  });

  it('after the first byte of an answer is not asked again', async () => {
    const addresses: number[] = [];
    const { bus } = await startPeer((socket, request, n) => {
      addresses.push(request.readUInt16BE(8));
      if (n === 0) socket.write(soundReply(request));
      else closeWith(socket, soundReply(request).subarray(0, 1));
    });
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(2)))).toMatchObject({ missCause: 'connection' });
    expect(addresses).toEqual([1, 2]);
  });

  it('after a copy of the answer before is asked again: that copy is no byte of the answer', async () => {
    let before: Buffer = Buffer.of();
    const { bus } = await startPeer((socket, request, n) => {
      if (n === 1) closeWith(socket, before);
      else socket.write(soundReply(request));
      before = soundReply(request);
    });
    await bus.read(registers(1));
    expect(await bus.read(registers(2))).toEqual({ kind: 'registers', values: [1002] });
  });

  it('and is silent on the new one is a timeout of the one deadline', async () => {
    const { bus } = await startPeer((socket, request, n) => {
      if (n === 0) socket.write(soundReply(request));
      else if (n === 1) closeWith(socket);
    });
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(2, 1, 150)))).toMatchObject({
      missCause: 'timeout',
      message: 'no answer within 150 ms',
    });
  });

  it('is not asked again by a collector whose right to ask has ended meanwhile', async () => {
    const addresses: number[] = [];
    const { bus, connections } = await startPeer(
      (socket, request, n) => {
        addresses.push(request.readUInt16BE(8));
        if (n === 0) socket.write(soundReply(request));
        else closeWith(socket);
      },
      { mayRequest: () => addresses.length < 2 },
    );
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(2)))).toMatchObject({
      missCause: 'connection',
      message: 'not sent: the right to use this device has ended',
    });
    expect(addresses).toEqual([1, 2]);
    await untilHolds(() => expect(connections.every((socket) => socket.destroyed)).toBe(true));
  });

  it('never gets a value a second time', async () => {
    const pauses: number[] = [];
    const { bus } = await startPeer((socket, request, n) => {
      if (request[7] === 3) {
        socket.write(soundReply(request));
        return;
      }
      pauses.push(request.readUInt16BE(10));
      if (n === 1) closeWith(socket);
      else socket.write(mbapFrame(request.readUInt16BE(0), 1, request.subarray(7, 12)));
    });
    await bus.read(registers(1));
    const write = { unitId: 1, functionCode: 6, address: 1, timeoutMs: 60_000 } as const;
    expect(await failureOf(bus.write({ ...write, values: [3] }))).toMatchObject({
      missCause: 'connection',
      wasSent: true,
    });
    await bus.write({ ...write, values: [4] });
    expect(pauses).toEqual([3, 4]);
  });

  it('of RTU frames, which do not say what they answer, is not asked again', async () => {
    let requestCount = 0;
    const { bus } = await startPeer(
      (socket, request) => {
        requestCount += 1;
        if (requestCount === 1) socket.write(soundRtuReply(readRtuRequest(request)));
        else closeWith(socket);
      },
      { framing: 'rtu' },
    );
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(2)))).toMatchObject({ missCause: 'connection' });
    expect(requestCount).toBe(2);
  });
});
