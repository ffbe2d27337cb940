import type { Text } from '@holdfast/texts/text.ts';
import type { RawBlock, ReadRequest } from '../layout/requests.ts';
import { modbusText } from '../texts.ts';
import { type BusRequest, dataBytesOf, isWrite, requestHeadBytes } from './request-pdu.ts';

export const exceptionFlag = 0x80;
/** Function code with the flag, and exception code. */
export const exceptionPduBytes = 2;

/** The shape of the one reply that answers a request. */
export class ExpectedReply {
  readonly functionCode: number;
  /** Bytes of the whole protocol data unit, unless the reply is an exception. */
  readonly pduBytes: number;
  /** The request, from its function code on; the confirmation of a write repeats it. */
  readonly #requestPdu: Uint8Array;
  readonly #isWrite: boolean;

  /** @param requestPdu begins with the function code and stays as it is */
  constructor(request: BusRequest, requestPdu: Uint8Array) {
    this.#requestPdu = requestPdu;
    this.#isWrite = isWrite(request);
    this.functionCode = requestPdu[0] ?? 0;
    this.pduBytes = isWrite(request) ? requestHeadBytes : 2 + dataBytesOf(request);
  }

  /** The length of a reply with this function code, or undefined if it does not answer the request. */
  pduBytesFor(functionCode: number | undefined): number | undefined {
    if (functionCode === this.functionCode) return this.pduBytes;
    return functionCode === (this.functionCode | exceptionFlag) ? exceptionPduBytes : undefined;
  }

  /** How many bytes after the function code `headFault` looks at. */
  get headBytes(): number {
    return this.#isWrite ? requestHeadBytes - 1 : 1;
  }

  /** Why the bytes after the function code, `available` of them so far, do not answer the request. */
  headFault(bytes: Uint8Array, pduAt: number, available: number): Text | undefined {
    if (!this.#isWrite) {
      const expected = this.pduBytes - 2;
      const byteCount = bytes[pduAt + 1];
      if (available < 1 || byteCount === expected) return undefined;
      return modbusText('byte_count_instead_of', { received: byteCount ?? 0, expected });
    }
    for (let index = 1; index < requestHeadBytes && index <= available; index += 1) {
      if (bytes[pduAt + index] !== this.#requestPdu[index]) return modbusText('unrequested_write_confirmed');
    }
    return undefined;
  }
}

/** @param bytes a whole reply to the request, whose data begin at `dataAt` */
export function decodeRead({ table, quantity }: ReadRequest, bytes: Uint8Array, dataAt: number): RawBlock {
  if (isBits(table)) {
    // Replies carry whole bytes; the bits after the last one asked for are padding.
    const values = new Array<boolean>(quantity);
    for (let bit = 0; bit < quantity; bit += 1) {
      values[bit] = (((bytes[dataAt + (bit >>> 3)] ?? 0) >>> (bit & 7)) & 1) === 1;
    }
    return { kind: 'bits', values };
  }
  const values = new Array<number>(quantity);
  for (let index = 0, at = dataAt; index < quantity; index += 1, at += 2) {
    values[index] = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  return { kind: 'registers', values };
}

function isBits(table: ReadRequest['table']): boolean {
  return table === 'coil' || table === 'discrete_input';
}
