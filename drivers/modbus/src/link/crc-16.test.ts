import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc16 } from './crc-16.ts';
import { rtuFrame } from './testing/rtu-frames.ts';

it('is the CRC of the specification for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), (body) => {
      const frame = rtuFrame(body[0] ?? 0, body.subarray(1));
      expect(crc16(body, 0, body.length)).toBe(frame.readUInt16LE(body.length));
      // Over a frame and its own CRC nothing is left.
      expect(crc16(frame, 0, frame.length)).toBe(0);
    }),
  );
});
