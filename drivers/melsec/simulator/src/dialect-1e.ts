import { plcDevices } from '@holdfast/driver-melsec/layout/devices.ts';
import { asciiCode, binaryCode, type LineCode } from './line-code.ts';
import type { Dialect, EndCodes, ParsedBytes, PlcRequest, Reply } from './plc-request.ts';

export const endCodes1e: EndCodes = { beyond: 0x58, tooMany: 0x57, unknownDevice: 0x56, busy: 0x60 };

const unknownCommand = 0x50;
/** Subheader, PC number, monitoring timer, device, number, points and 00H. */
const requestBytes = 12;

/** Frames 1E: batch read and write in bits (00, 02) and in words (01, 03). */
export function dialect1e(dataCode: 'binary' | 'ascii'): Dialect {
  const code = dataCode === 'binary' ? binaryCode : asciiCode;
  return (line) => hear(line, code);
}

function hear(line: Buffer, code: LineCode): ParsedBytes {
  const at = (field: number) => field * code.width;
  if (line.length < at(1)) return { kind: 'more' };
  const command = code.read(line, 0, 1);
  const isInBits = command === 0 || command === 2;
  const reply = replyOf(command, isInBits, code);
  if (!(command <= 3)) {
    return { kind: 'request', length: line.length, request: undefined, endCode: unknownCommand, reply };
  }
  if (line.length < at(requestBytes)) return { kind: 'more' };
  const isBinary = code === binaryCode;
  const deviceCode = code.read(line, at(isBinary ? 8 : 4), 2);
  const number = code.read(line, at(isBinary ? 4 : 6), 4);
  const count = code.read(line, at(10), 1) || 256;
  const dataAt = at(requestBytes);
  const dataBytes = command < 2 ? 0 : isInBits ? bitBytes(count, code) : count * at(2);
  if (line.length < dataAt + dataBytes) return { kind: 'more' };
  const length = dataAt + dataBytes;
  const device = plcDevices.find(({ code1e }) => code1e === deviceCode);
  const isUnknown = !device || (isInBits && device.unit === 'word');
  if (isUnknown)
    return { kind: 'request', length, request: undefined, endCode: endCodes1e.unknownDevice, reply };
  const values =
    command < 2
      ? undefined
      : isInBits
        ? code.readBits(line, dataAt, count)
        : Array.from({ length: count }, (_, index) => code.read(line, dataAt + index * at(2), 2));
  const request: PlcRequest = { device, number, count, isInBits, values };
  return { kind: 'request', length, request, endCode: 0, reply };
}

function bitBytes(count: number, code: LineCode): number {
  return code === binaryCode ? Math.ceil(count / 2) : count + (count % 2);
}

function replyOf(command: number, isInBits: boolean, code: LineCode): Reply {
  const head = (endCode: number) =>
    Buffer.concat([code.write((command & 0x7f) | 0x80, 1), code.write(endCode, 1)]);
  return {
    answer: (cells) =>
      Buffer.concat([
        head(0),
        isInBits ? code.writeBits(cells, true) : Buffer.concat(cells.map((cell) => code.write(cell, 2))),
      ]),
    // 10H: the PLC does not have this PC number.
    refuse: (endCode) =>
      endCode === 0x5b
        ? Buffer.concat([head(endCode), code.write(0x10, 1), code.write(0, 1)])
        : head(endCode),
    spoilt: (answer) => answer,
    resized: (answer, bytes) => {
      const other = Buffer.alloc(Math.max(0, answer.length + bytes), '0');
      answer.copy(other);
      return other;
    },
  };
}
