import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byteOrders, type DataType, pointWidth } from '../layout/point-layout.ts';
import { encodePoint, encodeValue } from './encode.ts';
import { decodePoint } from './testing/decode-point.ts';
import { holding, type RangedType, ranges, read } from './testing/test-points.ts';

describe('known registers', () => {
  // 123456.789 as float32 is 0x47F12065 (123456.7890625), 305419896 is 0x12345678. The rest was packed by Python's struct.
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
    ['bcd16', 'ABCD', [0x1234], 1234],
    ['bcd16', 'BADC', [0x3412], 1234],
    ['bcd32', 'ABCD', [0x1234, 0x5678], 12345678],
    ['bcd32', 'CDAB', [0x5678, 0x1234], 12345678],
    ['int64', 'ABCD', [0xeedd, 0xef0b, 0x8216, 0x7eeb], -1234567890123456789n],
    ['int64', 'CDAB', [0x7eeb, 0x8216, 0xef0b, 0xeedd], -1234567890123456789n],
    ['int64', 'BADC', [0xddee, 0x0bef, 0x1682, 0xeb7e], -1234567890123456789n],
    ['int64', 'DCBA', [0xeb7e, 0x1682, 0x0bef, 0xddee], -1234567890123456789n],
    ['uint64', 'ABCD', [0xffff, 0xffff, 0xffff, 0xffff], 18446744073709551615n],
    ['uint64', 'CDAB', [0xffff, 0xffff, 0xffff, 0xffff], 18446744073709551615n],
    ['uint64', 'BADC', [0xffff, 0xffff, 0xffff, 0xffff], 18446744073709551615n],
    ['uint64', 'DCBA', [0xffff, 0xffff, 0xffff, 0xffff], 18446744073709551615n],
    ['uint64', 'ABCD', [0x0123, 0x4567, 0x89ab, 0xcdef], 81985529216486895n],
    ['uint64', 'CDAB', [0xcdef, 0x89ab, 0x4567, 0x0123], 81985529216486895n],
    ['uint64', 'BADC', [0x2301, 0x6745, 0xab89, 0xefcd], 81985529216486895n],
    ['uint64', 'DCBA', [0xefcd, 0xab89, 0x6745, 0x2301], 81985529216486895n],
    ['float64', 'ABCD', [0xc093, 0x4a45, 0x6d5c, 0xfaad], -1234.5678],
    ['float64', 'CDAB', [0xfaad, 0x6d5c, 0x4a45, 0xc093], -1234.5678],
    ['float64', 'BADC', [0x93c0, 0x454a, 0x5c6d, 0xadfa], -1234.5678],
    ['float64', 'DCBA', [0xadfa, 0x5c6d, 0x454a, 0x93c0], -1234.5678],
    ['float64', 'ABCD', [0x01a5, 0x6e1f, 0xc2f8, 0xf359], 1e-300],
    ['float64', 'CDAB', [0xf359, 0xc2f8, 0x6e1f, 0x01a5], 1e-300],
    ['float64', 'BADC', [0xa501, 0x1f6e, 0xf8c2, 0x59f3], 1e-300],
    ['float64', 'DCBA', [0x59f3, 0xf8c2, 0x1f6e, 0xa501], 1e-300],
    ['float16', 'ABCD', [0xc100], -2.5],
    ['float16', 'BADC', [0x00c1], -2.5],
    ['float16', 'ABCD', [0x7bff], 65504],
    ['float16', 'BADC', [0xff7b], 65504],
    ['float16', 'ABCD', [0x0001], 2 ** -24],
    ['float16', 'BADC', [0x0100], 2 ** -24],
    ['int32', 'ABCD', [0xf8a4, 0x32eb], -123456789],
    ['int32', 'CDAB', [0x32eb, 0xf8a4], -123456789],
    ['int32', 'BADC', [0xa4f8, 0xeb32], -123456789],
    ['int32', 'DCBA', [0xeb32, 0xa4f8], -123456789],
    ['float32', 'ABCD', [0x4248, 0x147b], 50.02000045776367],
    ['float32', 'CDAB', [0x147b, 0x4248], 50.02000045776367],
    ['float32', 'BADC', [0x4842, 0x7b14], 50.02000045776367],
    ['float32', 'DCBA', [0x7b14, 0x4842], 50.02000045776367],
  ] as const)('%s in order %s: %j reads %s and is written the same', (data_type, byte_order, raw, value) => {
    const point = holding(data_type, { byte_order });
    expect(read(point, raw)).toBe(value);
    expect(encodePoint(point, value)).toEqual(raw);
  });

  test.each([
    ['unix_time32', 'ABCD', [0x6502, 0x9380], '2023-09-14T05:00:48Z'],
    ['unix_time32', 'CDAB', [0xffff, 0xffff], '2106-02-07T06:28:15Z'],
    ['unix_time64', 'ABCD', [0, 0, 0, 1], '1970-01-01T00:00:00.001Z'],
    ['unix_time64', 'DCBA', [0xffff, 0xffff, 0xffff, 0xffff], '1969-12-31T23:59:59.999Z'],
  ] as const)('%s in order %s: %j is the time %s', (data_type, byte_order, raw, text) => {
    const point = holding(data_type, { byte_order });
    expect(read(point, raw)).toBe(text);
    expect(encodePoint(point, text)).toEqual(raw);
  });
});

describe('a value that is no value', () => {
  test.each([
    ['a quiet NaN', 'float32', [0x7fc0, 0x0000], '(not_a_number)'],
    ['a signalling NaN', 'float32', [0x7f80, 0x0001], '(not_a_number)'],
    ['a register pair of all ones', 'float32', [0xffff, 0xffff], '(not_a_number)'],
    ['infinity', 'float32', [0x7f80, 0x0000], '(infinite)'],
    ['negative infinity', 'float32', [0xff80, 0x0000], '(infinite)'],
    ['a half NaN', 'float16', [0x7e00], '(not_a_number)'],
    ['half an infinity', 'float16', [0xfc00], '(infinite)'],
    ['a double NaN', 'float64', [0x7ff8, 0, 0, 0], '(not_a_number)'],
    ['a decimal digit above 9', 'bcd16', [0x12a4], '(not_bcd)'],
    ['a decimal digit above 9 in the second register', 'bcd32', [0x1234, 0x567f], '(not_bcd)'],
    ['a time that no calendar has', 'unix_time64', [0x7fff, 0xffff, 0xffff, 0xffff], '(out_of_range)'],
    ['half of a 32-bit value', 'int32', [1], '(incomplete)'],
    ['no register', 'int16', [], '(incomplete)'],
    ['three quarters of a 64-bit value', 'uint64', [1, 2, 3], '(incomplete)'],
  ] as const)('%s is a problem, never a value', (_what, data_type, raw, problem) => {
    expect(read(holding(data_type), raw)).toBe(problem);
  });

  it('is also what scaling makes of a number that grows over all bounds', () => {
    expect(read(holding('float32', { scale: 1e300 }), [0x7f7f, 0xffff])).toBe('(infinite)');
  });

  it('costs each code of an array whose reply is short', () => {
    expect(read(holding('int32', { count: 2 }), [1, 2, 3])).toEqual(['(incomplete)', '(incomplete)']);
  });
});

describe('scale and offset', () => {
  it('give the decimal that was meant', () => {
    expect(read(holding('int16', { scale: 0.1 }), [3])).toBe(0.3);
    expect(read(holding('int16', { scale: 0.01 }), [0xffff])).toBe(-0.01);
    expect(read(holding('uint16', { scale: 0.5, offset: -40 }), [25])).toBe(-27.5);
    expect(read(holding('uint16', { scale: 10 }), [25])).toBe(250);
  });

  it('give the number next to the decimal that was meant, of every whole number that has so many', () => {
    const scaled = fc.constantFrom([0.1, 10], [0.01, 100], [0.001, 1_000]);
    const limits = fc.constantFrom({}, { valid_min: -1, valid_max: 5 }, { precision: 3 });
    fc.assert(
      fc.property(fc.integer(), scaled, limits, (raw, [scale, divisor], limit) => {
        const point = holding('int32', { scale: scale as number, ...limit });
        const value = raw / (divisor as number);
        const isOutside = 'valid_min' in limit && (value < -1 || value > 5);
        expect(read(point, [(raw >>> 16) & 0xffff, raw & 0xffff])).toEqual(
          isOutside ? [value, 'uncertain'] : value,
        );
      }),
      { examples: [[-(2 ** 31), [0.1, 10], {}]] },
    );
    expect(read(holding('uint32', { scale: 0.1 }), [0xffff, 0xffff])).toBe(429496729.5);
    expect(read(holding('int16', { scale: 0.01, precision: 1 }), [125])).toBe(1.3);
    expect(read(holding('float32', { scale: 0.1 }), [0x3fc0, 0])).toBe(0.15);
    expect(read(holding('uint16', { scale: 0.1, offset: -40 }), [25])).toBe(-37.5);
  });

  it('leave booleans alone', () => {
    const point = holding('bool', { scale: 5, offset: 3 });
    expect(read(point, [0])).toBe(false);
    expect(read(point, [0x8000])).toBe(true);
  });

  it('count for a number type on a bit table, which reads 0 or 1', () => {
    const point = holding('uint16', { table: 'coil', scale: 10 });
    expect(read(point, [true])).toBe(10);
    expect(read(point, [false])).toBe(0);
  });

  it('make numbers of 64-bit integers, which stay exact without them', () => {
    const raw = [0x0020, 0, 0, 1];
    expect(read(holding('uint64'), raw)).toBe(9007199254740993n);
    expect(read(holding('uint64', { scale: 0.001 }), raw)).toBe(9007199254740.992);
  });
});

describe('parts of registers', () => {
  it('are bits, counted from the least significant', () => {
    expect(read(holding('bool', { bit: 0 }), [0x0001])).toBe(true);
    expect(read(holding('bool', { bit: 15 }), [0x8000])).toBe(true);
    expect(read(holding('bool', { bit: 14 }), [0x8000])).toBe(false);
    expect(read(holding('bool', { bit: 15, byte_order: 'BADC' }), [0x0080])).toBe(true);
  });

  it('are bytes, the low one unless the high one is asked for', () => {
    expect(read(holding('uint8'), [0x12fe])).toBe(0xfe);
    expect(read(holding('int8'), [0x12fe])).toBe(-2);
    expect(read(holding('uint8', { byte: 'high' }), [0x12fe])).toBe(0x12);
    expect(read(holding('uint8', { byte: 'high', byte_order: 'DCBA' }), [0x12fe])).toBe(0xfe);
  });

  it('are written without the rest of the register', () => {
    expect(encodePoint(holding('bool', { bit: 3 }), true, [0xff00])).toEqual([0xff08]);
    expect(encodePoint(holding('bool', { bit: 3 }), false, [0xffff])).toEqual([0xfff7]);
    expect(encodePoint(holding('uint8', { byte: 'high' }), 0xab, [0x1234])).toEqual([0xab34]);
    expect(encodePoint(holding('int8', { byte_order: 'BADC' }), -1, [0x1234])).toEqual([0xff34]);
  });
});

describe('arrays', () => {
  it('give each value a code of its own', () => {
    expect(decodePoint(holding('int16', { count: 2 }), [1, 0xffff])).toEqual([
      { code: 'p[0]', kind: 'value', value: 1, isUncertain: false },
      { code: 'p[1]', kind: 'value', value: -1, isUncertain: false },
    ]);
  });

  it('are named so even with a single value', () => {
    expect(decodePoint(holding('uint64', { count: 1 }), [0, 0, 0, 7])).toEqual([
      { code: 'p[0]', kind: 'integer', digits: '7', isUncertain: false },
    ]);
  });

  it('lose only the value that is none', () => {
    expect(read(holding('float32', { count: 3 }), [0x3f80, 0, 0x7fc0, 0, 0x4000, 0])).toEqual([
      1,
      '(not_a_number)',
      2,
    ]);
  });

  it('of bits and of bytes are packed', () => {
    const bits = holding('bool', { bit: 14, count: 3 });
    expect(pointWidth(bits)).toBe(2);
    expect(read(bits, [0x4000, 0x0001])).toEqual([true, false, true]);
    const bytes = holding('uint8', { count: 3 });
    expect(pointWidth(bytes)).toBe(2);
    expect(read(bytes, [0x0102, 0x0304])).toEqual([1, 2, 3]);
    expect(read(holding('uint8', { count: 3, byte: 'low' }), [0x0102, 0x0304])).toEqual([2, 3, 4]);
  });

  it('of coils are a row of coils', () => {
    expect(read(holding('bool', { table: 'coil', count: 3 }), [true, false, true])).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('texts', () => {
  const ascii = (text: string) => encodePoint(holding('string', { length: 8 }), text);

  it('end at the first NUL, and lose blanks at the end', () => {
    expect(read(holding('string', { length: 3 }), [0x4142, 0x2043, 0x2020])).toBe('AB C');
    expect(read(holding('string', { length: 3 }), [0x4142, 0x4300, 0xff01])).toBe('ABC');
    expect(read(holding('string', { length: 2 }), [0, 0])).toBe('');
  });

  it('are read with the bytes of each word in either order', () => {
    expect(read(holding('string', { length: 2, byte_order: 'BADC' }), [0x4241, 0x0043])).toBe('ABC');
    expect(read(holding('string', { length: 2, byte_order: 'CDAB' }), [0x4142, 0x4300])).toBe('ABC');
  });

  it('are read in their encoding', () => {
    // 温度 in GBK is CE C2 B6 C8; in UTF-8 it is E6 B8 A9 E5 BA A6 (Python's codecs).
    expect(read(holding('string', { length: 2, encoding: 'gbk' }), [0xcec2, 0xb6c8])).toBe('温度');
    expect(read(holding('string', { length: 3, encoding: 'utf-8' }), [0xe6b8, 0xa9e5, 0xbaa6])).toBe('温度');
    expect(encodePoint(holding('string', { length: 2, encoding: 'gbk' }), '温度')).toEqual([0xcec2, 0xb6c8]);
  });

  test.each([
    ['a byte above 7F in ASCII', 'ascii', [0x41e9]],
    ['a control character', 'ascii', [0x410a]],
    ['an escape in GBK', 'gbk', [0x1b41]],
    ['half a character in UTF-8', 'utf-8', [0x41e6]],
    ['half a character in GBK', 'gbk', [0x41ce]],
    ['a surrogate in UTF-8', 'utf-8', [0xeda0, 0x8000]],
    ['C1 control characters in UTF-8', 'utf-8', [0xc285]],
    ['memory that was never written', 'utf-8', [0xffff]],
  ] as const)('%s is a problem, never a value', (_what, encoding, raw) => {
    expect(read(holding('string', { length: raw.length, encoding }), raw)).toBe('(not_text)');
  });

  it('do not keep anything of the text before', () => {
    const point = holding('string', { length: 1, encoding: 'gbk' });
    expect(read(point, [0x41ce])).toBe('(not_text)');
    expect(read(point, [0x4142])).toBe('AB');
  });

  it('are refused when they would not be read back', () => {
    const gbk = holding('string', { length: 2, encoding: 'gbk' });
    expect(encodeValue(gbk, '😀')).toMatchObject({ ok: false, refusal: 'not_encodable' });
    expect(encodeValue(gbk, 'a\n')).toMatchObject({ ok: false, refusal: 'not_encodable' });
    expect(encodeValue(gbk, '温度計')).toMatchObject({ ok: false, refusal: 'too_long' });
    expect(() => ascii('é')).toThrow(RangeError);
  });
});

describe('what makes a value uncertain', () => {
  it('is a valid range that it is outside of', () => {
    const point = holding('int16', { scale: 0.1, valid_min: -40, valid_max: 85 });
    expect(read(point, [850])).toBe(85);
    expect(read(point, [851])).toEqual([85.1, 'uncertain']);
    expect(read(point, encodePoint(point, -40.1) as number[])).toEqual([-40.1, 'uncertain']);
    expect(read(holding('int64', { valid_min: 0 }), [0xffff, 0xffff, 0xffff, 0xffff])).toEqual([
      -1n,
      'uncertain',
    ]);
  });

  it('is a number that its enumeration does not know', () => {
    const point = holding('uint16', { enumeration: { '0': 'off', '1': 'on' } });
    expect(read(point, [1])).toBe('on');
    expect(read(point, [7])).toEqual(['7', 'uncertain']);
    expect(read(holding('bool', { bit: 2, enumeration: { '1': 'open' } }), [4])).toBe('open');
    expect(read(holding('int64', { enumeration: { '-2': 'none' } }), [65535, 65535, 65535, 65534])).toBe(
      'none',
    );
  });

  it('is not a name that objects have by themselves', () => {
    expect(read(holding('uint16', { enumeration: { '1': 'on' } }), [0])).toEqual(['0', 'uncertain']);
  });
});

describe('linear ranges and decimals', () => {
  const current = holding('uint16', { linear: { raw_min: 0, raw_max: 27648, eng_min: 4, eng_max: 20 } });

  it('run through both ends, and on beyond them', () => {
    expect(read(current, [0])).toBe(4);
    expect(read(current, [27648])).toBe(20);
    expect(read(current, [13824])).toBe(12);
    expect(read(current, [32256])).toBeGreaterThan(20);
    expect(encodePoint(current, 12)).toEqual([13824]);
  });

  it('round to the decimals that are kept', () => {
    expect(read(holding('float32', { precision: 2 }), [0x4248, 0x147b])).toBe(50.02);
    expect(read(holding('int16', { scale: 0.5, precision: 0 }), [0xfffb])).toBe(-3);
    expect(
      read(holding('float32', { precision: 0 }), encodePoint(holding('float32'), -0.2) as number[]),
    ).toBe(0);
    expect(
      read(holding('float64', { precision: 3 }), encodePoint(holding('float64'), 1e300) as number[]),
    ).toBe(1e300);
  });
});

describe('whatever a device answers', () => {
  it('is a finite number, a truth, a clean text or a problem', () => {
    const point = fc.record({
      data_type: fc.constantFrom<DataType>(
        ...(Object.keys(ranges) as RangedType[]),
        'bool',
        'int64',
        'uint64',
        'float16',
        'float32',
        'float64',
        'string',
        'unix_time32',
        'unix_time64',
      ),
      byte_order: fc.constantFrom(...byteOrders),
      scale: fc.constantFrom(1, 0.1, 1e300),
      encoding: fc.constantFrom('ascii' as const, 'utf-8' as const, 'gbk' as const),
    });
    fc.assert(
      fc.property(
        point,
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 }),
        (rest, raw) => {
          const value = read(holding(rest.data_type, { ...rest, length: 4 }), raw);
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          else if (typeof value === 'string') expect(value).not.toMatch(/\p{Cc}/u);
          else expect(['boolean', 'bigint']).toContain(typeof value);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
