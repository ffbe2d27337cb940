import { driverText } from '@holdfast/driver/texts.ts';
import { truthOf, wholeOf, wordsOf } from '@holdfast/driver/values/encode-words.ts';
import {
  type Encodable,
  RefusedValue,
  refuseInvalid,
  unscaled,
  type ValueRefusal,
} from '@holdfast/driver/values/raw-value.ts';
import { orderOfOneWord, orderWords } from '@holdfast/driver/values/word-order.ts';
import type { Text } from '@holdfast/texts/text.ts';
import {
  firstByte,
  isBitTable,
  isSingleBit,
  isSingleByte,
  type PointLayout,
  pointWidth,
} from '../layout/point-layout.ts';
import { isExactInteger } from './decode.ts';

export type { Encodable };

export type EncodedPoint =
  | { readonly ok: true; readonly raw: number[] | boolean[] }
  | { readonly ok: false; readonly refusal: ValueRefusal; readonly message: Text };

/**
 * The registers (or bits) that decode to the value, or to the values of an array: the inverse of `decodePoint`.
 * Integer types round to the nearest raw value.
 *
 * @param present what the registers hold now: a value that is a part of a register leaves the rest of it alone.
 * Zeros unless given.
 */
export function encodeValue(
  point: PointLayout,
  value: Encodable | readonly Encodable[],
  present: readonly number[] = [],
): EncodedPoint {
  return encoded(() => encodePoint(point, value, present));
}

/** As `encodeValue`, for values of operators: also refuses a value outside the point's valid range. */
export function encodeValidValue(
  point: PointLayout,
  value: Encodable | readonly Encodable[],
  present: readonly number[] = [],
): EncodedPoint {
  return encoded(() => {
    for (const each of isList(value) ? value : [value]) refuseInvalid(point, each, isExactInteger(point));
    return encodePoint(point, value, present);
  });
}

function encoded(encode: () => number[] | boolean[]): EncodedPoint {
  try {
    return { ok: true, raw: encode() };
  } catch (error) {
    if (error instanceof RefusedValue) return { ok: false, refusal: error.refusal, message: error.text };
    throw error;
  }
}

/** As {@link encodeValue}. @throws RangeError when the value does not fit the point */
export function encodePoint(
  point: PointLayout,
  value: Encodable | readonly Encodable[],
  present: readonly number[] = [],
): number[] | boolean[] {
  const values = valuesOf(point, value);
  if (isBitTable(point.table)) return values.map((each) => bitOf(point, each));
  if (!isSingleBit(point) && !isSingleByte(point)) return values.flatMap((each) => wordsOf(point, each));

  // Bits and bytes are put into the registers that they are a part of.
  const order = orderOfOneWord(point.byte_order);
  const width = pointWidth(point);
  const words = Array.from({ length: width }, (_, at) => orderWords([present[at] ?? 0], order)[0] ?? 0);
  values.forEach((each, index) => {
    const { at, shift, mask, bits } = isSingleBit(point)
      ? partOf((point.bit ?? 0) + index, 16, 1, truthOf(point, each) ? 1 : 0)
      : partOf(firstByte(point) + index, 2, 8, Number(wholeOf(point, each)));
    words[at] = ((words[at] ?? 0) & ~(mask << shift)) | ((bits & mask) << shift);
  });
  return words.map((word) => orderWords([word], order)[0] ?? 0);
}

/** Bytes count from the high one, bits from the low one. */
function partOf(position: number, perWord: 2 | 16, width: 1 | 8, bits: number) {
  const within = position % perWord;
  const shift = width === 1 ? within : within === 0 ? 8 : 0;
  return { at: Math.floor(position / perWord), shift, mask: (1 << width) - 1, bits };
}

function valuesOf(point: PointLayout, value: Encodable | readonly Encodable[]): readonly Encodable[] {
  if (point.count === undefined) {
    if (!isList(value)) return [value];
    throw new RefusedValue('wrong_type', driverText('one_value_not_a_list'));
  }
  if (!isList(value))
    throw new RefusedValue('wrong_type', driverText('array_needed', { count: point.count }));
  if (value.length === point.count) return value;
  throw new RefusedValue(
    'wrong_count',
    driverText('array_has_another_count', { count: point.count, length: value.length }),
  );
}

function isList(value: Encodable | readonly Encodable[]): value is readonly Encodable[] {
  return Array.isArray(value);
}

function bitOf(point: PointLayout, value: Encodable): boolean {
  return point.data_type === 'bool' ? truthOf(point, value) : Math.round(unscaled(point, value)) !== 0;
}
