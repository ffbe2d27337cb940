import {
  type PointProblem,
  pointProblemTexts,
  type ReadingSink,
} from '@holdfast/driver-modbus/values/decode.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { decimalScales, JsonBytes } from './json-bytes.ts';
import type { ReportFilter } from './report-filter.ts';
import type { ValueKeys } from './value-keys.ts';

/** Longest account of faults of single points, in characters. */
const longestDetail = 2_000;
/** Beyond any text. */
const nowhere = 0xffff_ffff;
/** Length of a usual number. */
const valueBytes = 8;

/**
 * The readings of one tick of a device so far, as they will stand in the message: no object is made of values that nobody
 * here looks at. Codes are the user's: `__proto__` is one like any other.
 */
export class TickReadings implements ReadingSink {
  /** The values to be sent, `,"code":value` each. */
  readonly values: JsonBytes;
  /** 64-bit integers, `,"code":"digits"` each. Undefined when there are none. */
  integers: JsonBytes | undefined;
  /** Codes of those of the values and integers that are uncertain. Undefined when there are none. */
  uncertain: string[] | undefined;
  /** Values that the device did not give, and why. Undefined when there are none. */
  lost: { readonly code: string; readonly detail: string }[] | undefined;
  /** How many values were read, sent or not. */
  readCount = 0;
  /** How many of them are to be sent, and how many of those are integers. */
  sentCount = 0;
  integerCount = 0;
  #problems = '';
  readonly #keys: ValueKeys;
  readonly #filter: ReportFilter;
  readonly #isFiltered: boolean;
  #timeMs = 0;
  /** By value: the number of the last tick in which it was read. */
  readonly #readIn: Uint32Array;
  /** Not 0, which stands for never in `#readIn`, nor the tick after that. */
  #tick = 1;
  /** Index of the value that comes next if all come in order. */
  #expected = 0;
  /**
   * By value: where its key and text lie in `values`, and what number the text says (NaN: none). As each tick is
   * written from the start, a piece that was written in the tick before and begins where the next one is to be written
   * still lies there: what did not move needs no new key, and what did not change no new text.
   */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #numbers: Float64Array;

  constructor(keys: ValueKeys, filter: ReportFilter) {
    this.#keys = keys;
    this.#filter = filter;
    this.#isFiltered = !filter.isIdle();
    this.values = new JsonBytes(keys.bytes.byteLength + keys.count * valueBytes);
    this.#readIn = new Uint32Array(keys.count);
    this.#starts = new Uint32Array(keys.count);
    this.#ends = new Uint32Array(keys.count);
    this.#numbers = new Float64Array(keys.count);
  }

  /** Forgets the tick before. @param timeMs scheduled time of the tick */
  begin(timeMs: number): void {
    this.values.clear();
    this.integers = undefined;
    this.uncertain = undefined;
    this.lost = undefined;
    this.readCount = 0;
    this.sentCount = 0;
    this.integerCount = 0;
    this.#problems = '';
    this.#timeMs = timeMs;
    this.#tick += 1;
  }

  onValue(code: string, value: PointValue, isUncertain: boolean): void {
    const index = this.#indexOf(code);
    if (this.#isAgain(index, code, value, isUncertain)) return;
    const { values } = this;
    if (typeof value === 'number') values.number(value);
    else if (typeof value === 'string') values.string(value);
    else values.boolean(value);
    this.#ends[index] = values.length;
    this.#numbers[index] = typeof value === 'number' ? value : Number.NaN;
  }

  onDecimal(code: string, digits: number, decimals: number, isUncertain: boolean): void {
    const index = this.#indexOf(code);
    const value = digits / (decimalScales[decimals] as number);
    if (this.#isAgain(index, code, value, isUncertain)) return;
    this.values.decimal(digits, decimals);
    this.#ends[index] = this.values.length;
    this.#numbers[index] = value;
  }

  onInteger(code: string, digits: string, isUncertain: boolean): void {
    const index = this.#indexOf(code);
    if (!this.#isFirst(index)) return;
    if (this.#isFiltered && !this.#filter.takes(code, digits, true, isUncertain, this.#timeMs)) return;
    this.sentCount += 1;
    this.integerCount += 1;
    // Nothing of it stands in `values`.
    this.#starts[index] = nowhere;
    this.integers ??= new JsonBytes(64);
    this.#key(this.integers, index);
    this.integers.string(digits);
    if (isUncertain) this.#noteUncertain(code);
  }

  onProblem(code: string, problem: PointProblem): void {
    this.lose(code, pointProblemTexts[problem]);
    this.addProblem(`${code}: ${pointProblemTexts[problem]}`);
  }

  lose(code: string, detail: string): void {
    this.#filter.lost(code);
    this.lost ??= [];
    this.lost.push({ code, detail });
  }

  hasRead(code: string): boolean {
    return this.#readIn[this.#keys.indexOf(code, 0)] === this.#tick;
  }

  addProblem(problem: string): void {
    if (this.#problems.length >= longestDetail) return;
    this.#problems = (this.#problems === '' ? problem : `${this.#problems}; ${problem}`).slice(
      0,
      longestDetail,
    );
  }

  /** Empty when there are none. */
  problems(): string {
    return this.#problems;
  }

  /** Whether nothing is left to be written of a value. If something is, its key has been. */
  #isAgain(index: number, code: string, value: PointValue, isUncertain: boolean): boolean {
    // A filter may have kept some readings out.
    const wasWritten = this.#readIn[index] === this.#tick - 1 && !this.#isFiltered;
    if (!this.#isFirst(index)) return true;
    if (this.#isFiltered && !this.#filter.takes(code, value, false, isUncertain, this.#timeMs)) return true;
    this.sentCount += 1;
    if (isUncertain) this.#noteUncertain(code);
    const { values } = this;
    const start = values.length;
    if (wasWritten && this.#starts[index] === start) {
      if (this.#numbers[index] === value) {
        values.again(this.#ends[index] as number);
        return true;
      }
      values.again(start + this.#keys.lengthOf(index));
      return false;
    }
    this.#key(values, index);
    this.#starts[index] = start;
    return false;
  }

  /** Whether it was not read in this tick yet: a block that is taken apart can be read twice in part. */
  #isFirst(index: number): boolean {
    if (this.#readIn[index] === this.#tick) return false;
    this.#readIn[index] = this.#tick;
    this.readCount += 1;
    return true;
  }

  #indexOf(code: string): number {
    const index = this.#keys.indexOf(code, this.#expected);
    this.#expected = index + 1 === this.#keys.count ? 0 : index + 1;
    return index;
  }

  #key(into: JsonBytes, index: number): void {
    const { bytes, starts } = this.#keys;
    into.copyPart(bytes, starts[index] as number, starts[index + 1] as number);
  }

  #noteUncertain(code: string): void {
    this.uncertain ??= [];
    this.uncertain.push(code);
  }
}
