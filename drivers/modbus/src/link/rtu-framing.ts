import { crc16 } from './crc-16.ts';
import { type Framing, incomplete, isExpectedUnit, type OutgoingFrame, type Verdict } from './framing.ts';
import { ExpectedReply } from './reply-pdu.ts';
import { type BusRequest, encodeRequest } from './request-pdu.ts';

const unitBytes = 1;
const crcBytes = 2;

const replyAtOnce: Verdict = { kind: 'reply', pduAt: unitBytes };

/**
 * The frames of a serial line: unit id, protocol data unit, CRC. Nothing says how long a frame is but its function code
 * and byte count, and nothing which request it answers: what a late reply may do is left to whoever sends the next
 * request (`RtuLine`).
 */
export class RtuFraming implements Framing {
  readonly forgivesNoise = true;

  frame(request: BusRequest): OutgoingFrame {
    const bytes = encodeRequest(request, unitBytes, crcBytes);
    bytes[0] = request.unitId;
    const end = bytes.length - crcBytes;
    const crc = crc16(bytes, 0, end);
    bytes[end] = crc & 0xff;
    bytes[end + 1] = crc >>> 8;
    return { bytes, expected: new ExpectedReply(request, bytes.subarray(unitBytes, end)) };
  }

  /**
   * Passes over what comes before the reply: drivers that switch leave a byte on the line, a late reply of another
   * unit may be there, and some adapters give back what they sent. What comes after it makes it a fault.
   */
  judge(bytes: Uint8Array, count: number, request: BusRequest, frame: OutgoingFrame): Verdict {
    const { expected } = frame;
    for (let start = 0; start + unitBytes < count; start += 1) {
      if (!isExpectedUnit(bytes[start], request)) continue;
      const pduAt = start + unitBytes;
      const pduBytes = expected.pduBytesFor(bytes[pduAt]);
      if (pduBytes === undefined) continue;
      const isException = bytes[pduAt] !== expected.functionCode;
      if (!isException && expected.headFault(bytes, pduAt, count - pduAt - 1)) continue;
      const crcAt = pduAt + pduBytes;
      const end = crcAt + crcBytes;
      // From here on everything else would be inside of this frame.
      if (end > count) {
        if (!isWholeEcho(bytes, start, count, frame.bytes)) return incomplete;
        start += frame.bytes.length - 1;
        continue;
      }
      if (crc16(bytes, start, crcAt) !== ((bytes[crcAt] ?? 0) | ((bytes[crcAt + 1] ?? 0) << 8))) {
        if (isEchoSoFar(bytes, start, count, frame.bytes)) {
          if (count - start < frame.bytes.length) return incomplete;
          start += frame.bytes.length - 1;
          continue;
        }
        // Two bytes are soon found in noise or in what another unit says late, and after those the reply is still to come.
        return { kind: 'fault', reason: 'the CRC is wrong', mayFollow: isException || start > 0 };
      }
      if (end < count) return { kind: 'fault', reason: `${count - end} bytes after the reply` };
      return start === 0 ? replyAtOnce : { kind: 'reply', pduAt };
    }
    return incomplete;
  }
}

/** Whether what begins at `start` is what was sent, as far as it has come: its address may look like the byte count of a reply. */
function isEchoSoFar(bytes: Uint8Array, start: number, count: number, sent: Uint8Array): boolean {
  const length = Math.min(sent.length, count - start);
  for (let at = 0; at < length; at += 1) if (bytes[start + at] !== sent[at]) return false;
  return true;
}

function isWholeEcho(bytes: Uint8Array, start: number, count: number, sent: Uint8Array): boolean {
  return count - start >= sent.length && isEchoSoFar(bytes, start, count, sent);
}
