import type { PlcDevice } from '@holdfast/driver-melsec/layout/devices.ts';

/** A request as a PLC understands it. */
export interface PlcRequest {
  readonly device: PlcDevice;
  readonly number: number;
  readonly count: number;
  readonly isInBits: boolean;
  /** The values to write, or undefined for a read. */
  readonly values: readonly number[] | undefined;
}

export type ParsedBytes = { readonly kind: 'more' } | ParsedRequest;

/** A whole request, or bytes that are no request and are refused with this end code. */
export interface ParsedRequest {
  readonly kind: 'request';
  /** Bytes of the request. */
  readonly length: number;
  readonly request: PlcRequest | undefined;
  readonly endCode: number;
  /** The whole answer to a loopback test, which asks for no device. */
  readonly loopback?: Buffer | undefined;
  readonly reply: Reply;
}

/** How a request is answered. */
export interface Reply {
  /** @param cells the cells that were read, or none for a write */
  answer(cells: readonly number[]): Buffer;
  refuse(endCode: number): Buffer;
  /** The same answer under another serial number, or from another station. */
  spoilt(answer: Buffer, how: 'serial' | 'station'): Buffer;
  /** The answer with this many bytes more or fewer, consistent in itself. */
  resized(answer: Buffer, bytes: number): Buffer;
}

/** Frame and data code of a PLC's port: how requests are read there, and answers are written. */
export type Dialect = (bytes: Buffer) => ParsedBytes;

/** The end codes of a frame for what a simulated PLC refuses. */
export interface EndCodes {
  readonly beyond: number;
  readonly tooMany: number;
  readonly unknownDevice: number;
  readonly busy: number;
}
