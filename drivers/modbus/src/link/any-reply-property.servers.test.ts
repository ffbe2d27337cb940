import type { Channel, ChannelEvents } from '@holdfast/driver/channel.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawBlock, ReadRequest } from '../layout/requests.ts';
import type { Verdict } from './framing.ts';
import { MbapFraming } from './mbap-framing.ts';
import { ModbusBus } from './modbus-bus.ts';
import { ReadFailure } from './read-failure.ts';
import { decodeRead } from './reply-pdu.ts';
import { RtuFraming } from './rtu-framing.ts';
import { RtuLine } from './rtu-line.ts';
import { mbapFrame } from './testing/bus-under-test.ts';
import { rtuFrame } from './testing/rtu-frames.ts';

/** A connection in memory: what is written to it is answered by the test. */
class MemoryChannel implements Channel {
  readonly #answer: (frame: Buffer) => Buffer[];
  readonly #events: ChannelEvents;
  #isClosed = false;

  constructor(events: ChannelEvents, answer: (frame: Buffer) => Buffer[]) {
    this.#events = events;
    this.#answer = answer;
    setImmediate(() => this.#unlessClosed(() => events.onOpen()));
  }

  write(frame: Buffer): void {
    for (const chunk of this.#answer(frame)) {
      setImmediate(() => this.#unlessClosed(() => this.#events.onBytes(chunk, chunk.length)));
    }
  }

  close(_gently: boolean, onGone: () => void): void {
    this.#isClosed = true;
    onGone();
  }

  #unlessClosed(tell: () => void): void {
    if (!this.#isClosed) tell();
  }
}

const request: fc.Arbitrary<ReadRequest> = fc.record({
  unitId: fc.integer({ min: 0, max: 255 }),
  table: fc.constantFrom('coil', 'discrete_input', 'holding_register', 'input_register'),
  address: fc.integer({ min: 0, max: 65_535 }),
  quantity: fc.integer({ min: 1, max: 125 }),
  timeoutMs: fc.constant(60_000),
});

const functionCodes = { coil: 1, discrete_input: 2, holding_register: 3, input_register: 4 } as const;

/** The data of a reply, and the block that they must become. */
function soundData({ table, quantity }: ReadRequest, seed: number): { data: Buffer; block: RawBlock } {
  if (table === 'coil' || table === 'discrete_input') {
    const values = Array.from({ length: quantity }, (_, at) => ((seed >> (at % 31)) & 1) === 1);
    const data = Buffer.alloc(Math.ceil(quantity / 8));
    for (const [at, isOn] of values.entries()) {
      if (isOn) data[Math.floor(at / 8)] = (data[Math.floor(at / 8)] ?? 0) + 2 ** (at % 8);
    }
    return { data, block: { kind: 'bits', values } };
  }
  const values = Array.from({ length: quantity }, (_, at) => (seed + at * 7919) & 0xffff);
  const data = Buffer.alloc(quantity * 2);
  for (const [at, value] of values.entries()) data.writeUInt16BE(value, at * 2);
  return { data, block: { kind: 'registers', values } };
}

function soundReply(kind: 'mbap' | 'rtu', frame: Buffer, request: ReadRequest, data: Buffer): Buffer {
  const pdu = Buffer.concat([Buffer.of(functionCodes[request.table], data.length), data]);
  return kind === 'mbap'
    ? mbapFrame(frame.readUInt16BE(0), request.unitId, pdu)
    : rtuFrame(request.unitId, pdu);
}

/**
 * Damage to a reply on its way. The data of Modbus TCP frames are left alone: without a checksum, damaged data
 * cannot be distinguished from other data, and only TCP itself could damage them.
 */
type Damage = (reply: Buffer) => Buffer;

function damage(kind: 'mbap' | 'rtu'): fc.Arbitrary<Damage> {
  const protectedBytes = kind === 'mbap' ? 9 : Number.POSITIVE_INFINITY;
  const place = (at: number, bytes: Buffer) => at % Math.min(bytes.length, protectedBytes);
  const noise = (most: number) => fc.uint8Array({ minLength: 1, maxLength: most });
  return fc.oneof(
    fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 255 })).map(
      ([at, mask]): Damage =>
        (reply) => {
          const bytes = Buffer.from(reply);
          bytes[place(at, bytes)] = (bytes[place(at, bytes)] ?? 0) ^ mask;
          return bytes;
        },
    ),
    fc.nat(300).map(
      (at): Damage =>
        (reply) =>
          reply.subarray(0, at % reply.length),
    ),
    noise(40).map(
      (bytes): Damage =>
        (reply) =>
          Buffer.concat([bytes, reply]),
    ),
    noise(40).map(
      (bytes): Damage =>
        (reply) =>
          Buffer.concat([reply, bytes]),
    ),
    noise(700).map(
      (bytes): Damage =>
        () =>
          Buffer.from(bytes),
    ),
    fc.tuple(fc.nat(300), noise(40)).map(
      ([at, bytes]): Damage =>
        (reply) => {
          const where = kind === 'mbap' ? 0 : at % reply.length;
          return Buffer.concat([reply.subarray(0, where), bytes, reply.subarray(where)]);
        },
    ),
  );
}

function inChunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length])];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const cuts = fc.array(fc.nat(700), { maxLength: 6 });
/** Fixed, so that each run has the same bytes: none of them passes CRC-16 by chance, as one in 65,536 would. */
const seed = 20_241_124;

describe.each(['mbap', 'rtu'] as const)('whatever bytes come as %s frames, in whatever pieces', (kind) => {
  const framing = kind === 'mbap' ? new MbapFraming() : new RtuFraming();

  it('no sound reply is refused, and none that is damaged gives another value', () => {
    fc.assert(
      fc.property(
        request,
        fc.nat(),
        fc.option(damage(kind), { nil: undefined, freq: 8 }),
        cuts,
        (request, content, harm, pieces) => {
          const frame = framing.frame(request);
          const { data, block } = soundData(request, content);
          const sound = soundReply(kind, frame.bytes, request, data);
          const received = Buffer.alloc(1024);
          let count = 0;
          let verdict: Verdict = { kind: 'incomplete' };
          for (const chunk of inChunks(harm ? harm(sound) : sound, pieces)) {
            count += chunk.copy(received, count);
            verdict = framing.judge(received, count, request, frame);
            if (verdict.kind !== 'incomplete') break;
          }
          if (!harm) expect(verdict.kind).toBe('reply');
          if (verdict.kind !== 'reply') return;
          // An exception becomes an error and never a value, whatever damage made it.
          if (((received[verdict.pduAt] ?? 0) & 0x80) !== 0) return;
          expect(decodeRead(request, received, verdict.pduAt + 2)).toEqual(block);
        },
      ),
      { numRuns: 5_000, seed },
    );
  });

  it('a read ends with the right value or a failure in time, and the device is read again', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(), damage(kind), cuts, async (request, content, harm, pieces) => {
        const { data, block } = soundData(request, content);
        const next = { ...request, unitId: (request.unitId + 1) % 256 };
        const bus = new ModbusBus({
          open: (events) =>
            new MemoryChannel(events, (frame) => {
              const isFirst = frame[kind === 'mbap' ? 6 : 0] === request.unitId;
              const sound = soundReply(kind, frame, isFirst ? request : next, data);
              return isFirst ? inChunks(harm(sound), pieces) : [sound];
            }),
          framing,
          line: kind === 'mbap' ? undefined : new RtuLine(0),
          keepsOpen: false,
        });
        const outcome = await bus.read({ ...request, timeoutMs: 10 }).catch((error: unknown) => error);
        if (!(outcome instanceof ReadFailure)) expect(outcome).toEqual(block);
        // The next request meets bytes that the device sent after a good reply, which end that connection.
        expect(await bus.read(next).catch(() => bus.read(next))).toEqual(block);
        bus.disconnect();
      }),
      { numRuns: 60, seed },
    );
  });
});
