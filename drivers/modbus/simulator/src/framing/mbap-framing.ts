import type { Framing, RequestFrame } from './framing.ts';

const headerBytes = 7;
/** Largest length field: unit id and the largest protocol data unit. */
const largestLength = 254;

/** Modbus TCP framing, written here so that a fault sends exactly the bytes that it describes. */
export function mbapFraming(): Framing {
  let pending: Buffer = Buffer.alloc(0);
  return {
    kind: 'mbap',
    take: (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const requests: RequestFrame[] = [];
      while (pending.length >= headerBytes) {
        const length = pending.readUInt16BE(4);
        // The specification lets a server drop what is not Modbus; without a length there is no way to find the next frame.
        if (pending.readUInt16BE(2) !== 0 || length < 2 || length > largestLength) {
          return { requests, broken: true };
        }
        const bytes = pending.subarray(0, headerBytes - 1 + length);
        if (bytes.length < headerBytes - 1 + length) break;
        pending = pending.subarray(bytes.length);
        requests.push({
          transactionId: bytes.readUInt16BE(0),
          unitId: bytes.readUInt8(6),
          pdu: bytes.subarray(headerBytes),
          bytes,
        });
      }
      return { requests, broken: false };
    },
    // TCP has no silence that means anything.
    quiet: () => [],
    isWaiting: false,
    wrap: ({ transactionId }, unitId, pdu) => mbapFrame(transactionId, unitId, pdu),
  };
}

export function mbapFrame(transactionId: number, unitId: number, pdu: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + pdu.length);
  frame.writeUInt16BE(transactionId, 0);
  frame.writeUInt16BE(0, 2);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame.writeUInt8(unitId, 6);
  pdu.copy(frame, headerBytes);
  return frame;
}
