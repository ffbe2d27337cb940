import type { PointMeaning } from '../point.ts';
import { driverText } from '../texts.ts';
import { encodeText } from './device-text.ts';
import { isExactInteger } from './emit-value.ts';
import { rawRanges, type WholeType } from './raw-ranges.ts';
import { type Encodable, RefusedValue, unscaled, wholeNumber } from './raw-value.ts';
import { rfc3339Ms } from './rfc3339.ts';
import { orderOfOneWord, orderWords } from './word-order.ts';
import { type WordValue, wordsPerValue } from './word-value.ts';

/** @throws RefusedValue */
export function truthOf(point: PointMeaning, value: Encodable): boolean {
  if (point.enumeration) return unscaled(point, value) !== 0;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  throw new RefusedValue(
    'wrong_type',
    driverText('neither_true_nor_false', { value: JSON.stringify(value) }),
  );
}

/**
 * The words that decode to one value: the inverse of `wordDecoder`. Whole numbers round to the nearest raw value.
 * @throws RefusedValue
 */
export function wordsOf(point: WordValue, value: Encodable): number[] {
  const { data_type, byte_order } = point;
  switch (data_type) {
    case 'bool':
      return [truthOf(point, value) ? 1 : 0];
    case 'string':
      return textWords(point, value);
    case 'float16':
    case 'float32':
    case 'float64':
      return orderWords(floatWords(point, value), byte_order);
    case 'bcd16':
    case 'bcd32':
      return orderWords(bcdWords(wholeOf(point, value), wordsPerValue(point)), byte_order);
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
    case 'unix_time32':
    case 'unix_time64':
      return orderWords(integerWords(wholeOf(point, value), wordsPerValue(point)), byte_order);
    default:
      return data_type satisfies never;
  }
}

/**
 * The raw whole number of a value.
 * @throws RefusedValue
 */
export function wholeOf(point: WordValue, value: Encodable): bigint {
  const [min, max] = rawRanges[point.data_type as WholeType];
  const whole = wholeWithin(point, value);
  if (whole >= min && whole <= max) return whole;
  const named = { value: String(value), type: point.data_type, range: `${min}…${max}` };
  throw new RefusedValue(
    'out_of_range',
    String(whole) === String(value)
      ? driverText('out_of_range', named)
      : driverText('raw_out_of_range', { ...named, raw: String(whole) }),
  );
}

function wholeWithin(point: WordValue, value: Encodable): bigint {
  if (point.data_type === 'unix_time32') return BigInt(Math.floor(timeOf(value) / 1_000));
  if (point.data_type === 'unix_time64') return BigInt(timeOf(value));
  if (isExactInteger(point)) {
    const exact = wholeNumber(value);
    if (exact !== undefined) return exact;
  }
  const raw = unscaled(point, value);
  if (Number.isFinite(raw)) return BigInt(Math.round(raw));
  throw new RefusedValue('out_of_range', driverText('not_finite', { value: String(value) }));
}

/** ms since 1970 */
function timeOf(value: Encodable): number {
  const ms = typeof value === 'string' ? rfc3339Ms(value) : undefined;
  if (ms === undefined) {
    throw new RefusedValue('wrong_type', driverText('not_a_time', { value: JSON.stringify(String(value)) }));
  }
  return ms;
}

function integerWords(value: bigint, words: number): number[] {
  const bits = BigInt.asUintN(words * 16, value);
  return Array.from({ length: words }, (_, index) =>
    Number((bits >> BigInt((words - 1 - index) * 16)) & 0xffffn),
  );
}

function bcdWords(value: bigint, words: number): number[] {
  const digits = String(value).padStart(words * 4, '0');
  return Array.from({ length: words }, (_, index) =>
    Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16),
  );
}

function floatWords(point: WordValue, value: Encodable): number[] {
  const raw = unscaled(point, value);
  const words = wordsPerValue(point);
  const view = new DataView(new ArrayBuffer(8));
  if (words === 1) view.setFloat16(0, raw);
  else if (words === 2) view.setFloat32(0, raw);
  else view.setFloat64(0, raw);
  const encoded = words === 1 ? view.getFloat16(0) : words === 2 ? view.getFloat32(0) : view.getFloat64(0);
  if (!Number.isFinite(encoded)) {
    throw new RefusedValue(
      'out_of_range',
      driverText('does_not_fit_type', { value: String(value), type: point.data_type }),
    );
  }
  return Array.from({ length: words }, (_, index) => view.getUint16(index * 2));
}

function textWords(point: WordValue, value: Encodable): number[] {
  if (typeof value !== 'string')
    throw new RefusedValue('wrong_type', driverText('not_a_text', { value: String(value) }));
  const { encoding = 'ascii' } = point;
  const bytes = encodeText(value, encoding);
  if (!bytes) {
    const message = driverText('not_encodable', { value: JSON.stringify(value), encoding });
    throw new RefusedValue('not_encodable', message);
  }
  const words = wordsPerValue(point);
  if (bytes.length > words * 2) {
    throw new RefusedValue('too_long', driverText('text_too_long', { bytes: bytes.length, room: words * 2 }));
  }
  const order = orderOfOneWord(point.byte_order);
  return Array.from({ length: words }, (_, index) => {
    const word = ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
    return orderWords([word], order)[0] ?? 0;
  });
}
