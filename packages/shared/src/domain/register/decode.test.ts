import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodePoint } from './decode.ts';
import { encodePoint } from './encode.ts';
import { byteOrders, type DataType, type PointLayout, pointWidth, registerTables } from './point-layout.ts';

function holding(data_type: DataType, rest: Partial<PointLayout> = {}): PointLayout {
  return { table: 'holding_register', data_type, byte_order: 'ABCD', scale: 1, offset: 0, ...rest };
}

const rawRange: Record<Exclude<DataType, 'bool' | 'float32'>, readonly [number, number]> = {
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
};

describe('known registers', () => {
  // 123456.789 as float32 is 0x47F12065 (123456.7890625), 305419896 is 0x12345678.
  test.each([
    ['uint16', 'ABCD', [0x1234], 0x1234],
    ['uint16', 'CDAB', [0x1234], 0x1234],
    ['uint16', 'BADC', [0x1234], 0x3412],
    ['uint16', 'DCBA', [0x1234], 0x3412],
    ['int16', 'ABCD', [0xfffe], -2],
    ['int16', 'DCBA', [0xfeff], -2],
    ['uint32', 'ABCD', [0x1234, 0x5678], 0x12345678],
    ['uint32', 'CDAB', [0x5678, 0x1234], 0x12345678],
    ['uint32', 'BADC', [0x3412, 0x7856], 0x12345678],
    ['uint32', 'DCBA', [0x7856, 0x3412], 0x12345678],
    ['uint32', 'ABCD', [0xffff, 0xffff], 4294967295],
    ['int32', 'ABCD', [0xffff, 0xffff], -1],
    ['int32', 'CDAB', [0x0000, 0x8000], -2147483648],
    ['float32', 'ABCD', [0x47f1, 0x2065], 123456.7890625],
    ['float32', 'CDAB', [0x2065, 0x47f1], 123456.7890625],
    ['float32', 'BADC', [0xf147, 0x6520], 123456.7890625],
    ['float32', 'DCBA', [0x6520, 0xf147], 123456.7890625],
    ['float32', 'ABCD', [0xc2f6, 0xe979], -123.45600128173828],
  ] as const)('%s in order %s: %j reads %d and is written the same', (data_type, byte_order, raw, value) => {
    const point = holding(data_type, { byte_order });
    expect(decodePoint(point, raw)).toEqual({ ok: true, value });
    expect(encodePoint(point, value)).toEqual(raw);
  });
});

describe('a value that is no number', () => {
  test.each([
    ['a quiet NaN', [0x7fc0, 0x0000], 'not_a_number'],
    ['a signalling NaN', [0x7f80, 0x0001], 'not_a_number'],
    ['a register pair of all ones', [0xffff, 0xffff], 'not_a_number'],
    ['infinity', [0x7f80, 0x0000], 'infinite'],
    ['negative infinity', [0xff80, 0x0000], 'infinite'],
  ] as const)('%s is a problem, never a value', (_what, raw, problem) => {
    expect(decodePoint(holding('float32'), raw)).toEqual({ ok: false, problem });
  });

  it('is also what scaling makes of a number that grows over all bounds', () => {
    const point = holding('float32', { scale: 1e300 });
    expect(decodePoint(point, [0x7f7f, 0xffff])).toEqual({ ok: false, problem: 'infinite' });
  });

  it('is half of a 32-bit value', () => {
    expect(decodePoint(holding('int32'), [1])).toEqual({ ok: false, problem: 'incomplete' });
    expect(decodePoint(holding('int16'), [])).toEqual({ ok: false, problem: 'incomplete' });
  });
});

describe('scale and offset', () => {
  it('give the decimal that was meant', () => {
    expect(decodePoint(holding('int16', { scale: 0.1 }), [3])).toEqual({ ok: true, value: 0.3 });
    expect(decodePoint(holding('int16', { scale: 0.01 }), [0xffff])).toEqual({ ok: true, value: -0.01 });
    expect(decodePoint(holding('uint16', { scale: 0.5, offset: -40 }), [25])).toEqual({
      ok: true,
      value: -27.5,
    });
    expect(decodePoint(holding('uint16', { scale: 10 }), [25])).toEqual({ ok: true, value: 250 });
  });

  it('leave booleans alone', () => {
    const point = holding('bool', { scale: 5, offset: 3 });
    expect(decodePoint(point, [0])).toEqual({ ok: true, value: false });
    expect(decodePoint(point, [0x8000])).toEqual({ ok: true, value: true });
  });

  it('count for a number type on a bit table, which reads 0 or 1', () => {
    const point = holding('uint16', { table: 'coil', scale: 10 });
    expect(decodePoint(point, [true])).toEqual({ ok: true, value: 10 });
    expect(decodePoint(point, [false])).toEqual({ ok: true, value: 0 });
  });
});

describe('whatever is encoded', () => {
  const layout = fc.record({
    table: fc.constantFrom('input_register' as const, 'holding_register' as const),
    byte_order: fc.constantFrom(...byteOrders),
  });

  for (const data_type of ['int16', 'uint16', 'int32', 'uint32'] as const) {
    const [min, max] = rawRange[data_type];
    it(`decodes to the same ${data_type}`, () => {
      fc.assert(
        fc.property(layout, fc.integer({ min, max }), (where, value) => {
          const point = holding(data_type, where);
          expect(decodePoint(point, encodePoint(point, value))).toEqual({ ok: true, value });
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
            const decoded = decodePoint(point, encodePoint(point, raw * s + offset));
            expect(decoded).toMatchObject({ ok: true });
            if (decoded.ok) expect(decoded.value).toBeCloseTo(raw * s + offset, 3);
          },
        ),
      );
    });
  }

  it('decodes to the same float32', () => {
    fc.assert(
      fc.property(layout, fc.float({ noNaN: true, noDefaultInfinity: true }), (where, value) => {
        const point = holding('float32', where);
        expect(decodePoint(point, encodePoint(point, value))).toEqual({ ok: true, value: value + 0 });
      }),
    );
  });

  it('decodes to the same truth on every table', () => {
    fc.assert(
      fc.property(fc.constantFrom(...registerTables), fc.boolean(), (table, value) => {
        const point = holding('bool', { table });
        expect(decodePoint(point, encodePoint(point, value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('has as many registers as the point is wide', () => {
    for (const data_type of ['bool', 'int16', 'uint16', 'int32', 'uint32', 'float32'] as const) {
      expect(encodePoint(holding(data_type), 1)).toHaveLength(pointWidth(holding(data_type)));
    }
  });
});

test('a value that does not fit its data type is refused instead of wrapped', () => {
  expect(() => encodePoint(holding('uint16'), -1)).toThrow(RangeError);
  expect(() => encodePoint(holding('int16'), 40000)).toThrow(RangeError);
  expect(() => encodePoint(holding('uint32'), Number.NaN)).toThrow(RangeError);
});
