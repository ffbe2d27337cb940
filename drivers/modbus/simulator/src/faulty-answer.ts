import { randomBytes } from 'node:crypto';
import {
  commonFaultyAnswer,
  type FaultyAnswer,
  isCommonFault,
} from '@holdfast/plant/faults/common-faults.ts';
import type { Fault } from './fault.ts';
import type { Framing, RequestFrame } from './framing/framing.ts';
import { exceptionReply } from './pdu.ts';

const busyCode = 6;

/** The answer that a device with this fault makes of its reply. */
export function faultyAnswer(
  fault: Fault,
  request: RequestFrame,
  reply: Buffer,
  framing: Framing,
): FaultyAnswer {
  const functionCode = request.pdu[0] ?? 0;
  const wrap = (pdu: Buffer, unitId = request.unitId): Buffer => framing.wrap(request, unitId, pdu);
  const now = (bytes: Buffer): FaultyAnswer => ({ kind: 'bytes', bytes, delayMs: 0 });
  if (isCommonFault(fault)) return commonFaultyAnswer(fault, wrap(reply));
  switch (fault.kind) {
    case 'exception':
      return now(wrap(exceptionReply(functionCode, fault.code)));
    case 'busy':
      return now(wrap(exceptionReply(functionCode, fault.code ?? busyCode)));
    case 'wrong_unit':
      return now(wrap(reply, fault.unit_id ?? (request.unitId + 1) % 256));
    case 'wrong_transaction': {
      const transactionId = (request.transactionId + 1) & 0xffff;
      return now(framing.wrap({ transactionId }, request.unitId, reply));
    }
    case 'wrong_length':
      return now(wrap(withOtherLength(reply, fault.bytes ?? -2)));
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
    default:
      return fault satisfies never;
  }
}

/** Data longer or shorter than was requested; header, byte count and check sum are right for what is sent. */
function withOtherLength(reply: Buffer, more: number): Buffer {
  const isException = ((reply[0] ?? 0) & 0x80) !== 0;
  // No protocol data unit is longer than 253 bytes.
  const length = Math.min(Math.max(reply.length + more, 1), 253);
  const changed = Buffer.alloc(length);
  reply.copy(changed);
  if (!isException && length >= 2 && (reply[0] ?? 0) <= 4) changed[1] = length - 2;
  return changed;
}
