import type { PointMeaning, PointValue } from '../point.ts';
import type { FieldProblem } from '../spec.ts';
import { isExactInteger } from './emit-value.ts';

export type RawNumber =
  | { readonly ok: true; readonly raw: number | bigint }
  | { readonly ok: false; readonly problem: FieldProblem };

/**
 * The raw number that reads as the value: scale, offset, range and names undone. A bigint for whole 64-bit values, as every
 * digit counts there. Whether it fits the data type is the driver's to say.
 */
export function rawNumber(point: PointMeaning, value: PointValue): RawNumber {
  const { enumeration, valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  if (enumeration) return named(enumeration, value);
  if (isExactInteger(point)) {
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      // 9007199254740993 in JSON has become 9007199254740992 by now, and nobody can tell.
      return refused(`${value} may have lost its last digits on the way: send it as text in decimal`);
    }
    const isWhole = typeof value === 'number' ? Number.isInteger(value) : isDecimal(value);
    if (!isWhole) return refused(`${JSON.stringify(value)} is not a whole number`);
    const whole = BigInt(value);
    if (whole < valid_min || whole > valid_max) return refused(outside(value, valid_min, valid_max));
    return { ok: true, raw: whole };
  }
  if (typeof value === 'boolean') return { ok: true, raw: Number(value) };
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return refused(`${JSON.stringify(value)} is not a number`);
  }
  if (value < valid_min || value > valid_max) return refused(outside(value, valid_min, valid_max));
  const { linear, scale, offset } = point;
  if (!linear) return { ok: true, raw: (value - offset) / scale };
  const { raw_min, raw_max, eng_min, eng_max } = linear;
  return { ok: true, raw: ((value - eng_min) * (raw_max - raw_min)) / (eng_max - eng_min) + raw_min };
}

function named(names: Readonly<Record<string, string>>, value: PointValue): RawNumber {
  const text = String(value);
  const number = Object.entries(names).find(([, name]) => name === text);
  if (number) return { ok: true, raw: Number(number[0]) };
  // A number that has no name reads as its digits.
  if (/^-?[0-9]{1,15}$/.test(text) && !Object.hasOwn(names, text)) return { ok: true, raw: Number(text) };
  const known = Object.values(names).slice(0, 20).join(', ');
  return refused(`${JSON.stringify(text)} is none of: ${known}`);
}

function isDecimal(value: PointValue): boolean {
  return typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value);
}

function outside(value: PointValue, min: number, max: number): string {
  return `${value} is outside the valid range of ${min}…${max}`;
}

function refused(message: string): RawNumber {
  return { ok: false, problem: { field: 'value', message } };
}
