import { fault, incomplete, type Verdict } from '@holdfast/driver/exchange.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { DataCode } from '../layout/connection.ts';
import type { McRequest } from '../layout/requests.ts';
import { melsecText } from '../texts.ts';
import { answerBytes } from './answer-data.ts';
import { refusalOf } from './end-codes.ts';
import { FieldWriter, onTheLine, readField } from './fields.ts';
import { answerOf, type Framing, monitoringTimer } from './framing.ts';

/** The end code that an abnormal code follows, and 00H. */
const withAbnormalCode = 0x5b;
const isAnswer = 0x80;

/**
 * Frames 1E, whose answers name nothing but the command. SH-080008, 18 "Communicating using 1E frames"; FX3U-ENET User's
 * Manual (JY997D18101), 9.2 and 9.3.
 */
export function framing1e(code: DataCode): Framing {
  return (request, timeoutMs) => {
    const command = commandOf(request);
    const bytes = requestBytes(command, request, code, timeoutMs);
    return { bytes, judge: (received, count) => judge(received, count, command, request, code) };
  };
}

function commandOf({ device, values }: McRequest): number {
  return (values ? 2 : 0) + (device.unit === 'word' ? 1 : 0);
}

function requestBytes(command: number, request: McRequest, code: DataCode, timeoutMs: number): Buffer {
  const { route, device, number, count, values } = request;
  const frame = new FieldWriter(code)
    .field(command, 1)
    .field(route.pc_no, 1)
    .field(monitoringTimer(timeoutMs), 2);
  const { code1e = 0 } = device;
  if (code === 'binary') frame.field(number, 4).field(code1e, 2);
  else frame.field(code1e, 2).field(number, 4);
  // 256 is written as 0.
  frame.field(count % 256, 1).field(0, 1);
  if (device.unit === 'bit') frame.bits(values ?? [], true);
  else for (const value of values ?? []) frame.field(value, 2);
  return frame.toBuffer();
}

function judge(
  received: Uint8Array,
  count: number,
  command: number,
  request: McRequest,
  code: DataCode,
): Verdict<Uint16Array> {
  const fieldBytes = onTheLine(code, 1);
  if (count < fieldBytes) return incomplete;
  const subheader = readField(code, received, 0, 1);
  if (subheader !== (command | isAnswer))
    return fault(melsecText('subheader_instead_of', { received: subheader, expected: command | isAnswer }));
  if (count < fieldBytes * 2) return incomplete;
  const endCode = readField(code, received, fieldBytes, 1);
  if (Number.isNaN(endCode)) return fault(melsecText('end_code_not_a_number'));
  const dataAt = fieldBytes * 2;
  const rest =
    endCode === 0 ? answerBytes(request, code, '1E') : endCode === withAbnormalCode ? fieldBytes * 2 : 0;
  if (count < dataAt + rest) return incomplete;
  if (count > dataAt + rest) return fault(driverText('bytes_too_many', { count: count - dataAt - rest }));
  if (endCode === 0) return answerOf(request, code, received, dataAt);
  const abnormalCode = endCode === withAbnormalCode ? readField(code, received, dataAt, 1) : undefined;
  return { kind: 'refusal', failure: refusalOf('1E', endCode, abnormalCode) };
}
