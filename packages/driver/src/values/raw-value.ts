import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import type { PointMeaning, PointValue } from '../point.ts';
import type { FieldProblem } from '../spec.ts';
import { driverText } from '../texts.ts';
import { isExactInteger } from './emit-value.ts';

/** 64-bit integers may come as decimal text or bigint, times as RFC 3339, enumerated values by their name. */
export type Encodable = PointValue | bigint;

export type ValueRefusal =
  /** Such as a text for a number, or one value for an array. */
  | 'wrong_type'
  | 'wrong_count'
  /** Beyond what the data type can hold. */
  | 'out_of_range'
  /** Outside `valid_min`…`valid_max`. */
  | 'outside_valid_range'
  | 'not_in_enumeration'
  | 'not_encodable'
  | 'too_long';

/** Thrown when a value cannot be written to a point. The text is for its author. */
export class RefusedValue extends RangeError {
  readonly refusal: ValueRefusal;
  readonly text: Text;

  constructor(refusal: ValueRefusal, text: Text) {
    super(inLanguage(text, 'en'));
    this.text = text;
    this.refusal = refusal;
  }
}

export type RawNumber =
  | { readonly ok: true; readonly raw: number | bigint }
  | { readonly ok: false; readonly problem: FieldProblem };

/**
 * The raw number for an operator's value: scale, offset, range and names are undone. It is a bigint for whole 64-bit
 * values, as every digit counts there. The driver must check whether it fits the data type.
 */
export function rawNumber(point: PointMeaning, value: PointValue): RawNumber {
  try {
    refuseInvalid(point, value);
    const whole = isExactInteger(point) ? wholeNumber(value) : undefined;
    return { ok: true, raw: whole ?? unscaled(point, value) };
  } catch (error) {
    if (error instanceof RefusedValue) return { ok: false, problem: { field: 'value', message: error.text } };
    throw error;
  }
}

/**
 * Refuses numbers outside of the point's valid range, and numbers that JSON may have changed.
 * @throws RefusedValue
 */
export function refuseInvalid(
  point: PointMeaning,
  value: Encodable,
  isExact: boolean = isExactInteger(point),
): void {
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  const number = typeof value === 'string' && isExact ? wholeNumber(value) : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') return;
  // By now 9007199254740993 in JSON has become 9007199254740992, and the difference cannot be seen.
  if (isExact && typeof number === 'number' && Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    const message = driverText('digits_may_be_lost', { number });
    throw new RefusedValue('wrong_type', message);
  }
  if (number < valid_min || number > valid_max) {
    const message = driverText('outside_valid_range', {
      number: String(number),
      range: `${valid_min}…${valid_max}`,
    });
    throw new RefusedValue('outside_valid_range', message);
  }
}

export function wholeNumber(value: Encodable): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/**
 * The raw number, before it is fitted to the data type.
 * @throws RefusedValue
 */
export function unscaled(point: PointMeaning, value: Encodable): number {
  const { enumeration, linear, scale, offset } = point;
  if (enumeration) return numberNamed(enumeration, value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new RefusedValue('wrong_type', driverText('not_a_number', { value: JSON.stringify(value) }));
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
  const entry = Object.entries(names).find(([, name]) => name === text);
  if (entry) return Number(entry[0]);
  // A number without a name reads as its digits.
  if (/^-?[0-9]{1,15}$/.test(text) && !Object.hasOwn(names, text)) return Number(text);
  const knownNames = Object.values(names).slice(0, 20).join(', ');
  throw new RefusedValue(
    'not_in_enumeration',
    driverText('not_enumerated', { value: JSON.stringify(text), names: knownNames }),
  );
}
