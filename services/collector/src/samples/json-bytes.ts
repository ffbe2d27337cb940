const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
/** By the number of decimals. At most 3 are tried; `String` writes a number that has more. */
export const decimalScales = [1, 10, 100, 1_000] as const;
/** Whole numbers of more than 32 bits are written in two parts; the lower one has `longSplitDigits` digits. */
const longSplit = 1_000_000_000;
const longSplitDigits = 9;
/** Most characters of a whole number of 32 bits with its sign. */
const wholeBytes = 11;
/** The one number without a positive counterpart in 32 bits. */
const least = -0x8000_0000;
/** Both digits of each number below 100. */
const pairs = Uint8Array.from({ length: 200 }, (_, at) => zero + (((at >> 1) / (at & 1 ? 1 : 10)) % 10));
/** Longest text that a loop here writes: a call of the encoder costs more. */
const longestByLoop = 64;

/**
 * JSON text in UTF-8 that grows at its end, and is started again and again in the same memory. Numbers read exactly
 * as `JSON.stringify` writes them, at a fraction of its cost.
 */
export class JsonBytes {
  #bytes: Uint8Array;
  /** A view of `#bytes`. */
  #view: DataView;
  #length = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far, or a part of them. They change with the next call. */
  view(from = 0, end = this.#length): Uint8Array {
    return this.#bytes.subarray(from, end);
  }

  /** Starts again. The bytes stay where they are until they are written over: see {@link again}. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Takes what is here from before {@link clear}, up to before `end`, as written.
   * @param end the end of a piece that began here and was not overwritten since
   */
  again(end: number): void {
    this.#length = end;
  }

  /** Appends these bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Does the same for a few bytes out of many, from `from` up to before `end`: a call of a copying function costs more.
   */
  copyPart(bytes: DataView, from: number, end: number): void {
    this.#makeRoom(end - from);
    const to = this.#view;
    let at = this.#length;
    let index = from;
    for (; index + 4 <= end; index += 4, at += 4) to.setInt32(at, bytes.getInt32(index));
    for (; index < end; index += 1, at += 1) to.setInt8(at, bytes.getInt8(index));
    this.#length = at;
  }

  append(other: JsonBytes): void {
    this.#makeRoom(other.length);
    this.#bytes.set(other.view(), this.#length);
    this.#length += other.length;
  }

  /** Replaces a byte that was already written. */
  set(at: number, byte: number): void {
    this.#bytes[at] = byte;
  }

  /** Appends any text as it is. */
  raw(text: string): void {
    // A UTF-16 unit takes three bytes at most.
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
      this.#longWhole(value);
      return;
    }
    for (let decimals = 1; decimals < decimalScales.length; decimals += 1) {
      const scale = decimalScales[decimals] as number;
      const shifted = Math.round(value * scale);
      // A quotient is rounded in the same way as decimal text is read, and no shorter text than these few digits means
      // the same double. Where the quotient gives the value back, these are its digits.
      if (shifted / scale === value && shifted === (shifted | 0) && shifted !== least) {
        this.decimal(shifted | 0, decimals);
        return;
      }
    }
    this.raw(String(value));
  }

  /**
   * The number that is `digits` / 10^`decimals`, as {@link number} writes it.
   * @param digits of 32 bits, and above the least of them
   * @param decimals 1 to 3
   */
  decimal(digits: number, decimals: number): void {
    this.#makeRoom(wholeBytes + 2);
    let remaining = digits;
    if (remaining < 0) {
      this.#bytes[this.#length++] = minus;
      remaining = -remaining;
    }
    // Constant divisors: the compiler turns each division into a multiplication.
    const whole =
      decimals === 1
        ? (remaining / 10) | 0
        : decimals === 2
          ? (remaining / 100) | 0
          : (remaining / 1_000) | 0;
    this.#digits(whole);
    let rest = remaining - whole * (decimalScales[decimals] as number);
    if (rest === 0) return;
    this.#bytes[this.#length++] = point;
    let scale = decimalScales[decimals] as number;
    while (rest > 0) {
      scale = (scale / 10) | 0;
      const digit = (rest / scale) | 0;
      this.#bytes[this.#length++] = zero + digit;
      rest -= digit * scale;
    }
  }

  #whole(value: number): void {
    this.#makeRoom(wholeBytes);
    let remaining = value;
    if (remaining < 0) {
      this.#bytes[this.#length++] = minus;
      remaining = -remaining;
    }
    this.#digits(remaining);
  }

  /** Writes a number such as a time: whole, and of more than 32 bits. */
  #longWhole(value: number): void {
    const high = Math.floor(Math.abs(value) / longSplit);
    this.#whole(value < 0 ? -high : high);
    const low = Math.abs(value) - high * longSplit;
    this.#makeRoom(longSplitDigits);
    const end = this.#length + longSplitDigits;
    for (let at = end - 1, remaining = low; at >= this.#length; at -= 1) {
      const rest = (remaining / 10) | 0;
      this.#bytes[at] = zero + (remaining - rest * 10);
      remaining = rest;
    }
    this.#length = end;
  }

  /** @returns whether the text is ASCII; if it is, it has been written */
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
  #digits(value: number): void {
    const bytes = this.#bytes;
    const end = this.#length + countDigits(value);
    let at = end;
    let remaining = value;
    while (remaining >= 100) {
      const rest = (remaining / 100) | 0;
      const pair = (remaining - rest * 100) * 2;
      at -= 2;
      bytes[at + 1] = pairs[pair + 1] as number;
      bytes[at] = pairs[pair] as number;
      remaining = rest;
    }
    if (remaining >= 10) {
      bytes[at - 1] = pairs[remaining * 2 + 1] as number;
      bytes[at - 2] = pairs[remaining * 2] as number;
    } else bytes[at - 1] = zero + remaining;
    this.#length = end;
  }

  #makeRoom(bytes: number): void {
    const length = this.#length + bytes;
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
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
