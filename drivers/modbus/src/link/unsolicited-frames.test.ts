import { expect, it } from 'vitest';
import { rtuFrame, soundRtuReply } from './testing/rtu-frames.ts';
import { UnsolicitedFrames } from './unsolicited-frames.ts';

const reply = (unitId: number, quantity: number) =>
  soundRtuReply({ unitId, functionCode: 3, address: 0, quantity });

function heardIn(...pieces: Uint8Array[]): string[] {
  const frameTexts: string[] = [];
  const frames = new UnsolicitedFrames();
  for (const piece of pieces) {
    frames.hear(piece, piece.length, (unitId, shape) =>
      frameTexts.push(`${unitId}: ${shape >>> 8} ${shape & 255}`),
    );
  }
  return frameTexts;
}

it('a whole answer is found in what comes over the line, in whatever pieces and between whatever noise', () => {
  const bytes = Buffer.concat([Buffer.of(0, 7, 3), reply(7, 10), Buffer.of(0xff, 0), reply(2, 125)]);
  expect(heardIn(bytes)).toEqual(['7: 3 20', '2: 3 250']);
  expect(heardIn(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(['7: 3 20', '2: 3 250']);
});

it('what is damaged, is no answer to a read, or has only begun is none', () => {
  const damaged = reply(7, 3);
  damaged[4] = (damaged[4] ?? 0) ^ 1;
  expect(heardIn(damaged, rtuFrame(7, Buffer.of(0x83, 2)), reply(7, 4).subarray(0, 8))).toEqual([]);
});

it('an answer is found behind more noise than a frame is long', () => {
  expect(heardIn(Buffer.alloc(3_000, 3), reply(7, 2))).toEqual(['7: 3 4']);
});

it('a request that an adapter gives back is none, although for an address 0x03xx it has the form of one', () => {
  const request = rtuFrame(7, Buffer.of(1, 0x03, 0x10, 0, 20));
  expect(heardIn(request)).toEqual(['7: 1 3']);
  const unitIds: number[] = [];
  const frames = new UnsolicitedFrames();
  const hear = (bytes: Buffer) => frames.hear(bytes, bytes.length, (unitId) => unitIds.push(unitId));
  frames.requestLeaves(request);
  hear(Buffer.concat([Buffer.of(0), request]));
  expect(unitIds).toEqual([]);
  hear(reply(7, 2));
  expect(unitIds).toEqual([7]);
});
