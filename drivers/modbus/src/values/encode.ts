import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';
import {
  firstByte,
  isBitTable,
  isSingleBit,
  isSingleByte,
  type PointLayout,
  pointWidth,
  registersPerValue,
} from '../layout/point-layout.ts';
import { isExactInteger } from './decode.ts';
import { rawRanges, type WholeType } from './raw-ranges.ts';
import { orderOfOneRegister, orderWords } from './raw-words.ts';
import { encodeText } from './register-text.ts';

/** 64-bit integers may come as decimal text or bigint, times as RFC 3339, enumerated values by their name. */
export type Encodable = number | boolean | string | bigint;

export type EncodeRefusal =
  /** A text for a number, one value for an array, … */
  | 'wrong_type'
  | 'wrong_count'
  /** More than the data type can hold. */
  | 'out_of_range'
  /** Outside `valid_min`…`valid_max`. */
  | 'outside_valid_range'
  | 'not_in_enumeration'
  | 'not_encodable'
  | 'too_long';

export type EncodedPoint =
  | { readonly ok: true; readonly raw: number[] | boolean[] }
  | { readonly ok: false; readonly refusal: EncodeRefusal; readonly message: string };

class Refused extends RangeError {
  readonly refusal: EncodeRefusal;
  constructor(refusal: EncodeRefusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

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
  try {
    return { ok: true, raw: encodePoint(point, value, present) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal, message: error.message };
    throw error;
  }
}

/** The same for values of operators: one outside the point's valid range is refused too. */
export function encodeValidValue(
  point: PointLayout,
  value: Encodable | readonly Encodable[],
  present: readonly number[] = [],
): EncodedPoint {
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  for (const each of Array.isArray(value) ? value : [value]) {
    const number = typeof each === 'string' && isExactInteger(point) ? wholeNumber(each) : each;
    if (typeof number !== 'number' && typeof number !== 'bigint') continue;
    // 9007199254740993 in JSON has become 9007199254740992 by now, and nobody can tell.
    if (isExactInteger(point) && typeof number === 'number' && Math.abs(number) > Number.MAX_SAFE_INTEGER) {
      const message = `${number} may have lost its last digits on the way: send it as text in decimal`;
      return { ok: false, refusal: 'wrong_type', message };
    }
    if (number < valid_min || number > valid_max) {
      const message = `${number} is outside the valid range of ${valid_min}…${valid_max}`;
      return { ok: false, refusal: 'outside_valid_range', message };
    }
  }
  return encodeValue(point, value, present);
}

/** As {@link encodeValue}. @throws RangeError when the value does not fit the point */
export function encodePoint(
  point: PointLayout,
  value: Encodable | readonly Encodable[],
  present: readonly number[] = [],
): number[] | boolean[] {
  const values = valuesOf(point, value);
  if (isBitTable(point.table)) return values.map((each) => bitOf(point, each));
  if (!isSingleBit(point) && !isSingleByte(point)) return values.flatMap((each) => registersOf(point, each));

  // Bits and bytes are put into the registers that they are a part of.
  const order = orderOfOneRegister(point.byte_order);
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
    throw new Refused('wrong_type', 'this point has one value, not a list');
  }
  if (!isList(value)) throw new Refused('wrong_type', `this point is an array of ${point.count} values`);
  if (value.length === point.count) return value;
  throw new Refused('wrong_count', `this point is an array of ${point.count} values, not of ${value.length}`);
}

function isList(value: Encodable | readonly Encodable[]): value is readonly Encodable[] {
  return Array.isArray(value);
}

function bitOf(point: PointLayout, value: Encodable): boolean {
  return point.data_type === 'bool' ? truthOf(point, value) : Math.round(rawNumberOf(point, value)) !== 0;
}

function truthOf(point: PointLayout, value: Encodable): boolean {
  if (point.enumeration) return rawNumberOf(point, value) !== 0;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  throw new Refused('wrong_type', `${JSON.stringify(value)} is neither true nor false`);
}

/** Encodes one value that fills its registers. */
function registersOf(point: PointLayout, value: Encodable): number[] {
  const { data_type, byte_order } = point;
  switch (data_type) {
    case 'bool':
      return [truthOf(point, value) ? 1 : 0];
    case 'string':
      return textRegisters(point, value);
    case 'float16':
    case 'float32':
    case 'float64':
      return orderWords(floatWords(point, value), byte_order);
    case 'bcd16':
    case 'bcd32':
      return orderWords(bcdWords(wholeOf(point, value), registersPerValue(point)), byte_order);
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
      return orderWords(integerWords(wholeOf(point, value), registersPerValue(point)), byte_order);
    default:
      return data_type satisfies never;
  }
}

/** The raw whole number. */
function wholeOf(point: PointLayout, value: Encodable): bigint {
  const [min, max] = rawRanges[point.data_type as WholeType];
  const whole = wholeWithin(point, value);
  if (whole >= min && whole <= max) return whole;
  const raw = String(whole) === String(value) ? '' : `, raw ${whole},`;
  throw new Refused(
    'out_of_range',
    `${String(value)}${raw} does not fit ${point.data_type}, which holds ${min}…${max}`,
  );
}

function wholeWithin(point: PointLayout, value: Encodable): bigint {
  if (point.data_type === 'unix_time32') return BigInt(Math.floor(timeOf(value) / 1_000));
  if (point.data_type === 'unix_time64') return BigInt(timeOf(value));
  if (isExactInteger(point)) {
    const exact = wholeNumber(value);
    if (exact !== undefined) return exact;
  }
  const raw = rawNumberOf(point, value);
  if (Number.isFinite(raw)) return BigInt(Math.round(raw));
  throw new Refused('out_of_range', `${String(value)} is not a finite number`);
}

function wholeNumber(value: Encodable): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** The number that the registers hold, before it is fitted into the data type. */
function rawNumberOf(point: PointLayout, value: Encodable): number {
  const { enumeration, linear, scale, offset } = point;
  if (enumeration) return numberNamed(enumeration, value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new Refused('wrong_type', `${JSON.stringify(value)} is not a number`);
  }
  const number = Number(value);
  if (linear) {
    const { raw_min, raw_max, eng_min, eng_max } = linear;
    return ((number - eng_min) * (raw_max - raw_min)) / (eng_max - eng_min) + raw_min;
  }
  return (number - offset) / scale;
}

function numberNamed(names: Readonly<Record<string, string>>, value: Encodable): number {
  const text = String(value);
  const named = Object.entries(names).find(([, name]) => name === text);
  if (named) return Number(named[0]);
  // A number that has no name reads as its digits.
  if (/^-?[0-9]{1,15}$/.test(text) && !Object.hasOwn(names, text)) return Number(text);
  const known = Object.values(names).slice(0, 20).join(', ');
  throw new Refused('not_in_enumeration', `${JSON.stringify(text)} is none of: ${known}`);
}

/** ms since 1970 */
function timeOf(value: Encodable): number {
  const ms = typeof value === 'string' ? rfc3339Ms(value) : undefined;
  if (ms === undefined) {
    throw new Refused(
      'wrong_type',
      `${JSON.stringify(String(value))} is not a time such as 2026-01-31T12:00:00Z`,
    );
  }
  return ms;
}

function integerWords(value: bigint, registers: number): number[] {
  const bits = BigInt.asUintN(registers * 16, value);
  return Array.from({ length: registers }, (_, index) =>
    Number((bits >> BigInt((registers - 1 - index) * 16)) & 0xffffn),
  );
}

function bcdWords(value: bigint, registers: number): number[] {
  const digits = String(value).padStart(registers * 4, '0');
  return Array.from({ length: registers }, (_, index) =>
    Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16),
  );
}

function floatWords(point: PointLayout, value: Encodable): number[] {
  const raw = rawNumberOf(point, value);
  const registers = registersPerValue(point);
  const view = new DataView(new ArrayBuffer(8));
  if (registers === 1) view.setFloat16(0, raw);
  else if (registers === 2) view.setFloat32(0, raw);
  else view.setFloat64(0, raw);
  const stored =
    registers === 1 ? view.getFloat16(0) : registers === 2 ? view.getFloat32(0) : view.getFloat64(0);
  if (!Number.isFinite(stored)) {
    throw new Refused('out_of_range', `${String(value)} does not fit ${point.data_type}`);
  }
  return Array.from({ length: registers }, (_, index) => view.getUint16(index * 2));
}

function textRegisters(point: PointLayout, value: Encodable): number[] {
  if (typeof value !== 'string') throw new Refused('wrong_type', `${String(value)} is not a text`);
  const { encoding = 'ascii' } = point;
  const bytes = encodeText(value, encoding);
  if (!bytes) {
    const message = `${JSON.stringify(value)} cannot be written in ${encoding}: it has other characters, control characters or blanks at the end`;
    throw new Refused('not_encodable', message);
  }
  const registers = registersPerValue(point);
  if (bytes.length > registers * 2) {
    throw new Refused('too_long', `${bytes.length} bytes do not fit into ${registers} registers`);
  }
  const order = orderOfOneRegister(point.byte_order);
  return Array.from({ length: registers }, (_, index) => {
    const word = ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
    return orderWords([word], order)[0] ?? 0;
  });
}
