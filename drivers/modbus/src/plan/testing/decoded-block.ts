import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { RawBlock } from '../../layout/requests.ts';
import type { PointProblem, ReadingSink } from '../../values/decode.ts';
import { blockDecoder } from '../decode-block.ts';
import type { ReadBlock } from '../read-plan.ts';

/**
 * The readings of a device, by value code. A code is in exactly one of values, integers and problems. Codes are the
 * user's: `__proto__` is one like any other.
 */
export class Readings implements ReadingSink {
  readonly values: Record<string, PointValue> = Object.create(null);
  /** 64-bit integers, in decimal. */
  readonly integers: Record<string, string> = Object.create(null);
  /** Those of the values and integers that are outside their range or unknown to their enumeration. */
  readonly uncertain: string[] = [];
  readonly problems: Record<string, PointProblem> = Object.create(null);

  onValue(code: string, value: PointValue, isUncertain: boolean): void {
    this.values[code] = value;
    if (isUncertain) this.uncertain.push(code);
  }

  onDecimal(code: string, digits: number, decimals: number, isUncertain: boolean): void {
    this.onValue(code, digits / 10 ** decimals, isUncertain);
  }

  onInteger(code: string, digits: string, isUncertain: boolean): void {
    this.integers[code] = digits;
    if (isUncertain) this.uncertain.push(code);
  }

  onProblem(code: string, problem: PointProblem): void {
    this.problems[code] = problem;
  }
}

/** Adds what one block came to. */
export function decodeBlock(block: ReadBlock, raw: RawBlock, readings = new Readings()): Readings {
  blockDecoder(block)(raw, readings);
  return readings;
}
