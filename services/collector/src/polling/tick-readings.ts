import type { PointValue } from '@holdfast/shared/contracts/sample.ts';
import type { PointProblem, ReadingSink } from '@holdfast/shared/domain/register/decode.ts';
import type { ReportFilter } from './report-filter.ts';

/** So much of what is wrong with single points is told. */
const longestDetail = 2_000;

/** What one tick of a device came to so far. Codes are the user's: `__proto__` is one like any other. */
export class TickReadings implements ReadingSink {
  /** What is to be sent, by value code. */
  values: Record<string, PointValue> = Object.create(null);
  /** 64-bit integers in decimal. Undefined when there are none. */
  integers: Record<string, string> | undefined;
  /** Codes of those of the values and integers that are uncertain. Undefined when there are none. */
  uncertain: string[] | undefined;
  /** How many values were read, sent or not. */
  readCount = 0;
  /** How many of them are to be sent. */
  sentCount = 0;
  #problems = '';
  readonly #filter: ReportFilter;
  readonly #isFiltered: boolean;
  readonly #timeMs: number;

  /** @param timeMs scheduled time of the tick */
  constructor(filter: ReportFilter, timeMs: number) {
    this.#filter = filter;
    this.#isFiltered = !filter.isIdle();
    this.#timeMs = timeMs;
  }

  onValue(code: string, value: PointValue, isUncertain: boolean): void {
    this.readCount += 1;
    if (this.#isFiltered && !this.#filter.takes(code, value, false, isUncertain, this.#timeMs)) return;
    this.sentCount += 1;
    this.values[code] = value;
    if (isUncertain) this.#noteUncertain(code);
  }

  onInteger(code: string, digits: string, isUncertain: boolean): void {
    this.readCount += 1;
    if (this.#isFiltered && !this.#filter.takes(code, digits, true, isUncertain, this.#timeMs)) return;
    this.sentCount += 1;
    this.integers ??= Object.create(null) as Record<string, string>;
    this.integers[code] = digits;
    if (isUncertain) this.#noteUncertain(code);
  }

  onProblem(code: string, problem: PointProblem): void {
    this.#filter.lost(code);
    this.addProblem(`${code}: ${problem}`);
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

  #noteUncertain(code: string): void {
    this.uncertain ??= [];
    this.uncertain.push(code);
  }
}
