import type { RegisterTable } from '@holdfast/shared/contracts/task-config.ts';
import { type RegisterImage, readImage } from './register-image.ts';

/** Protocol data units: function code and data, without the header of any transport. */
export interface ReadCommand {
  readonly functionCode: number;
  /** Undefined for a function code that this device does not know. */
  readonly table: RegisterTable | undefined;
  readonly address: number;
  readonly quantity: number;
}

const tableOfFunction: Readonly<Record<number, RegisterTable>> = {
  1: 'coil',
  2: 'discrete_input',
  3: 'holding_register',
  4: 'input_register',
};

const illegalFunction = 1;
const illegalDataAddress = 2;
const illegalDataValue = 3;

export function parseReadCommand(pdu: Buffer): ReadCommand {
  const functionCode = pdu.length > 0 ? pdu.readUInt8(0) : 0;
  const isRead = pdu.length === 5;
  return {
    functionCode,
    table: isRead ? tableOfFunction[functionCode] : undefined,
    address: isRead ? pdu.readUInt16BE(1) : 0,
    quantity: isRead ? pdu.readUInt16BE(3) : 0,
  };
}

export function exceptionReply(functionCode: number, exceptionCode: number): Buffer {
  return Buffer.of(functionCode | 0x80, exceptionCode);
}

export function replyFromImage(command: ReadCommand, image: RegisterImage, nowMs: number): Buffer {
  const { functionCode, table, address, quantity } = command;
  if (!table) return exceptionReply(functionCode, illegalFunction);
  const holdsBits = table === 'coil' || table === 'discrete_input';
  if (quantity < 1 || quantity > (holdsBits ? 2000 : 125)) {
    return exceptionReply(functionCode, illegalDataValue);
  }
  const values = readImage(image, table, address, quantity, nowMs);
  if (!values) return exceptionReply(functionCode, illegalDataAddress);
  const data = holdsBits ? packBits(values) : packRegisters(values);
  return Buffer.concat([Buffer.of(functionCode, data.length), data]);
}

function packBits(values: readonly (number | boolean)[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    const byte = index >> 3;
    if (value) bytes.writeUInt8(bytes.readUInt8(byte) | (1 << (index & 7)), byte);
  });
  return bytes;
}

function packRegisters(values: readonly (number | boolean)[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    bytes.writeUInt16BE(Number(value) & 0xffff, index * 2);
  });
  return bytes;
}
