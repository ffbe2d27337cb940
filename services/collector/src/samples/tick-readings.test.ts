import { noValue } from '@holdfast/driver/values/emit-value.ts';
import { pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportFilter } from './report-filter.ts';
import { TickReadings } from './tick-readings.ts';
import { ValueKeys } from './value-keys.ts';

const codes = ['a', '温度', 'of "a" \\ b', 'pressure', '__proto__', 'z'];
const points = codes.map((code, address) => pointOf(code, address));

const value: fc.Arbitrary<PointValue> = fc.oneof(
  // Few enough values for repeats, some of equal length and some not.
  { arbitrary: fc.constantFrom(0, -0, 1, 7, 10, 99, -1, 0.5, 1.5, 12.25, 1e21, 123_456), weight: 6 },
  { arbitrary: fc.constantFrom('', 'on', '开', 'é"', 'x'.repeat(200)), weight: 2 },
  { arbitrary: fc.boolean(), weight: 1 },
);
/** As digits and decimals. Some equal other values, so that each kind takes the other's place. */
const decimal = fc
  .constantFrom([0, 1], [5, 1], [15, 1], [1225, 2], [70, 1], [-10, 1])
  .map(([digits, decimals]) => ({
    digits: digits as number,
    decimals: decimals as number,
  }));
const tick = fc.array(
  fc.tuple(
    fc.nat(codes.length - 1),
    fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: decimal, weight: 2 }),
  ),
  { maxLength: 10 },
);

function give(readings: TickReadings, at: number, value: PointValue): void {
  if (typeof value === 'number') readings.number(at, value, 0);
  else readings.other(at, value, 0);
}

describe('what is read of a device tick after tick, in the same memory', () => {
  it('reads as if each tick had been rewritten: every value once, as it came first, in the order of coming', () => {
    fc.assert(
      fc.property(fc.array(tick, { minLength: 2, maxLength: 8 }), (ticks) => {
        const readings = new TickReadings(new ValueKeys(points), new ReportFilter(points));
        ticks.forEach((values, index) => {
          const expected = new Map<string, PointValue>();
          readings.begin(index * 1_000);
          for (const [at, value] of values) {
            const code = codes[at] as string;
            const isDecimal = typeof value === 'object';
            if (!expected.has(code))
              expected.set(code, isDecimal ? value.digits / 10 ** value.decimals : value);
            if (isDecimal) readings.decimal(at, value.digits, value.decimals, 0);
            else give(readings, at, value);
          }
          const text = new TextDecoder().decode(readings.values.view());
          expect(text).toBe(
            [...expected]
              .map(([code, value]) => `,${JSON.stringify(code)}:${JSON.stringify(value)}`)
              .join(''),
          );
          expect([readings.readCount, readings.sentCount]).toEqual([expected.size, expected.size]);
        });
      }),
      { numRuns: thorough(2_000) },
    );
  });

  it('says what a value is by now when it was left out of the tick before and another one has its place', () => {
    const readings = new TickReadings(new ValueKeys(points), new ReportFilter(points));
    const tickWith = (...values: [string, number][]) => {
      readings.begin(0);
      for (const [code, number] of values) readings.number(codes.indexOf(code), number, 0);
      return new TextDecoder().decode(readings.values.view());
    };
    expect(tickWith(['a', 1], ['z', 5])).toBe(',"a":1,"z":5');
    expect(tickWith(['a', 1])).toBe(',"a":1');
    expect(tickWith(['z', 7])).toBe(',"z":7');
    expect(tickWith(['a', 1], ['z', 5])).toBe(',"a":1,"z":5');
  });

  it('says what a value is by now when it was an exact integer in the tick before', () => {
    const readings = new TickReadings(new ValueKeys(points), new ReportFilter(points));
    readings.begin(0);
    readings.number(codes.indexOf('a'), 1, 0);
    readings.begin(0);
    readings.integer(codes.indexOf('a'), '5', 0);
    readings.number(codes.indexOf('z'), 7, 0);
    readings.begin(0);
    readings.number(codes.indexOf('a'), 1, 0);
    expect(new TextDecoder().decode(readings.values.view())).toBe(',"a":1');
  });

  it('names what is uncertain also where its value has not changed', () => {
    const readings = new TickReadings(new ValueKeys(points), new ReportFilter(points));
    for (const isUncertain of [false, true, false]) {
      readings.begin(0);
      readings.number(codes.indexOf('a'), 1, isUncertain ? 1 : 0);
      expect(readings.uncertain).toEqual(isUncertain ? ['a'] : undefined);
    }
  });

  it('says in words what a device sent that is no value', () => {
    const readings = new TickReadings(new ValueKeys(points), new ReportFilter(points));
    readings.begin(0);
    readings.bad(codes.indexOf('a'), noValue.notBcd);
    readings.bad(codes.indexOf('z'), noValue.notANumber);
    expect(inEnglish(readings.problems())).toBe(
      'a: holds a digit above 9, which BCD does not have; z: holds NaN, which is no value',
    );
  });
});
