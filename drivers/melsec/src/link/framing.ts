import { fault, type Outgoing, type Verdict } from '@holdfast/driver/exchange.ts';
import type { DataCode } from '../layout/connection.ts';
import type { McRequest } from '../layout/requests.ts';
import { melsecText } from '../texts.ts';
import { readCells } from './answer-data.ts';

/** Makes the frame of a request. The answer is the cells that it asked for, or none for a write. */
export type Framing = (request: McRequest, timeoutMs: number) => Outgoing<Uint16Array>;

/** How long a PLC tries, in quarters of a second: as long as we wait. 0 is for ever. SH-080008, 5.3, "Monitoring timer". */
export function monitoringTimer(timeoutMs: number): number {
  return Math.min(Math.max(Math.floor(timeoutMs / 250), 1), 240);
}

/** The verdict on a whole frame that reports success. */
export function answerOf(
  request: McRequest,
  code: DataCode,
  received: Uint8Array,
  dataAt: number,
): Verdict<Uint16Array> {
  const answer = request.values ? new Uint16Array() : readCells(request, code, received, dataAt);
  return answer ? { kind: 'answer', answer } : fault(melsecText('data_of_another_kind'));
}
