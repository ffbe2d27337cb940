import { untilHolds } from '@holdfast/test/support/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { WriteRequest } from '../layout/requests.ts';
import { cleanUp, failureOf, mbapFrame, startPeer } from './testing/bus-under-test.ts';
import { rtuFrame } from './testing/rtu-frames.ts';

afterEach(cleanUp);

const target = { unitId: 1, timeoutMs: 60_000 };
const echo = (request: Buffer): Buffer =>
  mbapFrame(request.readUInt16BE(0), request.readUInt8(6), request.subarray(7, 12));

/** The protocol data units are those of the examples in the Modbus Application Protocol Specification V1.1b3. */
const examples: [string, WriteRequest, string][] = [
  ['a coil on', { ...target, functionCode: 5, address: 0xac, values: [true] }, '0500acff00'],
  ['a coil off', { ...target, functionCode: 5, address: 0xac, values: [false] }, '0500ac0000'],
  ['a register', { ...target, functionCode: 6, address: 1, values: [3] }, '0600010003'],
  [
    'ten coils',
    {
      ...target,
      functionCode: 15,
      address: 0x13,
      values: [true, false, true, true, false, false, true, true, true, false],
    },
    '0f0013000a02cd01',
  ],
  [
    'two registers',
    { ...target, functionCode: 16, address: 1, values: [0x0a, 0x0102] },
    '100001000204000a0102',
  ],
];

describe('writing', () => {
  it.each(examples)(
    '%s sends the bytes of the specification and takes their echo',
    async (_what, request, pdu) => {
      const frames: string[] = [];
      const { bus } = await startPeer((socket, frame) => {
        frames.push(frame.subarray(7).toString('hex'));
        socket.write(echo(frame));
      });
      await bus.write(request);
      expect(frames).toEqual([pdu]);
    },
  );

  it.each(examples)('%s does so in RTU frames too', async (_what, request, pdu) => {
    const frames: string[] = [];
    const { bus } = await startPeer(
      (socket, frame) => {
        frames.push(frame.subarray(1, -2).toString('hex'));
        socket.write(rtuFrame(1, frame.subarray(1, 6)));
      },
      { framing: 'rtu' },
    );
    await bus.write(request);
    expect(frames).toEqual([pdu]);
  });

  it.each(examples)('%s fails when something else is confirmed', async (_what, request) => {
    const { bus, connections } = await startPeer((socket, frame, n) => {
      const reply = echo(frame);
      reply[11] = (reply[11] ?? 0) ^ (n === 0 ? 1 : 0);
      socket.write(reply);
    });
    expect(await failureOf(bus.write(request))).toMatchObject({ missCause: 'connection', wasSent: true });
    await bus.write(request);
    expect(connections).toHaveLength(2);
  });

  it('fails with the exception that the device answers with, and the connection is kept', async () => {
    const { bus, connections } = await startPeer((socket, frame, n) => {
      const refusal = Buffer.of(frame.readUInt8(7) | 0x80, 3);
      socket.write(n === 0 ? mbapFrame(frame.readUInt16BE(0), 1, refusal) : echo(frame));
    });
    const request: WriteRequest = { ...target, functionCode: 6, address: 1, values: [3] };
    expect(await failureOf(bus.write(request))).toMatchObject({ missCause: 'exception', exceptionCode: 3 });
    await bus.write(request);
    expect(connections).toHaveLength(1);
  });

  it('without an answer leaves open whether the device took it, and is never repeated', async () => {
    const functionCodes: number[] = [];
    const { bus } = await startPeer((socket, frame, n) => {
      functionCodes.push(frame.readUInt16BE(8));
      if (n !== 1) socket.write(echo(frame));
    });
    const request: WriteRequest = { ...target, functionCode: 6, address: 0, values: [3] };
    // Connecting may take longer than the timeout below, and then nothing would have been sent.
    await bus.write(request);
    const unanswered = bus.write({ ...request, address: 1, timeoutMs: 60 });
    expect(await failureOf(unanswered)).toMatchObject({ missCause: 'timeout', wasSent: true });
    await untilHolds(() => expect(functionCodes).toEqual([0, 1]));
    await bus.write({ ...request, address: 2 });
    expect(functionCodes).toEqual([0, 1, 2]);
  });

  it.each<[string, WriteRequest]>([
    ['a value that no register holds', { ...target, functionCode: 6, address: 1, values: [65_536] }],
    ['a value that is no integer', { ...target, functionCode: 16, address: 1, values: [1, 0.5] }],
    [
      'two values with a function code for one',
      { ...target, functionCode: 5, address: 1, values: [true, true] },
    ],
    ['no value', { ...target, functionCode: 15, address: 1, values: [] }],
    ['too many values', { ...target, functionCode: 16, address: 1, values: new Array(124).fill(0) }],
    ['an address that does not exist', { ...target, functionCode: 6, address: 65_536, values: [1] }],
  ])('%s is refused before anything is sent', async (_what, request) => {
    const frames: Buffer[] = [];
    const { bus } = await startPeer((_socket, frame) => frames.push(frame));
    expect(await failureOf(bus.write(request))).toMatchObject({ missCause: 'connection', wasSent: false });
    expect(frames).toEqual([]);
  });

  it('is not sent once the right to use the device has ended', async () => {
    const frames: Buffer[] = [];
    const { bus } = await startPeer((_socket, frame) => frames.push(frame), { mayRequest: () => false });
    const request: WriteRequest = { ...target, functionCode: 6, address: 1, values: [3] };
    expect(await failureOf(bus.write(request))).toMatchObject({ missCause: 'connection', wasSent: false });
    expect(frames).toEqual([]);
  });
});
