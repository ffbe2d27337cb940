import { beyondDouble } from '../exact-integer.ts';
import type { StorableSample } from '../sample-store.ts';
import { postgresMicros } from './array-parameter.ts';
import type { KnownSeries } from './series-ids.ts';

/** Signature, flags and length of the extension, as a binary COPY begins. */
const copyHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** Nine columns with their lengths, apart from a text. */
const rowBytes = 116;

export const copyStatement = `copy samples.sample_value
  (series_id, time, epoch, value_double, value_bool, value_text, uncertain, value_exact, source_time) from stdin (format binary)`;

/** Rows of sample_value in PostgreSQL's binary COPY format. */
export class SampleRows {
  #buffer = Buffer.allocUnsafe(1 << 20);
  #length = 0;
  #count = 0;
  /** Time and epoch with their lengths: the same in all rows of a sample. */
  readonly #common = Buffer.alloc(24);

  constructor() {
    this.#begin();
  }

  get count(): number {
    return this.#count;
  }

  /** The series of the sample's values are known. */
  add(sample: StorableSample, series: KnownSeries): void {
    const { values, integers, uncertain = [], sourceTimed } = sample;
    const allUncertain = sample.quality === 'uncertain';
    const isUncertain = (code: string) => allUncertain || (uncertain.length > 0 && uncertain.includes(code));
    const ids = series.pointsOf(sample);
    const common = this.#common;
    common.writeInt32BE(8, 0);
    common.writeBigInt64BE(postgresMicros(sample.time), 4);
    common.writeInt32BE(8, 12);
    common.writeBigInt64BE(BigInt(sample.epoch), 16);
    for (const pointCode in values) {
      const id = ids?.get(pointCode);
      const value = values[pointCode];
      if (id === undefined || value === undefined) throw new Error(`the series of ${pointCode} is not known`);
      this.#row(id, value, isUncertain(pointCode), undefined, sourceTimed?.has(pointCode) === true);
    }
    for (const pointCode in integers) {
      const id = ids?.get(pointCode);
      const digits = integers[pointCode];
      if (id === undefined || digits === undefined)
        throw new Error(`the series of ${pointCode} is not known`);
      const isSourceTimed = sourceTimed?.has(pointCode) === true;
      this.#row(id, Number(digits), isUncertain(pointCode), beyondDouble(digits), isSourceTimed);
    }
  }

  /** Ends the rows, which must be sent before any further are added. */
  take(): Buffer {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(-1, this.#length);
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(this.#buffer.length);
    this.#begin();
    return taken;
  }

  #begin(): void {
    this.#length = copyHeader.copy(this.#buffer, 0);
    this.#count = 0;
  }

  #row(
    seriesId: number,
    value: number | boolean | string,
    uncertain: boolean,
    exact: bigint | undefined,
    isSourceTimed: boolean,
  ): void {
    // A character of text takes three bytes at most.
    this.#reserve(rowBytes + (typeof value === 'string' ? value.length * 3 : 0));
    const buffer = this.#buffer;
    let at = buffer.writeInt16BE(9, this.#length);
    at = buffer.writeInt32BE(4, at);
    at = buffer.writeInt32BE(seriesId, at);
    at += this.#common.copy(buffer, at);
    if (typeof value === 'number') {
      at = buffer.writeInt32BE(8, at);
      at = buffer.writeDoubleBE(value, at);
    } else at = buffer.writeInt32BE(-1, at);
    if (typeof value === 'boolean') {
      at = buffer.writeInt32BE(1, at);
      at = buffer.writeUInt8(value ? 1 : 0, at);
    } else at = buffer.writeInt32BE(-1, at);
    if (typeof value === 'string') {
      const bytes = buffer.write(value, at + 4, 'utf8');
      at = buffer.writeInt32BE(bytes, at) + bytes;
    } else at = buffer.writeInt32BE(-1, at);
    // Only what is out of the ordinary takes room in a row.
    if (uncertain) {
      at = buffer.writeInt32BE(1, at);
      at = buffer.writeUInt8(1, at);
    } else at = buffer.writeInt32BE(-1, at);
    if (exact !== undefined) {
      const bytes = writeNumeric(buffer, exact, at + 4);
      at = buffer.writeInt32BE(bytes, at) + bytes;
    } else at = buffer.writeInt32BE(-1, at);
    // Length and time, as they stand in the columns that are common.
    if (isSourceTimed) at += this.#common.copy(buffer, at, 0, 12);
    else at = buffer.writeInt32BE(-1, at);
    this.#length = at;
    this.#count += 1;
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, wanted));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/**
 * A whole number in the binary form of `numeric`: how many digits to the base of 10,000, the weight of the first, sign,
 * scale, the digits. @returns its bytes
 */
function writeNumeric(buffer: Buffer, value: bigint, at: number): number {
  const digits: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest /= 10_000n)
    digits.unshift(Number(rest % 10_000n));
  let end = buffer.writeInt16BE(digits.length, at);
  end = buffer.writeInt16BE(digits.length - 1, end);
  end = buffer.writeUInt16BE(value < 0n ? 0x4000 : 0, end);
  end = buffer.writeInt16BE(0, end);
  for (const digit of digits) end = buffer.writeInt16BE(digit, end);
  return end - at;
}
