import type { Text } from '@holdfast/texts/text.ts';
import type { DataType, PointMeaning } from '../point.ts';
import { driverText } from '../texts.ts';
import type { Quality, ValueSink } from '../value-sink.ts';
import {
  bigintEmitter,
  type Emit,
  isExactInteger,
  numberEmitter,
  truthEmitter,
} from '../values/emit-value.ts';

/** The integer types with their ranges, which numbers in messages must fit. */
const ranges: Partial<Record<DataType, readonly [least: bigint, most: bigint]>> = {
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int16: [-32_768n, 32_767n],
  uint16: [0n, 65_535n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
export const messageTypes: readonly DataType[] = [
  'bool',
  ...(Object.keys(ranges) as DataType[]),
  'float32',
  'float64',
  'string',
];

const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, on: true, yes: true, '1': true },
  ...{ false: false, off: false, no: false, '0': false },
};
const decimal = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i;
const whole = /^[+-]?[0-9]{1,20}$/;
const longestText = 65_536;
const shownAtMost = 40;

/** Gives what was found in a message as the point's value, or says why it is none. */
export function messageEmitter(point: PointMeaning): Emit<unknown> {
  const { data_type } = point;
  if (data_type === 'string') {
    return (value, at, sink) => {
      const text = typeof value === 'string' ? value : jsonOf(value);
      if (text.length <= longestText) sink.other(at, text, 0);
      else sink.bad(at, driverText('too_many_characters', { count: text.length, most: longestText }));
    };
  }
  if (data_type === 'bool') {
    const emit = truthEmitter(point);
    return (value, at, sink) => {
      const truth = truths[textOf(value).toLowerCase()];
      if (truth === undefined) sink.bad(at, driverText('neither_true_nor_false', { value: excerpt(value) }));
      else emit(truth, at, sink);
    };
  }
  const range = ranges[data_type];
  return range ? wholeEmitter(point, range) : fractionEmitter(point);
}

function fractionEmitter(point: PointMeaning): Emit<unknown> {
  const emit = numberEmitter(point);
  const isNarrow = point.data_type === 'float32';
  return (value, at, sink) => {
    const text = typeof value === 'number' ? undefined : textOf(value);
    if (text !== undefined && !decimal.test(text)) {
      sink.bad(at, driverText('not_of_type', { value: excerpt(value), type: driverText('type_number') }));
      return;
    }
    const number = text === undefined ? (value as number) : Number(text);
    const isTooLarge = isNarrow && Number.isFinite(number) && !Number.isFinite(Math.fround(number));
    if (isTooLarge) sink.bad(at, driverText('not_of_type', { value: excerpt(value), type: 'float32' }));
    else emit(number, at, sink);
  };
}

function wholeEmitter(point: PointMeaning, [least, most]: readonly [bigint, bigint]): Emit<unknown> {
  const emit = isExactInteger(point) ? bigintEmitter(point) : undefined;
  const emitNumber = numberEmitter(point);
  const [leastNumber, mostNumber] = [Number(least), Number(most)];
  return (value, at, sink) => {
    // The usual case: a number in JSON.
    if (!emit && Number.isSafeInteger(value)) {
      const number = value as number;
      if (number >= leastNumber && number <= mostNumber) {
        emitNumber(number, at, sink);
        return;
      }
    }
    const number = wholeOf(textOf(value));
    if (number === undefined)
      sink.bad(
        at,
        driverText('not_of_type', { value: excerpt(value), type: driverText('type_whole_number') }),
      );
    else if (number < least || number > most)
      sink.bad(at, driverText('not_of_type', { value: excerpt(value), type: point.data_type }));
    else if (emit) emit(number, at, sink);
    else emitNumber(Number(number), at, sink);
  };
}

function wholeOf(text: string): bigint | undefined {
  if (whole.test(text)) return BigInt(text.replace(/^\+/, ''));
  // 12.0 and 1e3 are whole as well.
  const number = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.trim();
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return '';
  }
}

function jsonOf(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value, spelled) ?? '');
}

function spelled(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : jsonOf(value);
  return JSON.stringify(text.length > shownAtMost ? `${text.slice(0, shownAtMost)}…` : text);
}

/** A sink that passes every value on as uncertain. @param why for those that are certain otherwise */
export function doubtful(sink: ValueSink, why: Text): ValueSink {
  const doubtOf = (quality: Quality) => (quality === 0 ? why : undefined);
  return {
    number: (at, value, quality) => sink.number(at, value, 1, doubtOf(quality)),
    decimal: (at, digits, decimals, quality) => sink.decimal(at, digits, decimals, 1, doubtOf(quality)),
    integer: (at, digits, quality) => sink.integer(at, digits, 1, doubtOf(quality)),
    other: (at, value, quality) => sink.other(at, value, 1, doubtOf(quality)),
    bad: (at, status) => sink.bad(at, status),
    sourceTime: (ms) => sink.sourceTime(ms),
  };
}
