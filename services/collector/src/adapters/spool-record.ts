import { crc32 } from 'node:zlib';

/** First bytes of every segment: what it is, and the version of the form of its records. */
export const segmentMagic = Buffer.from('HFSPOOL1');

const headerBytes = 8;
/** A message of the broker may have 1 MB; a length beyond this was never written by us. */
const maxRecordBytes = 8 * 1024 * 1024;

/** Length and CRC-32 of the payload, both 32 bits little-endian, then the payload. */
export function encodeRecords(payloads: readonly Buffer[]): Buffer {
  const size = payloads.reduce((sum, { length }) => sum + headerBytes + length, 0);
  const encoded = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const payload of payloads) {
    encoded.writeUInt32LE(payload.length, offset);
    encoded.writeUInt32LE(crc32(payload), offset + 4);
    payload.copy(encoded, offset + headerBytes);
    offset += headerBytes + payload.length;
  }
  return encoded;
}

export interface ScannedRecord {
  /** A view of the bytes that were scanned. */
  readonly payload: Buffer;
  /** Whether it is what was written. */
  readonly isIntact: boolean;
  /** Within the bytes that were scanned. */
  readonly endOffset: number;
}

export interface Scan {
  readonly records: ScannedRecord[];
  /** Where the last whole record ends. */
  readonly endOffset: number;
  /** Whether what follows can never become a record, however many bytes come after. */
  readonly isBroken: boolean;
}

/** Splits bytes that begin with a record into records, as far as they go. */
export function scanRecords(bytes: Buffer): Scan {
  const records: ScannedRecord[] = [];
  let offset = 0;
  while (offset + headerBytes <= bytes.length) {
    const length = bytes.readUInt32LE(offset);
    // Nothing empty is ever written, so zeros are a hole that a crash of the machine left.
    if (length === 0 || length > maxRecordBytes) return { records, endOffset: offset, isBroken: true };
    const endOffset = offset + headerBytes + length;
    if (endOffset > bytes.length) break;
    const payload = bytes.subarray(offset + headerBytes, endOffset);
    records.push({ payload, isIntact: crc32(payload) === bytes.readUInt32LE(offset + 4), endOffset });
    offset = endOffset;
  }
  return { records, endOffset: offset, isBroken: false };
}
