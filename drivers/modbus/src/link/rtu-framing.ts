import { modbusText } from '../texts.ts';
import { crc16 } from './crc-16.ts';
import { type Framing, incomplete, isExpectedUnit, type OutgoingFrame, type Verdict } from './framing.ts';
import { ExpectedReply } from './reply-pdu.ts';
import { type BusRequest, encodeRequest } from './request-pdu.ts';

const unitBytes = 1;
const crcBytes = 2;

const replyAtOnce: Verdict = { kind: 'reply', pduAt: unitBytes };

/**
 * The frames of a serial line: unit id, protocol data unit, CRC. Only its function code and byte count say how long a
 * frame is, and nothing says which request it answers: late replies are handled before the next request is sent
 * (`RtuLine`).
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
   * Skips bytes in front of the reply: line drivers leave a byte when they switch, a late reply of another unit may be
   * there, and some adapters echo the request. Bytes after the reply are a fault.
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
      // Any later start would be within this frame.
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
        // Noise, or a late reply of another unit, soon holds two bytes that fit: then the reply itself is still to come.
        return { kind: 'fault', reason: modbusText('crc_wrong'), mayFollow: isException || start > 0 };
      }
      if (end < count)
        return { kind: 'fault', reason: modbusText('bytes_after_the_reply', { count: count - end }) };
      return start === 0 ? replyAtOnce : { kind: 'reply', pduAt };
    }
    return incomplete;
  }
}

/** Whether the bytes from `start` on echo the request so far: its address may look like the byte count of a reply. */
function isEchoSoFar(bytes: Uint8Array, start: number, count: number, sent: Uint8Array): boolean {
  const length = Math.min(sent.length, count - start);
  for (let at = 0; at < length; at += 1) if (bytes[start + at] !== sent[at]) return false;
  return true;
}

function isWholeEcho(bytes: Uint8Array, start: number, count: number, sent: Uint8Array): boolean {
  return count - start >= sent.length && isEchoSoFar(bytes, start, count, sent);
}
