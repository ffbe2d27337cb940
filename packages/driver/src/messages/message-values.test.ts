import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import type { PointMeaning, PointValue } from '../point.ts';
import { Readings } from '../values/readings.ts';
import { MessageDocument, messageTimeMs } from './message-document.ts';
import { messageEmitter } from './message-values.ts';

function emittedValue(point: Partial<PointMeaning>, value: unknown): PointValue | undefined {
  const readings = new Readings({ codes: ['x'] });
  messageEmitter({ data_type: 'float64', scale: 1, offset: 0, ...point })(value, 0, readings);
  const [reading] = readings.all;
  return reading?.quality === 'bad' ? `bad: ${inEnglish(reading.status)}` : reading?.value;
}

describe('what stands in a message', () => {
  it.each<[Partial<PointMeaning>, unknown, PointValue]>([
    [{}, '23.5', 23.5],
    [{}, ' -1e3\n', -1_000],
    [{}, 0.1, 0.1],
    [{ scale: 0.1 }, '235', 23.5],
    [{}, '23,5', 'bad: "23,5" is no number'],
    [{}, 'NaN', 'bad: "NaN" is no number'],
    [{ data_type: 'float32' }, '3.4e38', 3.4e38],
    [{ data_type: 'float32' }, '1e40', 'bad: "1e40" is no float32'],
    [{ data_type: 'float32' }, -1e40, 'bad: "-1e+40" is no float32'],
    [{}, '1e40', 1e40],
    [{}, '1e999', 'bad: holds infinity, which is no value'],
    [{}, '', 'bad: "" is no number'],
    [{}, '0x10', 'bad: "0x10" is no number'],
    [{}, { a: 1 }, 'bad: "{\\"a\\":1}" is no number'],
    [{ data_type: 'int16' }, '12', 12],
    [{ data_type: 'int16' }, 12.0, 12],
    [{ data_type: 'int16' }, '12.5', 'bad: "12.5" is no whole number'],
    [{ data_type: 'int16' }, '40000', 'bad: "40000" is no int16'],
    [{ data_type: 'uint8' }, -1, 'bad: "-1" is no uint8'],
    [{ data_type: 'uint64' }, '18446744073709551615', '18446744073709551615'],
    [{ data_type: 'int64' }, '-9007199254740993', '-9007199254740993'],
    [{ data_type: 'bool' }, 'ON', true],
    [{ data_type: 'bool' }, false, false],
    [{ data_type: 'bool' }, 1, true],
    [{ data_type: 'bool' }, 'maybe', 'bad: "maybe" is neither true nor false'],
    [{ data_type: 'string' }, ' as it is ', ' as it is '],
    [{ data_type: 'string' }, { a: [1, true] }, '{"a":[1,true]}'],
    [{ data_type: 'uint8', enumeration: { '1': 'auto' } }, '1', 'auto'],
  ])('%j of %j is %j', (point, value, expected) => {
    expect(emittedValue(point, value)).toBe(expected);
  });

  it('keeps all digits of JSON', () => {
    const document = new MessageDocument(
      '{"a":9007199254740993,"b":0.1,"c":"9007199254740993","d":-9007199254740993}',
    );
    const whole = { a: 9_007_199_254_740_993n, b: 0.1, c: '9007199254740993', d: -9_007_199_254_740_993n };
    expect(document.at([])).toEqual(whole);
    expect(Object.keys(whole).map((name) => document.at([name]))).toEqual(Object.values(whole));
    expect(new MessageDocument('[1e400,9007199254740992]').at(['0'])).toBe(Number.POSITIVE_INFINITY);
    const broken = new MessageDocument('{"a":');
    expect([broken.isJson, broken.at(['a'])]).toEqual([false, undefined]);
    expect(emittedValue({ data_type: 'uint64' }, 18_446_744_073_709_551_615n)).toBe('18446744073709551615');
    expect(emittedValue({ data_type: 'string' }, { a: 2n })).toBe('{"a":"2"}');
  });
});

describe('the time in a message', () => {
  it.each<[unknown, number | undefined]>([
    [1_740_000_000, 1_740_000_000_000],
    [1_740_000_000.25, 1_740_000_000_250],
    [1_740_000_000_123, 1_740_000_000_123],
    ['1740000000', 1_740_000_000_000],
    ['2026-01-31T12:00:00+08:00', Date.parse('2026-01-31T04:00:00Z')],
    ['2026-01-31 12:00:00.123456789+08:00', Date.parse('2026-01-31T04:00:00.123Z')],
    [1_740_000_000_123_456, 1_740_000_000_123.456],
    ['1740000000123456789', 1_740_000_000_123.456_8],
    // Without a zone it may be hours off.
    ['2026-01-31T12:00:00', undefined],
    ['yesterday', undefined],
    [-5, undefined],
    [null, undefined],
  ])('%j', (value, expected) => {
    expect(messageTimeMs(value)).toBe(expected);
  });

  it('may be in ns, which JSON gives with all its digits', () => {
    const timeMs = new MessageDocument('{"ts":1740000000123456789}').timeMs(['ts']);
    expect(timeMs).toBeCloseTo(1_740_000_000_123.456_8, 3);
  });
});
