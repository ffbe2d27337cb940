const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
/** 3 decimals at the most are tried; what has more is written by the language itself. */
const decimalScales = [10, 100, 1_000] as const;
/** Characters of a whole number of 32 bits with its sign. */
const wholeBytes = 11;
/** Has no positive counterpart in 32 bits. */
const least = -0x8000_0000;
/** So short a text is written by a loop here: a call of the encoder costs more. */
const longestByLoop = 64;

/**
 * JSON text in UTF-8 that grows at its end and is begun anew again and again, in the same memory. Numbers read exactly as
 * `JSON.stringify` writes them, at a fraction of its cost.
 */
export class JsonBytes {
  #bytes: Uint8Array;
  #length = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far, or a part of it. It changes with the next call. */
  written(from = 0, end = this.#length): Uint8Array {
    return this.#bytes.subarray(from, end);
  }

  /** What was written stays where it is until it is written over: see {@link again}. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Takes as written what lies there from before {@link clear}, up to before `end`.
   * @param end where a piece ended that was written from here on, and over which nothing was written since
   */
  again(end: number): void {
    this.#length = end;
  }

  /** Bytes `from` up to before `end`, as they are. */
  copy(bytes: Uint8Array, from = 0, end = bytes.length): void {
    this.#makeRoom(end - from);
    const to = this.#bytes;
    let at = this.#length;
    // Names of points are short: the call of a copying function costs more than this.
    for (let index = from; index < end; index += 1, at += 1) to[at] = bytes[index] as number;
    this.#length = at;
  }

  append(other: JsonBytes): void {
    this.#makeRoom(other.length);
    this.#bytes.set(other.written(), this.#length);
    this.#length += other.length;
  }

  /** Replaces a byte that was written. */
  set(at: number, byte: number): void {
    this.#bytes[at] = byte;
  }

  /** Any text, as it is. */
  raw(text: string): void {
    // A UTF-16 unit takes three bytes at the most.
    this.#makeRoom(text.length * 3);
    if (text.length <= longestByLoop && this.#ascii(text)) return;
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  string(text: string): void {
    this.raw(JSON.stringify(text));
  }

  boolean(value: boolean): void {
    this.raw(value ? 'true' : 'false');
  }

  /** @param value finite */
  number(value: number): void {
    // -0 is 0 here as in JSON.stringify.
    if (value === (value | 0) && value !== least) {
      this.#whole(value | 0);
      return;
    }
    if (Number.isSafeInteger(value)) {
      this.raw(String(value));
      return;
    }
    for (let decimals = 1; decimals <= decimalScales.length; decimals += 1) {
      const scale = decimalScales[decimals - 1] as number;
      const shifted = Math.round(value * scale);
      // A quotient is rounded as decimal text is read, and of so few digits no shorter ones mean the same double:
      // where it gives the value back, these are its digits.
      if (shifted / scale === value && shifted === (shifted | 0) && shifted !== least) {
        this.#fraction(shifted | 0, decimals, scale);
        return;
      }
    }
    this.raw(String(value));
  }

  #whole(value: number): void {
    this.#makeRoom(wholeBytes);
    let left = value;
    if (left < 0) {
      this.#bytes[this.#length++] = minus;
      left = -left;
    }
    this.#digits(left, countDigits(left));
  }

  /** @param shifted the value times the scale */
  #fraction(shifted: number, decimals: number, scale: number): void {
    this.#makeRoom(wholeBytes + 2);
    let left = shifted;
    if (left < 0) {
      this.#bytes[this.#length++] = minus;
      left = -left;
    }
    const whole = (left / scale) | 0;
    this.#digits(whole, countDigits(whole));
    this.#bytes[this.#length++] = point;
    this.#digits(left - whole * scale, decimals);
  }

  /** @returns whether it is; then it is written */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      bytes[start + index] = unit;
    }
    this.#length = start + text.length;
    return true;
  }

  /** @param value below 2^31 */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    const start = this.#length;
    const end = start + count;
    let left = value;
    for (let at = end - 1; at >= start; at -= 1) {
      const rest = (left / 10) | 0;
      bytes[at] = zero + (left - rest * 10);
      left = rest;
    }
    this.#length = end;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

const encoder = new TextEncoder();

function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}
