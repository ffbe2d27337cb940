import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byteOrders, type DataType, pointWidth, registerTables } from '../layout/point-layout.ts';
import { encodePoint, encodeValidValue, encodeValue } from './encode.ts';
import { holding, type RangedType, ranges, read, type TestPoint } from './testing/test-points.ts';

describe('whatever is encoded', () => {
  const layout = fc.record({
    table: fc.constantFrom('input_register' as const, 'holding_register' as const),
    byte_order: fc.constantFrom(...byteOrders),
  });
  const same = (point: TestPoint, value: Parameters<typeof encodePoint>[1]) => {
    const raw = encodePoint(point, value);
    expect(raw).toHaveLength(pointWidth(point));
    return expect(read(point, raw));
  };

  for (const data_type of Object.keys(ranges) as RangedType[]) {
    const [min, max] = ranges[data_type];
    it(`decodes to the same ${data_type}`, () => {
      fc.assert(
        fc.property(layout, fc.integer({ min, max }), (where, value) => {
          same(holding(data_type, where), value).toBe(value);
        }),
      );
    });

    it(`decodes to the same ${data_type} within half a step of the scale`, () => {
      const scale = fc.constantFrom(0.001, 0.1, 0.25, 3, -0.1);
      fc.assert(
        fc.property(
          layout,
          scale,
          fc.integer({ min, max }),
          fc.integer({ min: -100, max: 100 }),
          (where, s, raw, offset) => {
            const point = holding(data_type, { ...where, scale: s, offset });
            expect(read(point, encodePoint(point, raw * s + offset))).toBeCloseTo(raw * s + offset, 3);
          },
        ),
      );
    });
  }

  it('decodes to the same float of 16, 32 and 64 bits', () => {
    const float16 = fc.integer({ min: 0, max: 0xffff }).map((bits) => {
      const view = new DataView(new ArrayBuffer(2));
      view.setUint16(0, bits);
      return view.getFloat16(0);
    });
    const finite = { noNaN: true, noDefaultInfinity: true } as const;
    for (const [data_type, floats] of [
      ['float16', float16.filter(Number.isFinite)],
      ['float32', fc.float(finite)],
      ['float64', fc.double(finite)],
    ] as const) {
      fc.assert(
        fc.property(layout, floats, (where, value) => {
          same(holding(data_type, where), value).toBe(value + 0);
        }),
      );
    }
  });

  it('decodes to exactly the same 64-bit integer, given as digits or as a bigint', () => {
    for (const [data_type, min, max] of [
      ['int64', -(2n ** 63n), 2n ** 63n - 1n],
      ['uint64', 0n, 2n ** 64n - 1n],
    ] as const) {
      fc.assert(
        fc.property(layout, fc.bigInt({ min, max }), (where, value) => {
          same(holding(data_type, where), value).toBe(value);
          same(holding(data_type, where), String(value)).toBe(value);
        }),
      );
    }
  });

  it('decodes to the same time', () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 0, max: 0xffff_ffff }), (where, seconds) => {
        const text = new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
        same(holding('unix_time32', where), text).toBe(text);
        same(holding('unix_time64', where), text).toBe(text);
      }),
    );
  });

  it('decodes to the same text in every encoding', () => {
    const clean = (text: string) => !/\p{Cc}/u.test(text) && !text.endsWith(' ');
    const han = fc.string({ unit: fc.constantFrom(...'温度压力：Ａ-kW°'), maxLength: 8 });
    for (const [encoding, texts] of [
      ['ascii', fc.string({ unit: 'grapheme-ascii', maxLength: 16 }).filter(clean)],
      ['utf-8', fc.string({ unit: 'grapheme', maxLength: 4 }).filter(clean)],
      ['gbk', han],
    ] as const) {
      fc.assert(
        fc.property(layout, texts, (where, text) => {
          same(holding('string', { ...where, encoding, length: 60 }), text).toBe(text);
        }),
      );
    }
  });

  it('decodes to the same truth on every table', () => {
    fc.assert(
      fc.property(fc.constantFrom(...registerTables), fc.boolean(), (table, value) => {
        same(holding('bool', { table }), value).toBe(value);
      }),
    );
  });

  it('decodes to the same array of any type', () => {
    const array = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 9 });
    const types = fc.constantFrom<DataType>(
      ...(Object.keys(ranges) as RangedType[]),
      'float16',
      'float32',
      'float64',
    );
    const byte = fc.constantFrom(undefined, 'high' as const, 'low' as const);
    fc.assert(
      fc.property(layout, types, byte, array, (where, data_type, byte, values) => {
        same(holding(data_type, { ...where, byte, count: values.length }), values).toEqual(values);
      }),
    );
  });

  it('decodes to the same bits, and leaves the other bits of its registers', () => {
    const bits = fc.array(fc.boolean(), { minLength: 2, maxLength: 40 });
    const bit = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(layout, bit, bits, fc.constantFrom(0, 0xffff), (where, bit, values, fill) => {
        const point = holding('bool', { ...where, bit, count: values.length });
        const present = Array.from({ length: pointWidth(point) }, () => fill);
        const raw = encodePoint(point, values, present) as number[];
        expect(read(point, raw)).toEqual(values);
        const ones = raw.join() === '' ? 0 : raw.map((word) => word.toString(2).replaceAll('0', '').length);
        const others = raw.length * 16 - values.length;
        const expected = values.filter(Boolean).length + (fill === 0 ? 0 : others);
        expect((ones as number[]).reduce((sum, each) => sum + each, 0)).toBe(expected);
      }),
    );
  });
});

describe('a value that does not fit is refused instead of wrapped', () => {
  test.each([
    ['uint16', {}, -1, 'out_of_range'],
    ['int16', {}, 40000, 'out_of_range'],
    ['int16', { scale: 0.1 }, 3276.8, 'out_of_range'],
    ['uint32', {}, Number.NaN, 'out_of_range'],
    ['float16', {}, 70000, 'out_of_range'],
    ['float32', {}, 1e39, 'out_of_range'],
    ['uint64', {}, '18446744073709551616', 'out_of_range'],
    ['bcd16', {}, 10000, 'out_of_range'],
    ['unix_time32', {}, '1969-12-31T23:59:59Z', 'out_of_range'],
    ['unix_time32', {}, 'yesterday', 'wrong_type'],
    ['unix_time32', {}, '2030-02-29T00:00:00Z', 'wrong_type'],
    ['int16', {}, 'much', 'wrong_type'],
    ['bool', {}, 'yes', 'wrong_type'],
    ['int16', {}, [1, 2], 'wrong_type'],
    ['int16', { count: 2 }, 1, 'wrong_type'],
    ['int16', { count: 2 }, [1, 2, 3], 'wrong_count'],
    ['uint16', { enumeration: { '0': 'off' } }, 'on', 'not_in_enumeration'],
  ] as const)('%s %j: %j', (data_type, rest, value, refusal) => {
    expect(encodeValue(holding(data_type, rest), value)).toMatchObject({ ok: false, refusal });
    expect(() => encodePoint(holding(data_type, rest), value)).toThrow(RangeError);
  });

  it('and so is one outside the valid range, where operators write it', () => {
    const point = holding('int16', { valid_min: 0, valid_max: 100 });
    expect(encodeValidValue(point, 101)).toMatchObject({ ok: false, refusal: 'outside_valid_range' });
    expect(encodeValidValue(point, 100)).toEqual({ ok: true, raw: [100] });
    expect(encodeValidValue(holding('int64', { valid_max: 5 }), '6')).toMatchObject({ ok: false });
  });

  it('and so is a 64-bit integer as a number that cannot be exact, where operators write it', () => {
    const point = holding('uint64', {});
    expect(encodeValidValue(point, 2 ** 53)).toMatchObject({ ok: false, refusal: 'wrong_type' });
    expect(encodeValidValue(point, 2 ** 53 - 1)).toEqual({ ok: true, raw: [0x1f, 0xffff, 0xffff, 0xffff] });
    expect(encodeValidValue(point, '9007199254740993')).toEqual({ ok: true, raw: [0x20, 0, 0, 1] });
  });
});
