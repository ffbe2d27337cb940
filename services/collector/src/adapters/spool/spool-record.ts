import { crc32 } from 'node:zlib';
import { mostRecordBytes } from '../../sending/spool.ts';

/** First bytes of every segment: its file type and the version of its record format. */
export const segmentMagic = Buffer.from('HFSPOOL1');

const headerBytes = 8;

/** Length and CRC-32 of the payload, both 32 bits little-endian, then the payload. */
export function encodeRecords(payloads: readonly (string | Uint8Array)[]): Buffer {
  const lengths = payloads.map((payload) => Buffer.byteLength(payload));
  // One buffer for all: a buffer for each would mean thousands of small ones a second outside of the heap.
  const encoded = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headerBytes + length, 0));
  let offset = 0;
  payloads.forEach((payload, index) => {
    const start = offset + headerBytes;
    const end = start + (lengths[index] ?? 0);
    if (typeof payload === 'string') encoded.write(payload, start);
    else encoded.set(payload, start);
    encoded.writeUInt32LE(end - start, offset);
    encoded.writeUInt32LE(crc32(encoded.subarray(start, end)), offset + 4);
    offset = end;
  });
  return encoded;
}

export interface ScannedRecord {
  /** A view of the bytes that were scanned. */
  readonly payload: Buffer;
  /** True if the bytes are those that were written. */
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
    // An empty record is never written, so zeros are a hole left by a crash of the machine.
    if (length === 0 || length > mostRecordBytes) return { records, endOffset: offset, isBroken: true };
    const endOffset = offset + headerBytes + length;
    if (endOffset > bytes.length) break;
    const payload = bytes.subarray(offset + headerBytes, endOffset);
    records.push({ payload, isIntact: crc32(payload) === bytes.readUInt32LE(offset + 4), endOffset });
    offset = endOffset;
  }
  return { records, endOffset: offset, isBroken: false };
}
