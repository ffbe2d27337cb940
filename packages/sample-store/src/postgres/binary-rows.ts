/** The start of a binary COPY: signature, flags and length of the extension. */
const copyHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

const firstBytes = 1 << 20;
/** Length field and content of the longest column except text: `numeric` of 64 bits. */
const columnBytes = 22;

/**
 * Rows in PostgreSQL's binary COPY format, column by column. It keeps its memory for reuse: new pages for each batch
 * would cost the system more than filling them (measured).
 */
export class BinaryRows {
  readonly #columns: number;
  #buffer = copyHeader;
  /** The same bytes: its setters are several times as fast as a Buffer's. */
  #view = new DataView(new ArrayBuffer(0));
  #at = copyHeader.length;
  #count = 0;

  /** @param columns number of columns in each row */
  constructor(columns: number) {
    this.#columns = columns;
  }

  get count(): number {
    return this.#count;
  }

  /** Begins a row; each of its columns must follow. @param text the text in it, if there is one */
  begin(text = ''): void {
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(2 + this.#columns * columnBytes + text.length * 3);
    this.#view.setInt16(this.#at, this.#columns);
    this.#at += 2;
    this.#count += 1;
  }

  none(): void {
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  int4(value: number): void {
    this.#view.setInt32(this.#at, 4);
    this.#view.setInt32(this.#at + 4, value);
    this.#at += 8;
  }

  int8(value: bigint): void {
    this.#view.setInt32(this.#at, 8);
    this.#view.setBigInt64(this.#at + 4, value);
    this.#at += 12;
  }

  float8(value: number): void {
    this.#view.setInt32(this.#at, 8);
    this.#view.setFloat64(this.#at + 4, value);
    this.#at += 12;
  }

  bool(value: boolean): void {
    this.#view.setInt32(this.#at, 1);
    this.#view.setInt8(this.#at + 4, value ? 1 : 0);
    this.#at += 5;
  }

  text(value: string): void {
    const bytes = this.#buffer.write(value, this.#at + 4, 'utf8');
    this.#view.setInt32(this.#at, bytes);
    this.#at += 4 + bytes;
  }

  /**
   * A whole number of up to 64 bits: the number of base-10,000 digits, the weight of the first, sign, scale, the
   * digits.
   */
  numeric(value: bigint): void {
    const digits: number[] = [];
    for (let rest = value < 0n ? -value : value; rest > 0n; rest /= 10_000n)
      digits.unshift(Number(rest % 10_000n));
    const words = [digits.length, digits.length - 1, value < 0n ? 0x4000 : 0, 0, ...digits];
    this.#view.setInt32(this.#at, words.length * 2);
    this.#at += 4;
    for (const word of words) {
      this.#view.setInt16(this.#at, word);
      this.#at += 2;
    }
  }

  /** Ends the rows. They must have been sent before the next row begins. */
  take(): Buffer {
    this.#reserve(2);
    this.#view.setInt16(this.#at, -1);
    const rows = this.#buffer.subarray(0, this.#at + 2);
    this.#at = copyHeader.length;
    this.#count = 0;
    return rows;
  }

  #reserve(bytes: number): void {
    const length = this.#at + bytes;
    if (length <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(firstBytes, this.#buffer.length * 2, length));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }
}
