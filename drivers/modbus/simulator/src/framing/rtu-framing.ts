import type { Framing, RequestFrame } from './framing.ts';

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** The check sum of an RTU frame; its low byte goes first on the line. */
export function crc16(bytes: Uint8Array, end = bytes.length): number {
  let crc = 0xffff;
  for (let at = 0; at < end; at++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

const crcBytes = 2;
/** Unit id, the largest protocol data unit, check sum. */
const largestFrame = 256;
const smallestFrame = 4;

/**
 * RTU framing on whatever carries bytes. A request of a known function code is found by its length, because neither TCP
 * nor a pty keeps the pauses between frames; bytes that fit no request are skipped one by one.
 */
export function rtuFraming(): Framing {
  let pending: Buffer = Buffer.alloc(0);

  const take = (): RequestFrame[] => {
    const requests: RequestFrame[] = [];
    while (pending.length >= smallestFrame) {
      const length = requestLength(pending);
      if (length === undefined || pending.length < length) break;
      const frame = frameOf(pending.subarray(0, length));
      if (frame) requests.push(frame);
      pending = pending.subarray(frame ? length : 1);
    }
    if (pending.length > largestFrame) pending = pending.subarray(pending.length - largestFrame);
    return requests;
  };

  return {
    kind: 'rtu',
    take: (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      return { requests: take(), broken: false };
    },
    quiet: () => {
      const requests: RequestFrame[] = [];
      const whole = frameOf(pending);
      if (whole) requests.push(whole);
      // A real request may follow noise that looked like the beginning of a long one.
      else
        while (pending.length > smallestFrame && requests.length === 0) {
          pending = pending.subarray(1);
          requests.push(...take());
        }
      pending = Buffer.alloc(0);
      return requests;
    },
    get isWaiting() {
      return pending.length > 0;
    },
    wrap: (_request, unitId, pdu) => rtuFrame(unitId, pdu),
  };
}

export function rtuFrame(unitId: number, pdu: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(1 + pdu.length + crcBytes);
  frame.writeUInt8(unitId, 0);
  pdu.copy(frame, 1);
  frame.writeUInt16LE(crc16(frame, 1 + pdu.length), 1 + pdu.length);
  return frame;
}

function frameOf(bytes: Buffer): RequestFrame | undefined {
  if (bytes.length < smallestFrame || bytes.length > largestFrame) return undefined;
  const end = bytes.length - crcBytes;
  if (crc16(bytes, end) !== bytes.readUInt16LE(end)) return undefined;
  return { transactionId: 0, unitId: bytes.readUInt8(0), pdu: bytes.subarray(1, end), bytes };
}

/** @returns undefined while the length cannot be determined */
function requestLength(bytes: Buffer): number | undefined {
  const byteCountAt = (at: number): number | undefined =>
    bytes.length > at ? at + 1 + bytes.readUInt8(at) + crcBytes : undefined;
  switch (bytes.readUInt8(1)) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return 8;
    case 15:
    case 16:
      return byteCountAt(6);
    case 22:
      return 10;
    case 23:
      return byteCountAt(10);
    case 43:
      return 7;
    default:
      return undefined;
  }
}
