import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReadRequest } from '../layout/requests.ts';
import { cleanUp, failureOf, registers } from './testing/bus-under-test.ts';
import { hasSocat } from './testing/foreign-device.ts';
import { lineAt, openEnd, serialBus, startPtyLine, startSerialPeer } from './testing/pty-line.ts';
import { rtuFrame, soundRtuReply } from './testing/rtu-frames.ts';

afterEach(cleanUp);

/** Opening a line may take longer than a short timeout, and then nothing would have been asked. */
const ofAnotherUnit = { ...registers(0), unitId: 9 };

const ofUnit = (unitId: number, address: number, quantity = 1, timeoutMs = 60_000): ReadRequest => ({
  ...registers(address, quantity, timeoutMs),
  unitId,
});

describe.skipIf(!hasSocat)('a serial line', () => {
  it('is read unit by unit, whatever its speed and parity', async () => {
    const { bus } = await startSerialPeer((reply, request) => reply(soundRtuReply(request)), {
      baud_rate: 9600,
      parity: 'even',
      stop_bits: 2,
    });
    for (const unitId of [1, 2, 17, 1]) {
      expect(await bus.read(ofUnit(unitId, 5, 3))).toEqual({
        kind: 'registers',
        values: [unitId * 1000 + 5, unitId * 1000 + 6, unitId * 1000 + 7],
      });
    }
    const most = await bus.read(ofUnit(1, 0, 125));
    expect(most.values).toHaveLength(125);
  });

  it('carries requests that are exactly the specified bytes', async () => {
    const frames: string[] = [];
    const { bus } = await startSerialPeer((reply, request, _n, raw) => {
      frames.push(raw.toString('hex'));
      reply(soundRtuReply(request));
    });
    await bus.read(ofUnit(17, 107, 3));
    expect(frames).toEqual([rtuFrame(17, Buffer.of(3, 0, 107, 0, 3)).toString('hex')]);
    // The example of the specification for serial lines: 11 03 00 6B 00 03 ends with 76 87.
    expect(frames).toEqual(['1103006b00037687']);
  });

  it('puts replies together that arrive in pieces', async () => {
    const { bus } = await startSerialPeer((reply, request) => {
      const bytes = soundRtuReply(request);
      const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)];
      const next = (): void => {
        const piece = pieces.shift();
        if (!piece) return;
        reply(piece);
        setTimeout(next, 5);
      };
      next();
    });
    expect(await bus.read(ofUnit(1, 5, 2))).toEqual({ kind: 'registers', values: [1005, 1006] });
    expect(await bus.read(ofUnit(2, 6))).toEqual({ kind: 'registers', values: [2006] });
  });

  it('brings a Modbus exception and goes on', async () => {
    const { bus } = await startSerialPeer((reply, request, n) =>
      reply(n === 0 ? rtuFrame(request.unitId, Buffer.of(0x83, 2)) : soundRtuReply(request)),
    );
    expect(await failureOf(bus.read(ofUnit(1, 0)))).toMatchObject({
      missCause: 'exception',
      exceptionCode: 2,
    });
    expect(await bus.read(ofUnit(1, 1))).toEqual({ kind: 'registers', values: [1001] });
  });

  it('that damages a reply costs that read, and the line stays open for the next', async () => {
    const { bus } = await startSerialPeer((reply, request, n) => {
      const bytes = soundRtuReply(request);
      if (n === 0) bytes[4] = (bytes[4] ?? 0) ^ 0x10;
      reply(bytes);
    });
    expect(await failureOf(bus.read(ofUnit(1, 0, 2)))).toMatchObject({
      missCause: 'connection',
      message: 'malformed reply: the CRC is wrong',
    });
    expect(await bus.read(ofUnit(1, 1, 2))).toEqual({ kind: 'registers', values: [1001, 1002] });
  });

  it('may leave noise before a reply, but not after it', async () => {
    const { bus } = await startSerialPeer((reply, request, n) => {
      const bytes = soundRtuReply(request);
      if (n === 0) reply(Buffer.concat([Buffer.of(0, 0xff), bytes]));
      else if (n === 1) reply(Buffer.concat([bytes, Buffer.of(0)]));
      else reply(bytes);
    });
    expect(await bus.read(ofUnit(1, 7))).toEqual({ kind: 'registers', values: [1007] });
    expect(await failureOf(bus.read(ofUnit(1, 8)))).toMatchObject({ missCause: 'connection' });
    expect(await bus.read(ofUnit(1, 9))).toEqual({ kind: 'registers', values: [1009] });
  });

  it('with nothing but noise is a timeout, and is read when the noise ends', async () => {
    let noise = 0;
    const { bus } = await startSerialPeer((reply, request, n) => {
      if (n !== 1) return reply(soundRtuReply(request));
      noise += 1;
      reply(Buffer.alloc(1500, 0x55));
    });
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(ofUnit(1, 0, 1, 60)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(noise).toBe(1));
    expect(await bus.read(ofUnit(2, 1))).toEqual({ kind: 'registers', values: [2001] });
  });

  it('with an unsolicited frame between two requests is read as before', async () => {
    const { bus, end } = await startSerialPeer((reply, request) => reply(soundRtuReply(request)));
    await bus.read(ofUnit(1, 0));
    end.write(soundRtuReply({ unitId: 2, functionCode: 3, address: 77, quantity: 1 }));
    await new Promise((resolve) => end.drain(resolve));
    expect(await bus.read(ofUnit(1, 1))).toEqual({ kind: 'registers', values: [1001] });
  });
});

describe.skipIf(!hasSocat)('a late reply on a serial line', () => {
  it('is not taken for the answer of the next request to that unit', async () => {
    const late: (() => void)[] = [];
    const { bus } = await startSerialPeer((reply, request, n) => {
      if (n === 1) late.push(() => reply(soundRtuReply(request)));
      else reply(soundRtuReply(request));
    });
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(ofUnit(1, 100, 1, 250)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(late).toHaveLength(1));
    // If this request went out now, the late reply would be taken for its answer.
    const next = bus.read(ofUnit(1, 200, 1, 60_000));
    late[0]?.();
    expect(await next).toEqual({ kind: 'registers', values: [1200] });
  });

  it('of a device all of whose answers look alike ends the wait for it as soon as it comes', async () => {
    const late: (() => void)[] = [];
    const { bus } = await startSerialPeer((reply, request, n) => {
      if (n === 1) late.push(() => reply(soundRtuReply(request)));
      else reply(soundRtuReply(request));
    });
    await bus.read(ofAnotherUnit);
    const lateAnswerMs = 600_000;
    await failureOf(bus.read({ ...ofUnit(1, 100, 1, 60), lateAnswerMs }));
    const notAsked = await failureOf(bus.read(ofUnit(1, 200)));
    expect(notAsked).toMatchObject({ missCause: 'timeout', wasSent: false, isHeldBack: true });
    expect(notAsked.message).toMatch(/^not asked: an answer to an earlier request may come for another/);
    await untilHolds(() => expect(late).toHaveLength(1));
    late[0]?.();
    await untilHolds(async () => expect((await bus.read(ofUnit(1, 200))).values).toEqual([1200]));
  });

  it('does not keep other units from being read meanwhile', async () => {
    const late: (() => void)[] = [];
    const units: number[] = [];
    const { bus } = await startSerialPeer((reply, request, n) => {
      units.push(request.unitId);
      if (n === 1) late.push(() => reply(soundRtuReply(request)));
      else {
        // Both answer now, the late one first.
        late.shift()?.();
        reply(soundRtuReply(request));
      }
    });
    await bus.read(ofAnotherUnit);
    expect(await failureOf(bus.read(ofUnit(1, 100, 1, 500)))).toMatchObject({ missCause: 'timeout' });
    expect(await failureOf(bus.read(ofUnit(1, 150, 1, 100)))).toMatchObject({
      missCause: 'timeout',
      wasSent: false,
    });
    expect(await bus.read(ofUnit(2, 200))).toEqual({ kind: 'registers', values: [2200] });
    expect(units).toEqual([9, 1, 2]);
  });
});

describe.skipIf(!hasSocat)('a serial line that is not there', () => {
  it('is a connection failure, until it is', async () => {
    const { ours, theirs } = await startPtyLine();
    const bus = serialBus(lineAt(`${ours}-later`));
    expect(await failureOf(bus.read(ofUnit(1, 0)))).toMatchObject({
      missCause: 'connection',
      wasSent: false,
    });
    const end = await openEnd(theirs);
    end.on('data', () => end.write(soundRtuReply({ unitId: 1, functionCode: 3, address: 0, quantity: 1 })));
    await symlink(ours, `${ours}-later`);
    expect(await bus.read(ofUnit(1, 0))).toEqual({ kind: 'registers', values: [1000] });
  });

  it('any more, like an adapter that was pulled out, ends the read at once', async () => {
    const { bus, socat } = await startSerialPeer((_reply, _request) => void socat.kill());
    expect(await failureOf(bus.read(ofUnit(1, 0, 1, 60_000)))).toMatchObject({ missCause: 'connection' });
    expect(await failureOf(bus.read(ofUnit(1, 0, 1, 60_000)))).toMatchObject({ missCause: 'connection' });
  });

  it('because another program has it, is a connection failure', async () => {
    const { ours } = await startPtyLine();
    const holder = new SerialPort({ path: ours, baudRate: 9600, lock: true });
    await once(holder, 'open');
    const bus = serialBus(lineAt(ours));
    expect(await failureOf(bus.read(ofUnit(1, 0)))).toMatchObject({ missCause: 'connection' });
    await new Promise((resolve) => holder.close(resolve));
  });

  it('because the path is a file, is a connection failure', async () => {
    const bus = serialBus(lineAt(import.meta.filename));
    expect(await failureOf(bus.read(ofUnit(1, 0)))).toMatchObject({ missCause: 'connection' });
  });
});

describe.skipIf(!hasSocat)('disconnecting a serial line', () => {
  it('ends the read in flight at once, frees the line for others, and opens it again when asked', async () => {
    let requestCount = 0;
    const { bus, ours } = await startSerialPeer((reply, request, n) => {
      requestCount += 1;
      if (n > 0) reply(soundRtuReply(request));
    });
    const reading = failureOf(bus.read(ofUnit(1, 0, 1, 60_000)));
    await untilHolds(() => expect(requestCount).toBe(1));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection', wasSent: true });
    bus.disconnect();
    const other = serialBus(lineAt(ours));
    await untilHolds(async () => expect(await other.read(ofUnit(2, 1))).toMatchObject({ values: [2001] }));
    other.disconnect();
    await untilHolds(async () => expect(await bus.read(ofUnit(3, 1))).toMatchObject({ values: [3001] }));
  });

  it('while it is being opened sends nothing', async () => {
    let requestCount = 0;
    const { bus } = await startSerialPeer((reply, request) => {
      requestCount += 1;
      reply(soundRtuReply(request));
    });
    const reading = failureOf(bus.read(ofUnit(1, 0)));
    bus.disconnect();
    expect(await reading).toMatchObject({ missCause: 'connection', wasSent: false });
    expect(await bus.read(ofUnit(2, 0))).toMatchObject({ values: [2000] });
    expect(requestCount).toBe(1);
  });

  it('happens when the right to read has ended, and nothing leaves', async () => {
    let requestCount = 0;
    let mayRequest = false;
    const { bus } = await startSerialPeer(
      (reply, request) => {
        requestCount += 1;
        reply(soundRtuReply(request));
      },
      { mayRequest: () => mayRequest },
    );
    expect(await failureOf(bus.read(ofUnit(1, 0)))).toMatchObject({
      missCause: 'connection',
      wasSent: false,
    });
    mayRequest = true;
    expect(await bus.read(ofUnit(2, 0))).toMatchObject({ values: [2000] });
    expect(requestCount).toBe(1);
  });
});
