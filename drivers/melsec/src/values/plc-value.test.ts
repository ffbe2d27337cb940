import type { DataType, PointValue } from '@holdfast/driver/point.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MelsecPlace } from '../layout/place.ts';
import { placeOf } from '../layout/plc-extent.ts';
import { plcCells, plcDecoder } from './plc-value.ts';

const point = (
  data_type: DataType,
  address: string,
  rest: object = {},
  place: Partial<MelsecPlace> = {},
) => ({
  ...{ code: 'p', data_type, scale: 1, offset: 0, ...rest },
  address: { address, ...place },
});
type Point = ReturnType<typeof point> & { readonly count?: number };

function decoded(of: Point, raw: readonly number[], start = 0): (PointValue | undefined)[] {
  const readings = new Readings(new PointList([of]));
  plcDecoder(of, placeOf(of, 'q'))(raw, start, 0, readings);
  return readings.all.map(({ value }) => value);
}

describe('words of a PLC', () => {
  it('of a 32-bit number lie low word first, of a text low byte first', () => {
    expect(decoded(point('uint32', 'D0'), [0x5678, 0x1234])).toEqual([0x1234_5678]);
    expect(decoded(point('int64', 'D0'), [0xfffe, 0xffff, 0xffff, 0xffff])).toEqual(['-2']);
    expect(decoded(point('float32', 'D0'), [0x0000, 0x3fc0])).toEqual([1.5]);
    expect(decoded(point('string', 'D0', {}, { length: 2 }), [0x4241, 0x0043])).toEqual(['ABC']);
    expect(decoded(point('bcd32', 'D0'), [0x5678, 0x1234])).toEqual([12_345_678]);
  });

  it('give their bits, also over a word’s end', () => {
    expect(decoded(point('bool', 'D0.3'), [0b1000])).toEqual([true]);
    expect(decoded(point('bool', 'D0.E', { count: 4 }), [0x7fff, 0b10], 0)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(decoded(point('bool', 'D0.0'), [0, 1], 1)).toEqual([true]);
  });

  it('are a truth by themselves, and bits are one each', () => {
    expect(decoded(point('bool', 'D0'), [256])).toEqual([true]);
    expect(decoded(point('bool', 'M0', { count: 3 }), [0, 1, 0])).toEqual([false, true, false]);
    expect(decoded(point('bool', 'M5', { enumeration: { 0: 'shut', 1: 'open' } }), [1])).toEqual(['open']);
  });

  it('are scaled, one array value after the other', () => {
    expect(decoded(point('int16', 'D0', { count: 2, scale: 0.1 }), [9, 0xffff, 15], 1)).toEqual([-0.1, 1.5]);
  });
});

it.each<[DataType, fc.Arbitrary<PointValue>]>([
  ['bool', fc.boolean()],
  ['int16', fc.integer({ min: -0x8000, max: 0x7fff })],
  ['uint16', fc.integer({ min: 0, max: 0xffff })],
  ['int32', fc.integer()],
  ['uint32', fc.integer({ min: 0, max: 0xffff_ffff })],
  ['int64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
  ['uint64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)],
  ['float32', fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)],
  ['float64', fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)],
  ['bcd16', fc.integer({ min: 0, max: 9_999 })],
  ['bcd32', fc.integer({ min: 0, max: 99_999_999 })],
  ['string', fc.stringMatching(/^[a-zA-Z0-9+-]{0,12}$/)],
])('a %s that is written reads as itself', (data_type, values) => {
  const of = point(
    data_type,
    data_type === 'bool' ? 'M7' : 'D7',
    {},
    data_type === 'string' ? { length: 6 } : {},
  );
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 3 }), (value, start) => {
      const cells = plcCells(of, placeOf(of, 'q'), value);
      expect(cells.every((cell) => Number.isInteger(cell) && cell >= 0 && cell <= 0xffff)).toBe(true);
      expect(decoded(of, [...new Array<number>(start).fill(0), ...cells], start)).toEqual([value]);
    }),
    { seed: 20 },
  );
});
