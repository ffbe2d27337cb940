import type { PointValue } from '@holdfast/driver/point.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import { noValue } from '@holdfast/driver/values/emit-value.ts';
import { valueCodes } from '../../layout/point-layout.ts';
import { type CodedPoint, pointDecoder, type RawPoint } from '../decode.ts';

const problems: Readonly<Record<string, string>> = {
  [noValue.notANumber.code]: 'not_a_number',
  [noValue.infinite.code]: 'infinite',
  [noValue.incomplete.code]: 'incomplete',
  [noValue.notBcd.code]: 'not_bcd',
  [noValue.notText.code]: 'not_text',
  [noValue.outOfRange.code]: 'out_of_range',
};

export type Reading =
  | {
      readonly code: string;
      readonly kind: 'value';
      readonly value: PointValue;
      readonly isUncertain: boolean;
    }
  | {
      readonly code: string;
      readonly kind: 'integer';
      readonly digits: string;
      readonly isUncertain: boolean;
    }
  | { readonly code: string; readonly kind: 'problem'; readonly problem: string | undefined };

/** A sink that keeps readings as objects, with the code that belongs to each place. */
export function readingsSink(codes: readonly string[], readings: Reading[]): ValueSink {
  const value = (at: number, emitted: PointValue, quality: number) =>
    readings.push({ code: codes[at] ?? '', kind: 'value', value: emitted, isUncertain: quality === 1 });
  return {
    number: value,
    decimal: (at, digits, decimals, quality) => value(at, digits / 10 ** decimals, quality),
    integer: (at, digits, quality) =>
      readings.push({ code: codes[at] ?? '', kind: 'integer', digits, isUncertain: quality === 1 }),
    other: value,
    bad: (at, status) =>
      readings.push({
        code: codes[at] ?? '',
        kind: 'problem',
        problem: problems[status.code],
      }),
    sourceTime: () => undefined,
  };
}

/** Decodes a point once. `raw` begins with its first register or bit. */
export function decodePoint(point: CodedPoint, raw: RawPoint): readonly Reading[] {
  const readings: Reading[] = [];
  pointDecoder(point)(raw, 0, 0, readingsSink(valueCodes(point), readings));
  return readings;
}
