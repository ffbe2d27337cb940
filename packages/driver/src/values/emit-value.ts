import type { PointMeaning } from '../point.ts';
import { driverText } from '../texts.ts';
import type { Quality, ValueSink } from '../value-sink.ts';
import { decimals, engineeringScale, shiftedDecimals } from './engineering-scale.ts';

/**
 * Why raw data have no value. Devices send NaN and infinities for "sensor broken" or "not measured". These are facts
 * about the point, but fit neither JSON numbers nor database fields.
 */
export const noValue = {
  notANumber: driverText('holds_nan'),
  infinite: driverText('holds_infinity'),
  incomplete: driverText('answer_ends_before'),
  notBcd: driverText('not_bcd'),
  notText: driverText('not_text_in_its_encoding'),
  outOfRange: driverText('no_time_of_four_digit_years'),
} as const;

export type Emit<T> = (raw: T, at: number, sink: ValueSink) => void;

/**
 * Emits a raw number as the point's value: scaled, rounded, checked against its valid range, named. As much as possible
 * is decided here, once, instead of at every reading: a fleet decodes some hundred thousand values a second on one
 * core.
 */
export function numberEmitter(point: PointMeaning): Emit<number> {
  const { enumeration } = point;
  if (enumeration) return (raw, at, sink) => emitName(enumeration, String(raw), at, sink);
  const toEngineering = engineeringScale(point);
  const round = point.precision === undefined ? undefined : decimals(point.precision);
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  const emit: Emit<number> = (raw, at, sink) => {
    const converted = toEngineering(raw);
    const value = round ? round(converted) : converted;
    if (Number.isFinite(value)) sink.number(at, value, value < valid_min || value > valid_max ? 1 : 0);
    else sink.bad(at, Number.isNaN(value) ? noValue.notANumber : noValue.infinite);
  };
  const decimalPlaces = shiftedDecimals(point);
  if (decimalPlaces === 0) return emit;
  const isRanged = point.valid_min !== undefined || point.valid_max !== undefined;
  return (raw, at, sink) => {
    if (raw !== (raw | 0) || raw === -0x8000_0000) emit(raw, at, sink);
    else if (isRanged) {
      const value = toEngineering(raw);
      sink.decimal(at, raw | 0, decimalPlaces, value < valid_min || value > valid_max ? 1 : 0);
    } else sink.decimal(at, raw | 0, decimalPlaces, 0);
  };
}

export function truthEmitter({ enumeration }: PointMeaning): Emit<boolean> {
  if (enumeration) return (raw, at, sink) => emitName(enumeration, raw ? '1' : '0', at, sink);
  return (raw, at, sink) => sink.other(at, raw, 0);
}

/** Whether the values are 64-bit integers as the device sent them: with more digits than a double has. */
export function isExactInteger(point: PointMeaning): boolean {
  return (
    (point.data_type === 'int64' || point.data_type === 'uint64') &&
    point.scale === 1 &&
    point.offset === 0 &&
    !point.linear &&
    !point.enumeration
  );
}

export function bigintEmitter(point: PointMeaning): Emit<bigint> {
  const { enumeration } = point;
  if (enumeration) return (raw, at, sink) => emitName(enumeration, String(raw), at, sink);
  if (!isExactInteger(point)) {
    const emit = numberEmitter(point);
    return (raw, at, sink) => emit(Number(raw), at, sink);
  }
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  return (raw, at, sink) => sink.integer(at, raw.toString(), raw < valid_min || raw > valid_max ? 1 : 0);
}

/** RFC 3339 has years of four digits. */
export const earliestMs = Date.parse('0000-01-01T00:00:00Z');
export const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Emits ms since 1970 as text in RFC 3339. */
export const emitTime: Emit<number> = (ms, at, sink) => {
  if (!(ms >= earliestMs && ms <= latestMs)) sink.bad(at, noValue.outOfRange);
  else sink.other(at, new Date(ms).toISOString().replace('.000Z', 'Z'), 0);
};

function emitName(
  names: Readonly<Record<string, string>>,
  digits: string,
  at: number,
  sink: ValueSink,
): void {
  const name = Object.hasOwn(names, digits) ? names[digits] : undefined;
  const quality: Quality = name === undefined ? 1 : 0;
  sink.other(at, name ?? digits, quality);
}
