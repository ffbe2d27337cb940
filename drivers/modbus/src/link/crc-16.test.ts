import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc16 } from './crc-16.ts';
import { rtuFrame } from './testing/rtu-frames.ts';

it('is the CRC of the specification for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), (body) => {
      const frame = rtuFrame(body[0] ?? 0, body.subarray(1));
      expect(crc16(body, 0, body.length)).toBe(frame.readUInt16LE(body.length));
      // The CRC over a frame with its own CRC is 0.
      expect(crc16(frame, 0, frame.length)).toBe(0);
    }),
  );
});
