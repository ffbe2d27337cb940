import type { DataCode } from '../layout/connection.ts';

/**
 * Writes the fields of a frame. In binary, the low byte of a number comes first; in ASCII, a number is hexadecimal digits,
 * two for each byte, the high one first. SH-080008, 5.2 and 8.1.
 */
export class FieldWriter {
  readonly #bytes: number[] = [];
  readonly #code: DataCode;

  constructor(code: DataCode) {
    this.#code = code;
  }

  /** @param bytes its length in binary */
  field(value: number, bytes: number): this {
    if (this.#code === 'ascii')
      return this.text(
        value
          .toString(16)
          .toUpperCase()
          .padStart(bytes * 2, '0'),
      );
    for (let at = 0; at < bytes; at += 1) this.#bytes.push(Math.floor(value / 256 ** at) & 0xff);
    return this;
  }

  text(text: string): this {
    for (const character of text) this.#bytes.push(character.charCodeAt(0));
    return this;
  }

  /** Bits one by one: a digit each in ASCII, half a byte in binary. An odd number of them gets one more as padding. */
  bits(values: readonly number[], isEven: boolean): this {
    if (this.#code === 'ascii') {
      this.text(values.join(''));
      return isEven && values.length % 2 === 1 ? this.text('0') : this;
    }
    for (let at = 0; at < values.length; at += 2) {
      this.#bytes.push(((values[at] ?? 0) << 4) | (values[at + 1] ?? 0));
    }
    return this;
  }

  append(other: FieldWriter): this {
    this.#bytes.push(...other.#bytes);
    return this;
  }

  get length(): number {
    return this.#bytes.length;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

/** Bytes that a field takes on the line, from its bytes in binary. */
export function onTheLine(code: DataCode, bytes: number): number {
  return code === 'ascii' ? bytes * 2 : bytes;
}

/** The number in a field; NaN where ASCII holds anything but digits. */
export function readField(code: DataCode, from: Uint8Array, at: number, bytes: number): number {
  if (code === 'binary') {
    let value = 0;
    for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + (from[at + index] ?? 0);
    return value;
  }
  let value = 0;
  for (let index = at; index < at + bytes * 2; index += 1) value = value * 16 + digitOf(from[index] ?? 0);
  return value;
}

function digitOf(character: number): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  if (character >= 0x41 && character <= 0x46) return character - 0x37;
  return character >= 0x61 && character <= 0x66 ? character - 0x57 : Number.NaN;
}
