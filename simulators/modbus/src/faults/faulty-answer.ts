import { randomBytes, randomInt } from 'node:crypto';
import type { Fault } from '../fault.ts';
import type { Framing, RequestFrame } from '../framing/framing.ts';
import { exceptionReply } from '../pdu.ts';

export type FaultyAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly delayMs: number }
  /** Sent at once, and so much later again. */
  | { readonly kind: 'repeated'; readonly bytes: Buffer; readonly againAfterMs: number }
  /** Sent in front of the next answer. */
  | { readonly kind: 'held'; readonly bytes: Buffer }
  /** Sent so much later, while other requests are answered. */
  | { readonly kind: 'detached'; readonly bytes: Buffer; readonly delayMs: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'dead' };

type ActingOnRequests = Exclude<Fault, { kind: 'silence' }>;

const noModbus = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
const busyCode = 6;

/** The answer that a device with this fault makes of its reply. */
export function faultyAnswer(
  fault: ActingOnRequests,
  request: RequestFrame,
  reply: Buffer,
  framing: Framing,
): FaultyAnswer {
  const functionCode = request.pdu[0] ?? 0;
  const wrap = (pdu: Buffer, unitId = request.unitId): Buffer => framing.wrap(request, unitId, pdu);
  const now = (bytes: Buffer): FaultyAnswer => ({ kind: 'bytes', bytes, delayMs: 0 });
  switch (fault.kind) {
    case 'slow': {
      const jitterMs = fault.jitter_ms ? randomInt(fault.jitter_ms + 1) : 0;
      return { kind: 'bytes', bytes: wrap(reply), delayMs: fault.delay_ms + jitterMs };
    }
    case 'exception':
      return now(wrap(exceptionReply(functionCode, fault.code)));
    case 'busy':
      return now(wrap(exceptionReply(functionCode, fault.code ?? busyCode)));
    case 'late_reply':
      return fault.delay_ms === undefined
        ? { kind: 'held', bytes: wrap(reply) }
        : { kind: 'detached', bytes: wrap(reply), delayMs: fault.delay_ms };
    case 'doubled': {
      const answer = wrap(reply);
      return fault.delay_ms === undefined
        ? now(Buffer.concat([answer, answer]))
        : { kind: 'repeated', bytes: answer, againAfterMs: fault.delay_ms };
    }
    case 'wrong_unit':
      return now(wrap(reply, fault.unit_id ?? (request.unitId + 1) % 256));
    case 'wrong_transaction': {
      const transactionId = (request.transactionId + 1) & 0xffff;
      return now(framing.wrap({ transactionId }, request.unitId, reply));
    }
    case 'wrong_length':
      return now(wrap(withOtherLength(reply, fault.bytes ?? -2)));
    case 'garbage':
      return now(noModbus);
    case 'truncated': {
      const whole = wrap(reply);
      return now(whole.subarray(0, fault.bytes ?? Math.ceil(whole.length / 2)));
    }
    case 'reset':
      return { kind: 'reset' };
    case 'half_open':
      return { kind: 'dead' };
    case 'crc_error': {
      const frame = wrap(reply);
      const last = frame.length - 1;
      frame[last] = (frame[last] ?? 0) ^ 0xff;
      return now(frame);
    }
    case 'noise': {
      const { before = 3, after = 0 } = fault;
      return now(Buffer.concat([randomBytes(before), wrap(reply), randomBytes(after)]));
    }
    case 'echo':
      return now(Buffer.concat([request.bytes, wrap(reply)]));
    // They act before there is a request.
    case 'refuse_connections':
    case 'single_connection':
      return now(wrap(reply));
    default:
      return fault satisfies never;
  }
}

/** Data longer or shorter than was asked for; header, byte count and check sum are right for what is sent. */
function withOtherLength(reply: Buffer, more: number): Buffer {
  const isException = ((reply[0] ?? 0) & 0x80) !== 0;
  // No protocol data unit is longer than 253 bytes.
  const length = Math.min(Math.max(reply.length + more, 1), 253);
  const changed = Buffer.alloc(length);
  reply.copy(changed);
  if (!isException && length >= 2 && (reply[0] ?? 0) <= 4) changed[1] = length - 2;
  return changed;
}
