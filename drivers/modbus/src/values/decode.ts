import { decimals, engineeringScale, shiftedDecimals } from '@holdfast/driver/values/engineering-scale.ts';
import {
  type DataType,
  firstByte,
  isBitTable,
  isSingleBit,
  isSingleByte,
  type PointLayout,
  pointWidth,
  registersPerValue,
  valueCodes,
} from '../layout/point-layout.ts';
import { orderOfOneRegister, type Registers, type WordReader, wordReader } from './raw-words.ts';
import { decodeText } from './register-text.ts';

/** Raw content of one point or of a whole block: registers as 0…65535, or bits. */
export type RawPoint = ArrayLike<number> | ArrayLike<boolean>;

/**
 * Why raw data are no value. Devices send NaN and infinities for "sensor broken" or "not measured": they are
 * facts about the point, but no JSON number and no database field.
 */
export type PointProblem =
  | 'not_a_number'
  | 'infinite'
  | 'incomplete'
  | 'not_bcd'
  | 'not_text'
  | 'out_of_range';

/** The same for people, behind the name of the point. */
export const pointProblemTexts: Readonly<Record<PointProblem, string>> = {
  not_a_number: 'holds NaN, which is no value',
  infinite: 'holds infinity, which is no value',
  incomplete: 'the answer ends before it',
  not_bcd: 'holds a digit above 9, which BCD does not have',
  not_text: 'holds no text in its encoding',
  out_of_range: 'holds no time of the years 0 to 9999',
};

/** Receives decoded values: exactly one call for each of the point's codes. */
export interface ReadingSink {
  /** @param isUncertain outside its valid range, or unknown to its enumeration */
  onValue(code: string, value: number | boolean | string, isUncertain: boolean): void;
  /**
   * The number `digits` / 10^`decimals`: whoever writes it down need not find its decimals again.
   * @param digits a whole number of 32 bits, above the least of them
   * @param decimals 1 to 3
   */
  onDecimal(code: string, digits: number, decimals: number, isUncertain: boolean): void;
  /** A 64-bit integer in decimal: not every one is a double. */
  onInteger(code: string, digits: string, isUncertain: boolean): void;
  onProblem(code: string, problem: PointProblem): void;
}

/** @param start where in `raw` the point begins */
export type PointDecoder = (raw: RawPoint, start: number, sink: ReadingSink) => void;

export type Reading =
  | {
      readonly code: string;
      readonly kind: 'value';
      readonly value: number | boolean | string;
      readonly isUncertain: boolean;
    }
  | {
      readonly code: string;
      readonly kind: 'integer';
      readonly digits: string;
      readonly isUncertain: boolean;
    }
  | { readonly code: string; readonly kind: 'problem'; readonly problem: PointProblem };

export type CodedPoint = PointLayout & { readonly code: string };

/** Decodes a point once; {@link pointDecoder} is for repeated use. `raw` begins with its first register or bit. */
export function decodePoint(point: CodedPoint, raw: RawPoint): readonly Reading[] {
  const readings: Reading[] = [];
  pointDecoder(point)(raw, 0, {
    onValue: (code, value, isUncertain) => readings.push({ code, kind: 'value', value, isUncertain }),
    onDecimal: (code, digits, decimals, isUncertain) =>
      readings.push({ code, kind: 'value', value: digits / 10 ** decimals, isUncertain }),
    onInteger: (code, digits, isUncertain) => readings.push({ code, kind: 'integer', digits, isUncertain }),
    onProblem: (code, problem) => readings.push({ code, kind: 'problem', problem }),
  });
  return readings;
}

/** Decodes one value of a point, which is told to the sink under this code. */
export type ValueDecoder = (raw: RawPoint, start: number, code: string, sink: ReadingSink) => void;

/**
 * Decides once, when the plan is made, what else would be decided at every reading: a fleet decodes some hundred
 * thousand values a second on one core.
 */
export function pointDecoder(point: CodedPoint, decoders = new ValueDecoders()): PointDecoder {
  const width = pointWidth(point);
  const codes = valueCodes(point);
  const decodeEach = codes.map((_, index) => decoders.of(point, index));
  return (raw, start, sink) => {
    const isComplete = raw.length >= start + width;
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] as string;
      if (isComplete) (decodeEach[index] as ValueDecoder)(raw, start, code, sink);
      else sink.onProblem(code, 'incomplete');
    }
  };
}

/** Points that are alike share their decoders: thousands of them, each used once a reading, would find no place in a cache. */
export class ValueDecoders {
  readonly #known = new Map<string, ValueDecoder>();

  /** @param index of an array's value, else 0 */
  of(point: PointLayout, index: number): ValueDecoder {
    const key = layoutKey(point, index);
    const known = this.#known.get(key);
    if (known) return known;
    const decoder = valueDecoder(point, index);
    this.#known.set(key, decoder);
    return decoder;
  }
}

/** All that `valueDecoder` goes by. */
function layoutKey(point: PointLayout, index: number): string {
  const { table, data_type, byte_order, scale, offset, bit, byte, length, encoding, count } = point;
  const { precision, valid_min, valid_max, linear, enumeration } = point;
  const where = [table, data_type, byte_order, bit, byte, length, encoding, count, index];
  // Text of its own for what JSON knows no numbers for: a limit of infinity and none are not the same.
  const numbers = [scale, offset, precision, valid_min, valid_max].map(String);
  return JSON.stringify([where, numbers, linear, enumeration]);
}

/** Offset of value `index` of the point. */
function valueDecoder(point: PointLayout, index: number): ValueDecoder {
  if (isBitTable(point.table)) return bitTableDecoder(point, index);
  if (isSingleBit(point)) {
    const position = (point.bit ?? 0) + index;
    const at = position >>> 4;
    const bit = position & 15;
    const word = wordReader(orderOfOneRegister(point.byte_order), 1);
    const emit = truthEmitter(point);
    return (raw, start, code, sink) =>
      emit(((word(raw as Registers, start + at, 0) >>> bit) & 1) !== 0, code, sink);
  }
  if (isSingleByte(point)) {
    const position = firstByte(point) + index;
    const at = position >>> 1;
    const shift = position % 2 === 0 ? 8 : 0;
    const word = wordReader(orderOfOneRegister(point.byte_order), 1);
    const emit = numberEmitter(point);
    const isSigned = point.data_type === 'int8';
    return (raw, start, code, sink) => {
      const byte = (word(raw as Registers, start + at, 0) >>> shift) & 0xff;
      emit(isSigned ? (byte << 24) >> 24 : byte, code, sink);
    };
  }
  const registers = registersPerValue(point);
  return registerDecoder(point, index * registers, registers);
}

function bitTableDecoder(point: PointLayout, at: number): ValueDecoder {
  if (point.data_type === 'bool') {
    const emit = truthEmitter(point);
    return (raw, start, code, sink) => emit(Boolean(raw[start + at]), code, sink);
  }
  const emit = numberEmitter(point);
  return (raw, start, code, sink) => emit(Number(raw[start + at]), code, sink);
}

/** @param at registers from the start of the point */
function registerDecoder(point: PointLayout, at: number, registers: number): ValueDecoder {
  const { data_type } = point;
  const word = wordReader(point.byte_order, registers);
  switch (data_type) {
    case 'bool': {
      const emit = truthEmitter(point);
      return (raw, start, code, sink) => emit(Number(raw[start + at]) !== 0, code, sink);
    }
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'float16':
    case 'float32':
    case 'float64': {
      const read = numberReader(data_type, word);
      const emit = numberEmitter(point);
      return (raw, start, code, sink) => emit(read(raw as Registers, start + at), code, sink);
    }
    case 'bcd16':
    case 'bcd32': {
      const emit = numberEmitter(point);
      return (raw, start, code, sink) => {
        const value = readBcd(raw as Registers, start + at, word, registers);
        if (value === undefined) sink.onProblem(code, 'not_bcd');
        else emit(value, code, sink);
      };
    }
    case 'int64':
    case 'uint64':
      return longDecoder(point, at, word);
    case 'string':
      return textDecoder(point, at, registers);
    case 'unix_time32':
      return (raw, start, code, sink) => {
        const seconds = readUint32(raw as Registers, start + at, word);
        sink.onValue(code, timeText(seconds * 1_000), false);
      };
    case 'unix_time64':
      return (raw, start, code, sink) => {
        const ms = Number(readInt64(raw as Registers, start + at, word));
        if (ms >= earliestMs && ms <= latestMs) sink.onValue(code, timeText(ms), false);
        else sink.onProblem(code, 'out_of_range');
      };
    default:
      return data_type satisfies never;
  }
}

type NumberType = Extract<
  DataType,
  'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float16' | 'float32' | 'float64'
>;

const scratch = new DataView(new ArrayBuffer(8));

function numberReader(type: NumberType, word: WordReader): (raw: Registers, at: number) => number {
  switch (type) {
    case 'int8':
      return (raw, at) => (word(raw, at, 0) << 24) >> 24;
    case 'uint8':
      return (raw, at) => word(raw, at, 0) & 0xff;
    case 'int16':
      return (raw, at) => (word(raw, at, 0) << 16) >> 16;
    case 'uint16':
      return (raw, at) => word(raw, at, 0);
    case 'int32':
      return (raw, at) => readUint32(raw, at, word) | 0;
    case 'uint32':
      return (raw, at) => readUint32(raw, at, word);
    case 'float16':
      return (raw, at) => {
        scratch.setUint16(0, word(raw, at, 0));
        return scratch.getFloat16(0);
      };
    case 'float32':
      return (raw, at) => {
        scratch.setUint32(0, readUint32(raw, at, word));
        return scratch.getFloat32(0);
      };
    case 'float64':
      return (raw, at) => {
        loadFourWords(raw, at, word);
        return scratch.getFloat64(0);
      };
    default:
      return type satisfies never;
  }
}

function readUint32(raw: Registers, at: number, word: WordReader): number {
  return word(raw, at, 0) * 0x1_0000 + word(raw, at, 1);
}

function readInt64(raw: Registers, at: number, word: WordReader): bigint {
  loadFourWords(raw, at, word);
  return scratch.getBigInt64(0);
}

function loadFourWords(raw: Registers, at: number, word: WordReader): void {
  for (let index = 0; index < 4; index++) scratch.setUint16(index * 2, word(raw, at, index));
}

/** Four decimal digits in a register. Undefined when a digit is above 9. */
function readBcd(raw: Registers, at: number, word: WordReader, registers: number): number | undefined {
  let value = 0;
  for (let index = 0; index < registers; index++) {
    const digits = word(raw, at, index);
    for (let shift = 12; shift >= 0; shift -= 4) {
      const digit = (digits >>> shift) & 0xf;
      if (digit > 9) return undefined;
      value = value * 10 + digit;
    }
  }
  return value;
}

function longDecoder(point: PointLayout, at: number, word: WordReader): ValueDecoder {
  const isSigned = point.data_type === 'int64';
  const read = (raw: RawPoint, start: number): bigint => {
    const value = readInt64(raw as Registers, start + at, word);
    return isSigned ? value : BigInt.asUintN(64, value);
  };
  if (!isExactInteger(point)) {
    const { enumeration } = point;
    if (enumeration)
      return (raw, start, code, sink) => emitName(enumeration, String(read(raw, start)), code, sink);
    const emit = numberEmitter(point);
    return (raw, start, code, sink) => emit(Number(read(raw, start)), code, sink);
  }
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  return (raw, start, code, sink) => {
    const value = read(raw, start);
    sink.onInteger(code, value.toString(), value < valid_min || value > valid_max);
  };
}

/** True if its values are 64-bit integers as the device sent them. */
export function isExactInteger(point: PointLayout): boolean {
  return (
    (point.data_type === 'int64' || point.data_type === 'uint64') &&
    !isBitTable(point.table) &&
    point.scale === 1 &&
    point.offset === 0 &&
    !point.linear &&
    !point.enumeration
  );
}

function textDecoder(point: PointLayout, at: number, registers: number): ValueDecoder {
  const { encoding = 'ascii' } = point;
  const word = wordReader(orderOfOneRegister(point.byte_order), registers);
  return (raw, start, code, sink) => {
    const bytes = new Uint8Array(registers * 2);
    for (let index = 0; index < registers; index++) {
      const pair = word(raw as Registers, start + at, index);
      bytes[index * 2] = pair >>> 8;
      bytes[index * 2 + 1] = pair & 0xff;
    }
    const text = decodeText(bytes, encoding);
    if (text === undefined) sink.onProblem(code, 'not_text');
    else sink.onValue(code, text, false);
  };
}

/** RFC 3339 has years of four digits. */
export const earliestMs = Date.parse('0000-01-01T00:00:00Z');
export const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function truthEmitter(point: PointLayout): (value: boolean, code: string, sink: ReadingSink) => void {
  const { enumeration } = point;
  if (enumeration) return (value, code, sink) => emitName(enumeration, value ? '1' : '0', code, sink);
  return (value, code, sink) => sink.onValue(code, value, false);
}

function emitName(names: Readonly<Record<string, string>>, digits: string, code: string, sink: ReadingSink) {
  const name = Object.hasOwn(names, digits) ? names[digits] : undefined;
  sink.onValue(code, name ?? digits, name === undefined);
}

function numberEmitter(point: PointLayout): (raw: number, code: string, sink: ReadingSink) => void {
  const { enumeration } = point;
  if (enumeration) return (raw, code, sink) => emitName(enumeration, String(raw), code, sink);
  const toEngineering = engineeringScale(point);
  const round = point.precision === undefined ? undefined : decimals(point.precision);
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  const emit = (raw: number, code: string, sink: ReadingSink) => {
    const converted = toEngineering(raw);
    const value = round ? round(converted) : converted;
    if (Number.isFinite(value)) sink.onValue(code, value, value < valid_min || value > valid_max);
    else sink.onProblem(code, Number.isNaN(value) ? 'not_a_number' : 'infinite');
  };
  const decimalPlaces = shiftedDecimals(point);
  if (decimalPlaces === 0) return emit;
  const isRanged = point.valid_min !== undefined || point.valid_max !== undefined;
  return (raw, code, sink) => {
    if (raw !== (raw | 0) || raw === -0x8000_0000) emit(raw, code, sink);
    else if (isRanged) {
      const value = toEngineering(raw);
      sink.onDecimal(code, raw | 0, decimalPlaces, value < valid_min || value > valid_max);
    } else sink.onDecimal(code, raw | 0, decimalPlaces, false);
  };
}
