import type { PointValue } from '@holdfast/driver/point.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Quality, ValueSink } from '@holdfast/driver/value-sink.ts';
import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { decimalScales, JsonBytes } from './json-bytes.ts';
import type { ReportFilter } from './report-filter.ts';
import type { ValueKeys } from './value-keys.ts';

/** Most faults that a tick names. */
const mostProblems = 50;
/** A place beyond any text. */
const nowhere = 0xffff_ffff;
/** Length of a typical number. */
const valueBytes = 8;

interface LostValue {
  readonly at: number;
  readonly code: string;
  readonly detail: Text;
  readonly cause: LackCause;
}

/**
 * The readings of one tick of a device so far, as they will be in the message: no objects are made for values that
 * nobody here looks at. Codes are chosen by users: `__proto__` is one like any other.
 */
export class TickReadings implements ValueSink {
  /** The values to be sent, `,"code":value` each. */
  readonly values: JsonBytes;
  /** 64-bit integers, `,"code":"digits"` each. Undefined when there are none. */
  integers: JsonBytes | undefined;
  /** Codes of the uncertain ones among the values and integers. Undefined when there are none. */
  uncertain: string[] | undefined;
  /** Values that the device did not give, and why. Undefined when there are none. */
  lost: LostValue[] | undefined;
  /** How many values were read, sent or not. */
  readCount = 0;
  /** How many of the values read are to be sent, and how many of those are integers. */
  sentCount = 0;
  integerCount = 0;
  #problems: Text[] = [];
  readonly #keys: ValueKeys;
  readonly #filter: ReportFilter;
  readonly #isFiltered: boolean;
  #timeMs = 0;
  /** By value: the number of the last tick in which it was read. */
  readonly #readIn: Uint32Array;
  /** Never 0, which means "never" in `#readIn`; during a tick not 1 either, whose predecessor is 0. */
  #tick = 1;
  /**
   * By value: where its key and text are in `values`, and which number the text says (NaN: none). Each tick is written
   * from the start, so a piece of the tick before that begins where the next one is to be written is still there: a
   * value that did not move needs no new key, and one that did not change no new text.
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
    if (this.#problems.length > 0) this.#problems = [];
    this.#timeMs = timeMs;
    this.#tick += 1;
  }

  number(at: number, value: number, quality: Quality): void {
    if (this.#isAgain(at, value, quality)) return;
    this.values.number(value);
    this.#ends[at] = this.values.length;
    this.#numbers[at] = value;
  }

  decimal(at: number, digits: number, decimals: number, quality: Quality): void {
    const value = digits / (decimalScales[decimals] as number);
    if (this.#isAgain(at, value, quality)) return;
    this.values.decimal(digits, decimals);
    this.#ends[at] = this.values.length;
    this.#numbers[at] = value;
  }

  other(at: number, value: string | boolean, quality: Quality): void {
    if (this.#isAgain(at, value, quality)) return;
    if (typeof value === 'string') this.values.string(value);
    else this.values.boolean(value);
    this.#ends[at] = this.values.length;
    this.#numbers[at] = Number.NaN;
  }

  integer(at: number, digits: string, quality: Quality): void {
    if (!this.#isFirst(at)) return;
    if (this.#isFiltered && !this.#takes(at, digits, true, quality)) return;
    this.sentCount += 1;
    this.integerCount += 1;
    // Nothing of this value is in `values`.
    this.#starts[at] = nowhere;
    this.integers ??= new JsonBytes(64);
    this.#key(this.integers, at);
    this.integers.string(digits);
    if (quality !== 0) this.#noteUncertain(at);
  }

  bad(at: number, status: Text): void {
    this.lose(at, status, 'no_value');
    this.addProblem(driverText('of_point', { point: this.#keys.codeAt(at), why: status }));
  }

  /** Polled values have the time of their tick. */
  sourceTime(): void {}

  lose(at: number, detail: Text, cause: LackCause): void {
    const code = this.#keys.codeAt(at);
    this.#filter.lost(code);
    this.lost ??= [];
    this.lost.push({ at, code, detail, cause });
  }

  hasRead(code: string): boolean {
    return this.isRead(this.#keys.indexOf(code));
  }

  /** Whether the value at this place was read in this tick. */
  isRead(at: number): boolean {
    return this.#readIn[at] === this.#tick;
  }

  addProblem(problem: Text): void {
    if (this.#problems.length < mostProblems) this.#problems.push(problem);
  }

  /** Undefined when there are no problems. */
  problems(): Text | undefined {
    const [first] = this.#problems;
    return this.#problems.length > 1 ? collectorText('each_of', { texts: this.#problems }) : first;
  }

  /** Whether nothing of a value is left to be written. If something is, its key has been written. */
  #isAgain(at: number, value: PointValue, quality: Quality): boolean {
    // A filter may have left some readings out.
    const wasWritten = this.#readIn[at] === this.#tick - 1 && !this.#isFiltered;
    if (!this.#isFirst(at)) return true;
    if (this.#isFiltered && !this.#takes(at, value, false, quality)) return true;
    this.sentCount += 1;
    if (quality !== 0) this.#noteUncertain(at);
    const { values } = this;
    const start = values.length;
    if (wasWritten && this.#starts[at] === start) {
      if (this.#numbers[at] === value) {
        values.again(this.#ends[at] as number);
        return true;
      }
      values.again(start + this.#keys.lengthOf(at));
      return false;
    }
    this.#key(values, at);
    this.#starts[at] = start;
    return false;
  }

  #takes(at: number, value: PointValue, isInteger: boolean, quality: Quality): boolean {
    return this.#filter.takes(this.#keys.codeAt(at), value, isInteger, quality !== 0, this.#timeMs);
  }

  /** Whether the value was not read in this tick yet: a block that is split up can be read twice in part. */
  #isFirst(index: number): boolean {
    if (this.#readIn[index] === this.#tick) return false;
    this.#readIn[index] = this.#tick;
    this.readCount += 1;
    return true;
  }

  #key(into: JsonBytes, index: number): void {
    const { bytes, starts } = this.#keys;
    into.copyPart(bytes, starts[index] as number, starts[index + 1] as number);
  }

  #noteUncertain(at: number): void {
    this.uncertain ??= [];
    this.uncertain.push(this.#keys.codeAt(at));
  }
}
