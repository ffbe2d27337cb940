import type { PointValue } from '@holdfast/driver/point.ts';
import { valueCodes } from '../../layout/point-layout.ts';
import type { RawBlock } from '../../layout/requests.ts';
import { type Reading, readingsSink } from '../../values/testing/decode-point.ts';
import { blockDecoder } from '../decode-block.ts';
import type { ReadBlock } from '../read-plan.ts';

/**
 * The readings of a device, by value code. A code is in exactly one of values, integers and problems. Codes are the
 * user's: `__proto__` is one like any other.
 */
export class Readings {
  readonly values: Record<string, PointValue> = Object.create(null);
  /** 64-bit integers, in decimal. */
  readonly integers: Record<string, string> = Object.create(null);
  /** Codes of values and integers that are outside their range or unknown to their enumeration. */
  readonly uncertain: string[] = [];
  readonly problems: Record<string, string | undefined> = Object.create(null);

  add(reading: Reading): void {
    const { code } = reading;
    if (reading.kind === 'problem') {
      this.problems[code] = reading.problem;
      return;
    }
    if (reading.kind === 'integer') this.integers[code] = reading.digits;
    else this.values[code] = reading.value;
    if (reading.isUncertain) this.uncertain.push(code);
  }
}

/** Adds the readings of one block. */
export function decodeBlock(block: ReadBlock, raw: RawBlock, readings = new Readings()): Readings {
  const codes = block.points.flatMap(({ point }) => valueCodes(point));
  const decoded: Reading[] = [];
  blockDecoder(block, (code) => codes.indexOf(code))(raw, readingsSink(codes, decoded));
  for (const reading of decoded) readings.add(reading);
  return readings;
}
