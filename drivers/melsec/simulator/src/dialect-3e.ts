import { plcDevices } from '@holdfast/driver-melsec/layout/devices.ts';
import { asciiCode, binaryCode, type LineCode } from './line-code.ts';
import type { Dialect, EndCodes, ParsedBytes, PlcRequest, Reply } from './plc-request.ts';

export const endCodes3e: EndCodes = { beyond: 0xc056, tooMany: 0xc051, unknownDevice: 0xc05b, busy: 0xcee0 };

/** Sends its data back: length, and so many characters. SH-080008, 8.7. */
const loopbackTest = 0x0619;
const unknownCommand = 0xc059;
const oddText = 0xc061;

/** Frames 3E and 4E, distinguished by their subheader as PLCs do. */
export function dialect3e(dataCode: 'binary' | 'ascii'): Dialect {
  const code = dataCode === 'binary' ? binaryCode : asciiCode;
  return (line) => hear(line, code);
}

function hear(line: Buffer, code: LineCode): ParsedBytes {
  const at = (field: number) => field * code.width;
  if (line.length < at(2)) return { kind: 'more' };
  const isText = code === asciiCode;
  const subheader = isText ? line.toString('latin1', 0, 4) : line.toString('hex', 0, 2);
  const isOf4e = subheader === '5400';
  if (!isOf4e && subheader !== '5000') return odd(line.length, oddText, replyOf(line, code, 2));
  // Serial number and 0000H, then the route to the station: five bytes.
  const headFields = isOf4e ? 11 : 7;
  if (line.length < at(headFields + 2)) return { kind: 'more' };
  const length = code.read(line, at(headFields), 2);
  const bodyAt = at(headFields + 2);
  if (line.length < bodyAt + length) return { kind: 'more' };
  const reply = replyOf(line, code, headFields);
  const total = bodyAt + length;
  const body = line.subarray(bodyAt + at(2), total);
  if (code.read(body, 0, 2) === loopbackTest) {
    const echo = body.subarray(at(4));
    const isWhole = echo.length > at(2) && code.read(echo, 0, 2) === echo.length - at(2);
    if (!isWhole) return odd(total, oddText, reply);
    const loopback = answerOf(line, code, headFields, code.write(0, 2), echo);
    return { kind: 'request', length: total, request: undefined, endCode: 0, loopback, reply };
  }
  const parsed = parse(body, code);
  return typeof parsed === 'number'
    ? odd(total, parsed, reply)
    : { kind: 'request', length: total, request: parsed, endCode: 0, reply };
}

function odd(length: number, endCode: number, reply: Reply): ParsedBytes {
  return { kind: 'request', length, request: undefined, endCode, reply };
}

/** Command, subcommand, device, points, data; or the end code that refuses it. */
function parse(body: Buffer, code: LineCode): PlcRequest | number {
  const at = (field: number) => field * code.width;
  const command = code.read(body, 0, 2);
  const subcommand = code.read(body, at(2), 2);
  if ((command !== 0x0401 && command !== 0x1401) || subcommand > 3) return unknownCommand;
  // iQ-R uses 0002 and 0003, with longer numbers and codes.
  const isLong = subcommand >= 2;
  const isInBits = subcommand % 2 === 1;
  const place = code === binaryCode ? binaryPlace(body, isLong) : asciiPlace(body, isLong);
  if (!place) return endCodes3e.unknownDevice;
  const { device, number, end } = place;
  const count = code.read(body, end, 2);
  if (isInBits && device.unit === 'word') return 0xc05c;
  const dataAt = end + at(2);
  const data = body.subarray(dataAt);
  if (command === 0x0401)
    return data.length === 0 ? { device, number, count, isInBits, values: undefined } : oddText;
  const values = isInBits ? code.readBits(data, 0, count) : readWords(data, code);
  const isWhole = isInBits
    ? data.length === (code === asciiCode ? count : Math.ceil(count / 2))
    : values.length === count && data.length === count * at(2);
  return isWhole ? { device, number, count, isInBits, values } : oddText;
}

function readWords(data: Buffer, code: LineCode): number[] {
  const width = 2 * code.width;
  return Array.from({ length: Math.floor(data.length / width) }, (_, index) =>
    code.read(data, index * width, 2),
  );
}

function binaryPlace(body: Buffer, isLong: boolean) {
  const number = body.readUIntLE(4, isLong ? 4 : 3);
  const code = isLong ? body.readUInt16LE(8) : (body[7] ?? 0);
  const device = plcDevices.find((each) => each.code === code);
  return device && { device, number, end: isLong ? 10 : 8 };
}

function asciiPlace(body: Buffer, isLong: boolean) {
  const text = body.toString('latin1');
  const symbolEnd = isLong ? 12 : 10;
  const numberEnd = isLong ? 20 : 16;
  const symbol = text.slice(8, symbolEnd).replaceAll(' ', '*');
  const device = plcDevices.find(({ ascii }) => ascii.padEnd(isLong ? 4 : 2, '*') === symbol);
  if (!device) return undefined;
  const number = Number.parseInt(text.slice(symbolEnd, numberEnd), device.asciiRadix);
  return Number.isNaN(number) ? undefined : { device, number, end: numberEnd };
}

/** The head of an answer: that of the request, with another subheader. */
function headOf(line: Buffer, code: LineCode, headFields: number): Buffer {
  const head = Buffer.from(line.subarray(0, headFields * code.width));
  // 50H, and 5 in ASCII, becomes D0H.
  if (code === binaryCode) head[0] = (head[0] ?? 0) | 0x80;
  else head[0] = 'D'.charCodeAt(0);
  return head;
}

function answerOf(line: Buffer, code: LineCode, headFields: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([headOf(line, code, headFields), code.write(body.length, 2), body]);
}

function replyOf(line: Buffer, code: LineCode, headFields: number): Reply {
  const head = headOf(line, code, headFields);
  const wrap = (...parts: Buffer[]) => answerOf(line, code, headFields, ...parts);
  const bodyAt = (headFields + 2) * code.width;
  const commandAt = (headFields + 4) * code.width;
  const ofRequest = Buffer.from(line.subarray(commandAt, commandAt + 4 * code.width));
  const isInBits = ofRequest.length === 4 * code.width && code.read(ofRequest, 2 * code.width, 2) % 2 === 1;
  return {
    answer: (cells) =>
      wrap(
        code.write(0, 2),
        isInBits ? code.writeBits(cells, false) : Buffer.concat(cells.map((cell) => code.write(cell, 2))),
      ),
    refuse: (endCode) =>
      wrap(code.write(endCode, 2), head.subarray((headFields - 5) * code.width), ofRequest),
    spoilt: (answer, how) => {
      const other = Buffer.from(answer);
      const at = how === 'serial' ? 2 * code.width : (headFields - 4) * code.width;
      code.write((code.read(other, at, 1) + 1) % 256, 1).copy(other, at);
      return other;
    },
    resized: (answer, bytes) => {
      const body = answer.subarray(bodyAt);
      const other = Buffer.alloc(Math.max(0, body.length + bytes), '0');
      body.copy(other);
      return wrap(other);
    },
  };
}
