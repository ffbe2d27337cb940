import {
  commonFaultyAnswer,
  type FaultyAnswer,
  isCommonFault,
} from '@holdfast/plant/faults/common-faults.ts';
import type { Fault } from './fault.ts';
import type { Reply } from './plc-request.ts';

/** Faults under which a request is not carried out, since no answer would say so. */
const unanswered: readonly Fault['kind'][] = ['silence', 'reset', 'half_open'];

/**
 * The answer that a PLC with this fault makes.
 * @param sound carries the request out and returns the right answer
 */
export function faultyAnswer(
  fault: Fault,
  reply: Reply,
  sound: () => Buffer,
  busyCode: number,
): FaultyAnswer {
  const now = (bytes: Buffer): FaultyAnswer => ({ kind: 'bytes', bytes, delayMs: 0 });
  if (isCommonFault(fault)) {
    return commonFaultyAnswer(fault, unanswered.includes(fault.kind) ? Buffer.alloc(0) : sound());
  }
  switch (fault.kind) {
    case 'end_code':
      return now(reply.refuse(Number.parseInt(fault.code, 16)));
    case 'busy':
      return now(reply.refuse(busyCode));
    case 'wrong_serial':
      return now(reply.spoilt(sound(), 'serial'));
    case 'wrong_station':
      return now(reply.spoilt(sound(), 'station'));
    case 'wrong_length':
      return now(reply.resized(sound(), fault.bytes ?? -2));
    default:
      return fault satisfies never;
  }
}
