import { untilHolds } from '@holdfast/test/support/eventually.ts';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ReadFailure } from './read-failure.ts';
import { cleanUp, failureOf, mbapFrame, registers, soundReply, startPeer } from './testing/bus-under-test.ts';

afterEach(cleanUp);

describe('a late reply', () => {
  it('never becomes the value of another request on the new connection', async () => {
    const late: (() => void)[] = [];
    const { bus, connections } = await startPeer((socket, request, n) => {
      // The second request is answered on its own connection, but only when the third one is there.
      if (n === 1) late.push(() => socket.write(soundReply(request)));
      else {
        late.shift()?.();
        socket.write(soundReply(request));
      }
    });
    // Connecting may take longer than the timeout below, and then nothing would have been asked.
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(100, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(late).toHaveLength(1));
    expect(await bus.read(registers(200))).toEqual({ kind: 'registers', values: [1200] });
    expect(connections).toHaveLength(2);
  });

  it('that a gateway sends to the new connection is not taken for the answer of a request there', async () => {
    let late: Buffer | undefined;
    const { bus } = await startPeer((socket, request, n) => {
      if (n === 1) late = soundReply(request);
      else if (n === 2) socket.write(late ?? '');
      else socket.write(soundReply(request));
    });
    // On an open connection the request certainly leaves; its arrival may take longer than its timeout.
    await bus.read(registers(1));
    expect(await failureOf(bus.read(registers(100, 1, 50)))).toMatchObject({ missCause: 'timeout' });
    await untilHolds(() => expect(late).toBeDefined());
    expect(await failureOf(bus.read(registers(200)))).toMatchObject({ missCause: 'connection' });
    expect(await bus.read(registers(300))).toEqual({ kind: 'registers', values: [1300] });
  });

  it('that no request waits for any more ends the connection', async () => {
    const answered: (() => void)[] = [];
    const { bus, connections } = await startPeer((socket, request) => {
      answered.push(() => socket.write(soundReply(request)));
      socket.write(soundReply(request));
    });
    await bus.read(registers(1));
    await bus.read(registers(5));
    answered[0]?.();
    await untilHolds(() => expect(connections[0]?.destroyed).toBe(true));
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
    'a length of garbage': (request) => {
      const reply = soundReply(request);
      reply.writeUInt16BE(65_535, 4);
      return reply;
    },
    'a length of nothing': (request) => {
      const reply = soundReply(request);
      reply.writeUInt16BE(0, 4);
      return reply;
    },
    'bytes after the reply': (request) => Buffer.concat([soundReply(request), Buffer.of(0)]),
    'two replies that contradict each other': (request) => {
      const other = soundReply(request);
      other.writeUInt16BE(7, other.length - 2);
      return Buffer.concat([soundReply(request), other]);
    },
    'an empty frame': (request) => mbapFrame(request.readUInt16BE(0), 1, Buffer.of()),
    'half a reply': (request) => soundReply(request).subarray(0, 10),
  };

  it.each(Object.keys(replies))(
    '%s is a failure, and the next read starts on a new connection',
    async (what) => {
      let answered = -1;
      const { bus, connections } = await startPeer((socket, request, n) => {
        answered = n;
        socket.write(n === 1 ? (replies[what]?.(request) ?? Buffer.of()) : soundReply(request));
      });
      await bus.read(registers(1));
      const failure = await failureOf(bus.read(registers(0, 2, 100)));
      expect(['timeout', 'connection']).toContain(failure.missCause);
      // If the request took longer than its timeout on the way, the answer above is not given yet.
      await untilHolds(() => expect(answered).toBe(1));
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
    expect(await failureOf(bus.read(registers(0)))).toMatchObject({
      missCause: 'connection',
      message: expect.stringContaining('length 4'),
    });
    expect(await bus.read(registers(1))).toEqual({ kind: 'registers', values: [1001] });
  });
});

describe('a reply that comes again', () => {
  it.each([1, 2, 5])(
    'in %d copies right behind it is taken once, and the connection is kept',
    async (copies) => {
      const { bus, connections } = await startPeer((socket, request) => {
        socket.write(Buffer.concat(new Array(copies + 1).fill(soundReply(request))));
      });
      for (let n = 0; n < 20; n += 1) {
        expect(await bus.read(registers(n, 3))).toEqual({
          kind: 'registers',
          values: [n + 1000, n + 1001, n + 1002],
        });
      }
      expect(connections).toHaveLength(1);
    },
  );

  it('of the largest size, and an exception, are taken once too', async () => {
    const { bus, connections } = await startPeer((socket, request, n) => {
      const reply = n === 1 ? mbapFrame(request.readUInt16BE(0), 1, Buffer.of(0x83, 2)) : soundReply(request);
      socket.write(Buffer.concat([reply, reply]));
    });
    const largest = { kind: 'registers', values: Array.from({ length: 125 }, (_, at) => at + 1000) };
    expect(await bus.read(registers(0, 125))).toEqual(largest);
    expect(await failureOf(bus.read(registers(0, 125)))).toMatchObject({ exceptionCode: 2 });
    expect(await bus.read(registers(0, 125))).toEqual(largest);
    expect(connections).toHaveLength(1);
  });

  it('in front of the answer to the next request is not taken for that, in whatever pieces', async () => {
    let before: Buffer = Buffer.of();
    const { bus, connections } = await startPeer((socket, request) => {
      const reply = soundReply(request);
      const bytes = [...Buffer.concat([before, before, reply])];
      before = reply;
      const next = (): void => {
        const piece = bytes.splice(0, 5);
        if (piece.length > 0 && !socket.destroyed) socket.write(Buffer.from(piece), () => setImmediate(next));
      };
      socket.setNoDelay();
      next();
    });
    for (let n = 0; n < 8; n += 1) {
      expect(await bus.read(registers(n * 10, 1 + (n % 3)))).toMatchObject({
        values: Array.from({ length: 1 + (n % 3) }, (_, at) => n * 10 + at + 1000),
      });
    }
    expect(connections).toHaveLength(1);
  });

  it('while nothing is asked is dropped, also when the rest of it comes with the next answer', async () => {
    const first: { again: (from: number, to?: number) => Promise<void> }[] = [];
    let rest: Buffer = Buffer.of();
    const { bus, connections } = await startPeer((socket, request, n) => {
      const reply = soundReply(request);
      if (n === 0) {
        const again = (from: number, to?: number) =>
          new Promise<void>((resolve) => socket.write(reply.subarray(from, to), () => resolve()));
        first.push({ again });
        rest = reply.subarray(7);
      }
      socket.write(n === 1 ? Buffer.concat([rest, reply]) : reply);
    });
    await bus.read(registers(1));
    await first[0]?.again(0);
    await first[0]?.again(0, 7);
    expect(await bus.read(registers(2))).toEqual({ kind: 'registers', values: [1002] });
    expect(await bus.read(registers(3))).toEqual({ kind: 'registers', values: [1003] });
    expect(connections).toHaveLength(1);
  });

  it('and does not come to an end is still distinguished from the next answer', async () => {
    const { bus } = await startPeer((socket, request, n) => {
      const reply = soundReply(request);
      socket.write(n === 0 ? Buffer.concat([reply, reply.subarray(0, 8)]) : reply);
    });
    for (const n of [1, 2, 3])
      expect(await bus.read(registers(n))).toEqual({ kind: 'registers', values: [n + 1000] });
  });
});

describe('a device that misbehaves in any order', () => {
  const sound = ['reply', 'in two pieces', 'reply twice', 'reply before the next'] as const;
  const unsound = [
    'nothing',
    'reply too late',
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
          if (behaviour === 'reply before the next') socket.write(Buffer.concat([before, reply]));
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
        // Whatever it did, it is read again when it behaves: soon, where it swallows the first request.
        await untilHolds(async () =>
          expect(await bus.read(registers(400, 1, 1_000))).toEqual({ kind: 'registers', values: [1400] }),
        );
        await cleanUp();
      }),
      { numRuns: 25 },
    );
  });
});
