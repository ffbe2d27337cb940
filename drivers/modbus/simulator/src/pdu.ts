import type { RegisterTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { isBitTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import type { UnitMemory, WritableTable } from './memory/unit-memory.ts';

/** Protocol data units: function code and data, without the header of any transport. */
export type Command = {
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
} & (
  | { readonly kind: 'read'; readonly table: RegisterTable }
  | { readonly kind: 'write'; readonly table: WritableTable; readonly values: readonly number[] }
  /** FC 43, sub-code 14. */
  | { readonly kind: 'identify'; readonly readCode: number; readonly objectId: number }
  /** A quantity or a length that the specification does not allow. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown' }
);

export const illegalFunction = 1;
export const illegalDataAddress = 2;
export const illegalDataValue = 3;
export const gatewayTargetFailedToRespond = 11;

const tableOfRead: Readonly<Record<number, RegisterTable>> = {
  1: 'coil',
  2: 'discrete_input',
  3: 'holding_register',
  4: 'input_register',
};

/** Never throws, whatever the bytes are. */
export function parseCommand(pdu: Buffer): Command {
  const functionCode = pdu.length > 0 ? pdu.readUInt8(0) : 0;
  const word = (at: number): number => (pdu.length >= at + 2 ? pdu.readUInt16BE(at) : 0);
  const of = { functionCode, address: word(1), quantity: word(3) };
  const table = tableOfRead[functionCode];
  if (table) return pdu.length === 5 ? { ...of, kind: 'read', table } : { ...of, kind: 'malformed' };
  switch (functionCode) {
    case 5: {
      const isValid = pdu.length === 5 && (word(3) === 0 || word(3) === 0xff00);
      if (!isValid) return { ...of, quantity: 1, kind: 'malformed' };
      return { ...of, quantity: 1, kind: 'write', table: 'coil', values: [word(3) === 0 ? 0 : 1] };
    }
    case 6:
      if (pdu.length !== 5) return { ...of, quantity: 1, kind: 'malformed' };
      return { ...of, quantity: 1, kind: 'write', table: 'holding_register', values: [word(3)] };
    case 15: {
      const bytes = Math.ceil(of.quantity / 8);
      if (of.quantity < 1 || of.quantity > 1968 || pdu[5] !== bytes || pdu.length !== 6 + bytes) {
        return { ...of, kind: 'malformed' };
      }
      const bitAt = (index: number): number => ((pdu[6 + (index >> 3)] ?? 0) >> (index & 7)) & 1;
      const values = Array.from({ length: of.quantity }, (_, index) => bitAt(index));
      return { ...of, kind: 'write', table: 'coil', values };
    }
    case 16: {
      const bytes = of.quantity * 2;
      if (of.quantity < 1 || of.quantity > 123 || pdu[5] !== bytes || pdu.length !== 6 + bytes) {
        return { ...of, kind: 'malformed' };
      }
      const values = Array.from({ length: of.quantity }, (_, index) => word(6 + index * 2));
      return { ...of, kind: 'write', table: 'holding_register', values };
    }
    case 43:
      if (pdu.length !== 4 || pdu[1] !== 14) return { ...of, kind: 'unknown' };
      return {
        functionCode,
        address: 0,
        quantity: 0,
        kind: 'identify',
        readCode: pdu[2] ?? 0,
        objectId: pdu[3] ?? 0,
      };
    default:
      return { ...of, kind: 'unknown' };
  }
}

export function exceptionReply(functionCode: number, exceptionCode: number): Buffer {
  return Buffer.of((functionCode | 0x80) & 0xff, exceptionCode);
}

/** The limits of one unit. */
export interface UnitLimits {
  readonly maxRegisters: number;
  readonly maxBits: number;
  /** Exception code that answers a larger read. */
  readonly tooLargeException: number;
  /** A request that touches one of these ranges, ends included, is answered with exception 2. */
  readonly forbidden: readonly {
    readonly table: RegisterTable;
    readonly from: number;
    readonly to: number;
  }[];
}

export const limitsOfTheSpecification: UnitLimits = {
  maxRegisters: 125,
  maxBits: 2000,
  tooLargeException: illegalDataValue,
  forbidden: [],
};

export interface UnitIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
}

/** The reply of a sound device. */
export function replyOf(
  command: Command,
  memory: UnitMemory,
  limits: UnitLimits,
  identity: UnitIdentity | undefined,
  nowMs: number,
): Buffer {
  const { functionCode, address, quantity } = command;
  const refuse = (exceptionCode: number): Buffer => exceptionReply(functionCode, exceptionCode);
  switch (command.kind) {
    case 'unknown':
      return refuse(illegalFunction);
    case 'malformed':
      return refuse(illegalDataValue);
    case 'identify':
      return identity
        ? identification(command.readCode, command.objectId, identity)
        : refuse(illegalFunction);
    case 'read': {
      const { table } = command;
      if (quantity < 1 || quantity > (isBitTable(table) ? 2000 : 125)) return refuse(illegalDataValue);
      if (quantity > (isBitTable(table) ? limits.maxBits : limits.maxRegisters)) {
        return refuse(limits.tooLargeException);
      }
      if (isForbidden(limits, table, address, quantity)) return refuse(illegalDataAddress);
      const data = memory.read(table, address, quantity, nowMs);
      if (!data) return refuse(illegalDataAddress);
      const reply = Buffer.allocUnsafe(2 + data.length);
      reply[0] = functionCode;
      reply[1] = data.length;
      data.copy(reply, 2);
      return reply;
    }
    case 'write': {
      const { table, values } = command;
      if (!memory.write) return refuse(illegalFunction);
      if (isForbidden(limits, table, address, quantity)) return refuse(illegalDataAddress);
      if (!memory.write(table, address, values, nowMs)) return refuse(illegalDataAddress);
      const reply = Buffer.alloc(5);
      reply[0] = functionCode;
      reply.writeUInt16BE(address, 1);
      const echoed =
        functionCode === 5 ? (values[0] ? 0xff00 : 0) : functionCode === 6 ? values[0] : quantity;
      reply.writeUInt16BE(echoed ?? 0, 3);
      return reply;
    }
    default:
      return command satisfies never;
  }
}

function isForbidden(limits: UnitLimits, table: RegisterTable, address: number, quantity: number): boolean {
  return limits.forbidden.some(
    (range) => range.table === table && range.from < address + quantity && range.to >= address,
  );
}

/** Basic identification (objects 0…2), as a stream or one object. */
function identification(readCode: number, objectId: number, identity: UnitIdentity): Buffer {
  const objects = [identity.vendor, identity.product, identity.revision].map((text) => Buffer.from(text));
  const oneObject = 4;
  if (readCode < 1 || readCode > oneObject) return exceptionReply(43, illegalDataValue);
  const first = readCode === oneObject ? objectId : objectId < objects.length ? objectId : 0;
  const objectTexts = readCode === oneObject ? objects.slice(first, first + 1) : objects.slice(first);
  if (objectTexts.length === 0) return exceptionReply(43, illegalDataAddress);
  const head = Buffer.of(43, 14, readCode, 0x81, 0, 0, objectTexts.length);
  return Buffer.concat([
    head,
    ...objectTexts.flatMap((text, index) => [Buffer.of(first + index, text.length), text]),
  ]);
}
