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
} from './point-layout.ts';
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

/** Takes what decoding finds: exactly one call for each of the point's codes. */
export interface ReadingSink {
  /** @param isUncertain outside its valid range, or unknown to its enumeration */
  onValue(code: string, value: number | boolean | string, isUncertain: boolean): void;
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

/** What a point's raw data say. `raw` begins with its first register or bit. For what is read once; else {@link pointDecoder}. */
export function decodePoint(point: CodedPoint, raw: RawPoint): readonly Reading[] {
  const readings: Reading[] = [];
  pointDecoder(point)(raw, 0, {
    onValue: (code, value, isUncertain) => readings.push({ code, kind: 'value', value, isUncertain }),
    onInteger: (code, digits, isUncertain) => readings.push({ code, kind: 'integer', digits, isUncertain }),
    onProblem: (code, problem) => readings.push({ code, kind: 'problem', problem }),
  });
  return readings;
}

/**
 * Decides once, when the plan is made, what else would be decided at every reading: a fleet decodes some hundred
 * thousand values a second on one core.
 */
export function pointDecoder(point: CodedPoint): PointDecoder {
  const width = pointWidth(point);
  const codes = valueCodes(point);
  const decoders = codes.map((code, index) => valueDecoder(point, index, code));
  const [first] = decoders;
  const decodeAll: PointDecoder =
    decoders.length === 1 && first
      ? first
      : (raw, start, sink) => {
          for (const decode of decoders) decode(raw, start, sink);
        };
  return (raw, start, sink) => {
    if (raw.length >= start + width) decodeAll(raw, start, sink);
    else for (const code of codes) sink.onProblem(code, 'incomplete');
  };
}

/** Of value `index` of the point. */
function valueDecoder(point: CodedPoint, index: number, code: string): PointDecoder {
  if (isBitTable(point.table)) return bitTableDecoder(point, index, code);
  if (isSingleBit(point)) {
    const position = (point.bit ?? 0) + index;
    const at = position >>> 4;
    const bit = position & 15;
    const word = wordReader(orderOfOneRegister(point.byte_order), 1);
    const emit = truthEmitter(point, code);
    return (raw, start, sink) => emit(((word(raw as Registers, start + at, 0) >>> bit) & 1) !== 0, sink);
  }
  if (isSingleByte(point)) {
    const position = firstByte(point) + index;
    const at = position >>> 1;
    const shift = position % 2 === 0 ? 8 : 0;
    const word = wordReader(orderOfOneRegister(point.byte_order), 1);
    const emit = numberEmitter(point, code);
    const isSigned = point.data_type === 'int8';
    return (raw, start, sink) => {
      const byte = (word(raw as Registers, start + at, 0) >>> shift) & 0xff;
      emit(isSigned ? (byte << 24) >> 24 : byte, sink);
    };
  }
  const registers = registersPerValue(point);
  return registerDecoder(point, index * registers, registers, code);
}

function bitTableDecoder(point: CodedPoint, at: number, code: string): PointDecoder {
  if (point.data_type === 'bool') {
    const emit = truthEmitter(point, code);
    return (raw, start, sink) => emit(Boolean(raw[start + at]), sink);
  }
  const emit = numberEmitter(point, code);
  return (raw, start, sink) => emit(Number(raw[start + at]), sink);
}

/** @param at registers from the start of the point */
function registerDecoder(point: CodedPoint, at: number, registers: number, code: string): PointDecoder {
  const { data_type } = point;
  const word = wordReader(point.byte_order, registers);
  switch (data_type) {
    case 'bool': {
      const emit = truthEmitter(point, code);
      return (raw, start, sink) => emit(Number(raw[start + at]) !== 0, sink);
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
      const emit = numberEmitter(point, code);
      return (raw, start, sink) => emit(read(raw as Registers, start + at), sink);
    }
    case 'bcd16':
    case 'bcd32': {
      const emit = numberEmitter(point, code);
      return (raw, start, sink) => {
        const value = readBcd(raw as Registers, start + at, word, registers);
        if (value === undefined) sink.onProblem(code, 'not_bcd');
        else emit(value, sink);
      };
    }
    case 'int64':
    case 'uint64':
      return longDecoder(point, at, code, word);
    case 'string':
      return textDecoder(point, at, registers, code);
    case 'unix_time32':
      return (raw, start, sink) => {
        const seconds = readUint32(raw as Registers, start + at, word);
        sink.onValue(code, timeText(seconds * 1_000), false);
      };
    case 'unix_time64':
      return (raw, start, sink) => {
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

function longDecoder(point: CodedPoint, at: number, code: string, word: WordReader): PointDecoder {
  const isSigned = point.data_type === 'int64';
  const read = (raw: RawPoint, start: number): bigint => {
    const value = readInt64(raw as Registers, start + at, word);
    return isSigned ? value : BigInt.asUintN(64, value);
  };
  if (!isExactInteger(point)) {
    const { enumeration } = point;
    if (enumeration) return (raw, start, sink) => emitName(enumeration, String(read(raw, start)), code, sink);
    const emit = numberEmitter(point, code);
    return (raw, start, sink) => emit(Number(read(raw, start)), sink);
  }
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  return (raw, start, sink) => {
    const value = read(raw, start);
    sink.onInteger(code, value.toString(), value < valid_min || value > valid_max);
  };
}

/** Whether its values are 64-bit integers as the device sent them. */
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

function textDecoder(point: CodedPoint, at: number, registers: number, code: string): PointDecoder {
  const { encoding = 'ascii' } = point;
  const word = wordReader(orderOfOneRegister(point.byte_order), registers);
  return (raw, start, sink) => {
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

function truthEmitter(point: CodedPoint, code: string): (value: boolean, sink: ReadingSink) => void {
  const { enumeration } = point;
  if (enumeration) return (value, sink) => emitName(enumeration, value ? '1' : '0', code, sink);
  return (value, sink) => sink.onValue(code, value, false);
}

function emitName(names: Readonly<Record<string, string>>, digits: string, code: string, sink: ReadingSink) {
  const name = Object.hasOwn(names, digits) ? names[digits] : undefined;
  sink.onValue(code, name ?? digits, name === undefined);
}

function numberEmitter(point: CodedPoint, code: string): (raw: number, sink: ReadingSink) => void {
  const { enumeration } = point;
  if (enumeration) return (raw, sink) => emitName(enumeration, String(raw), code, sink);
  const toEngineering = engineeringScale(point);
  const round = point.precision === undefined ? undefined : decimals(point.precision);
  const { valid_min = Number.NEGATIVE_INFINITY, valid_max = Number.POSITIVE_INFINITY } = point;
  return (raw, sink) => {
    const converted = toEngineering(raw);
    const value = round ? round(converted) : converted;
    if (Number.isFinite(value)) sink.onValue(code, value, value < valid_min || value > valid_max);
    else sink.onProblem(code, Number.isNaN(value) ? 'not_a_number' : 'infinite');
  };
}

function engineeringScale(point: PointLayout): (raw: number) => number {
  const { linear, scale, offset } = point;
  if (linear) {
    const { raw_min, eng_min } = linear;
    const rawSpan = linear.raw_max - raw_min;
    const span = linear.eng_max - eng_min;
    return (raw) => ((raw - raw_min) * span) / rawSpan + eng_min;
  }
  // Adding 0 makes 0 of -0.
  if (scale === 1) return (raw) => raw + offset;
  // 0.1 has no exact binary form: 3 × 0.1 is 0.30000000000000004. Where the scale is one over a whole number, the
  // division gives the double next to the decimal value that was meant, 0.3.
  const divisor = 1 / scale;
  if (Math.abs(divisor) > 1 && Number.isInteger(divisor)) return (raw) => raw / divisor + offset;
  return (raw) => raw * scale + offset;
}

/** Half of the last decimal rounds away from zero. What has no such decimals as a double stays as it is. */
function decimals(precision: number): (value: number) => number {
  const factor = 10 ** precision;
  return (value) => {
    const shifted = Math.abs(value) * factor;
    if (!(shifted < Number.MAX_SAFE_INTEGER)) return value;
    return (Math.sign(value) * Math.round(shifted)) / factor + 0;
  };
}
