import { randomInt } from 'node:crypto';
import { fault, incomplete, type Outgoing, type Verdict } from '@holdfast/driver/exchange.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { DataCode } from '../layout/connection.ts';
import type { McRequest, Route } from '../layout/requests.ts';
import { melsecText } from '../texts.ts';
import { answerBytes } from './answer-data.ts';
import { refusalOf } from './end-codes.ts';
import { FieldWriter, onTheLine, readField } from './fields.ts';
import { answerOf, type Framing, monitoringTimer } from './framing.ts';

const batchRead = 0x0401;
const batchWrite = 0x1401;
/** Length of a refusal: the end code alone, or with the error information after it (route, command, subcommand). */
const refusalBytes = [2, 11];
const serials = 0x1_0000;

/**
 * Frames 3E, and 4E, which have a serial number. MELSEC Communication Protocol Reference Manual (SH-080008), 5 "Messages of Ethernet
 * interface module" and 8.2 "Batch read and write"; commands with the subcommands of Q and L, which iQ-R and FX5 know too.
 * @param isOctal whether ASCII has the numbers of X and Y in octal: FX5 User's Manual (SLMP) (JY997D56001), 2.1, "Communication data code"
 */
export function framing3e(frame: '3E' | '4E', code: DataCode, isOctal = false): Framing {
  // Begins at random, so that a restarted process does not repeat the numbers that its predecessor has just used.
  let serial = randomInt(serials);
  return (request, timeoutMs) => {
    serial = (serial + 1) % serials;
    const notation = isOctal ? inOctal(request) : request;
    return outgoing(frame === '4E' ? serial : undefined, code, notation, timeoutMs);
  };
}

function inOctal(request: McRequest): McRequest {
  const { device } = request;
  return device.radix === 'input_output' ? { ...request, device: { ...device, asciiRadix: 8 } } : request;
}

function outgoing(
  serial: number | undefined,
  code: DataCode,
  request: McRequest,
  timeoutMs: number,
): Outgoing<Uint16Array> {
  const frame = serial === undefined ? '3E' : '4E';
  const body = bodyOf(request, code, timeoutMs);
  const head = headOf(code, serial, 0x50, request.route);
  const answerHead = headOf(code, serial, 0xd0, request.route).toBuffer();
  const length = onTheLine(code, 2) + answerBytes(request, code, frame);
  return {
    bytes: head.field(body.length, 2).append(body).toBuffer(),
    judge: (received, count) => judge(received, count, { code, answerHead, length, request }),
  };
}

/** The fields up to the length: subheader, serial number, and the way to the station. */
function headOf(code: DataCode, serial: number | undefined, kind: 0x50 | 0xd0, route: Route): FieldWriter {
  const subheader = kind + (serial === undefined ? 0 : 4);
  const head = new FieldWriter(code).field(code === 'ascii' ? subheader * 256 : subheader, 2);
  if (serial !== undefined) head.field(serial, 2).field(0, 2);
  return head
    .field(route.network_no, 1)
    .field(route.pc_no, 1)
    .field(route.module_io, 2)
    .field(route.module_station, 1);
}

function bodyOf(
  { device, number, count, values }: McRequest,
  code: DataCode,
  timeoutMs: number,
): FieldWriter {
  const isBit = device.unit === 'bit';
  const body = new FieldWriter(code)
    .field(monitoringTimer(timeoutMs), 2)
    .field(values ? batchWrite : batchRead, 2)
    .field(isBit ? 1 : 0, 2);
  if (code === 'binary') body.field(number, 3).field(device.code, 1);
  else {
    const digits = number.toString(device.asciiRadix).toUpperCase().padStart(6, '0');
    body.text(device.ascii).text(digits);
  }
  body.field(count, 2);
  if (isBit) return body.bits(values ?? [], false);
  for (const value of values ?? []) body.field(value, 2);
  return body;
}

interface Expected {
  readonly code: DataCode;
  readonly answerHead: Buffer;
  /** Bytes of an answer, end code included. */
  readonly length: number;
  readonly request: McRequest;
}

function judge(received: Uint8Array, count: number, expected: Expected): Verdict<Uint16Array> {
  const { code, answerHead, request } = expected;
  const compared = Math.min(count, answerHead.length);
  for (let at = 0; at < compared; at += 1) {
    if (received[at] === answerHead[at]) continue;
    return fault(
      melsecText('head_instead_of', {
        received: headText(received, compared, code),
        expected: headText(answerHead, compared, code),
      }),
    );
  }
  const lengthAt = answerHead.length;
  const bodyAt = lengthAt + onTheLine(code, 2);
  if (count < bodyAt) return incomplete;
  const length = readField(code, received, lengthAt, 2);
  const isOfRefusal = refusalBytes.some((bytes) => onTheLine(code, bytes) === length);
  if (length !== expected.length && !isOfRefusal)
    return fault(driverText('length_instead_of', { received: length, expected: expected.length }));
  const dataAt = bodyAt + onTheLine(code, 2);
  if (count >= dataAt) {
    const endCode = readField(code, received, bodyAt, 2);
    if (Number.isNaN(endCode)) return fault(melsecText('end_code_not_a_number'));
    if (endCode === 0 && length !== expected.length)
      return fault(driverText('length_instead_of', { received: length, expected: expected.length }));
    if (endCode !== 0 && !isOfRefusal)
      return fault(melsecText('end_code_in_long_answer', { code: endCode.toString(16), count: length }));
  }
  const end = bodyAt + length;
  if (count < end) return incomplete;
  if (count > end) return fault(driverText('bytes_too_many', { count: count - end }));
  const endCode = readField(code, received, bodyAt, 2);
  if (endCode === 0) return answerOf(request, code, received, dataAt);
  const refusal = { kind: 'refusal', failure: refusalOf('3E', endCode) } as const;
  if (length === onTheLine(code, 2)) return refusal;
  // The command comes after the route to the station that refused it.
  const command = readField(code, received, dataAt + onTheLine(code, 5), 2);
  if (command !== (request.values ? batchWrite : batchRead)) {
    return fault(melsecText('refusal_of_another_command', { command: command.toString(16) }));
  }
  return refusal;
}

function headText(bytes: Uint8Array, count: number, code: DataCode): string {
  const head = Buffer.from(bytes.subarray(0, count));
  return code === 'ascii' ? JSON.stringify(head.toString('latin1')) : head.toString('hex');
}
