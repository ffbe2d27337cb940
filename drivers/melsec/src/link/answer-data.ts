import type { DataCode, Frame } from '../layout/connection.ts';
import type { McRequest } from '../layout/requests.ts';
import { onTheLine, readField } from './fields.ts';

/** Data bytes in the answer to a request; none after a write. An odd number of bits is padded, except in ASCII 3E and 4E. */
export function answerBytes({ device, count, values }: McRequest, code: DataCode, frame: Frame): number {
  if (values) return 0;
  if (device.unit === 'word') return onTheLine(code, count * 2);
  if (code === 'binary') return Math.ceil(count / 2);
  return frame === '1E' ? count + (count % 2) : count;
}

/** The words or bits that were requested, or undefined if the answer holds anything that cannot be one. */
export function readCells(
  { device, count }: McRequest,
  code: DataCode,
  from: Uint8Array,
  at: number,
): Uint16Array | undefined {
  const raw = new Uint16Array(count);
  const isWord = device.unit === 'word';
  const wordBytes = onTheLine(code, 2);
  for (let index = 0; index < count; index += 1) {
    const value = isWord
      ? readField(code, from, at + index * wordBytes, 2)
      : code === 'binary'
        ? ((from[at + (index >>> 1)] ?? 0) >>> (index % 2 === 0 ? 4 : 0)) & 0xf
        : (from[at + index] ?? 0) - 0x30;
    if (Number.isNaN(value) || (!isWord && value !== 0 && value !== 1)) return undefined;
    raw[index] = value;
  }
  return raw;
}
