import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import {
  bigintEmitter,
  emitTime,
  isExactInteger as isExact,
  noValue,
  numberEmitter,
  truthEmitter,
} from '@holdfast/driver/values/emit-value.ts';
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

/** @param start where in `raw` the point begins; @param at place of the point's first value */
export type PointDecoder = (raw: RawPoint, start: number, at: number, sink: ValueSink) => void;

export type CodedPoint = PointLayout & { readonly code: string };

/** Decodes one value of a point, which is told to the sink under this place. */
export type ValueDecoder = (raw: RawPoint, start: number, at: number, sink: ValueSink) => void;

/**
 * Decides once, when the plan is made, what else would be decided at every reading: a fleet decodes some hundred
 * thousand values a second on one core.
 */
export function pointDecoder(point: CodedPoint, decoders = new ValueDecoders()): PointDecoder {
  const width = pointWidth(point);
  const decodeEach = valueCodes(point).map((_, index) => decoders.of(point, index));
  return (raw, start, at, sink) => {
    const isComplete = raw.length >= start + width;
    for (let index = 0; index < decodeEach.length; index += 1) {
      if (isComplete) (decodeEach[index] as ValueDecoder)(raw, start, at + index, sink);
      else sink.bad(at + index, noValue.incomplete);
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
    return (raw, start, place, sink) =>
      emit(((word(raw as Registers, start + at, 0) >>> bit) & 1) !== 0, place, sink);
  }
  if (isSingleByte(point)) {
    const position = firstByte(point) + index;
    const at = position >>> 1;
    const shift = position % 2 === 0 ? 8 : 0;
    const word = wordReader(orderOfOneRegister(point.byte_order), 1);
    const emit = numberEmitter(point);
    const isSigned = point.data_type === 'int8';
    return (raw, start, place, sink) => {
      const byte = (word(raw as Registers, start + at, 0) >>> shift) & 0xff;
      emit(isSigned ? (byte << 24) >> 24 : byte, place, sink);
    };
  }
  const registers = registersPerValue(point);
  return registerDecoder(point, index * registers, registers);
}

function bitTableDecoder(point: PointLayout, at: number): ValueDecoder {
  if (point.data_type === 'bool') {
    const emit = truthEmitter(point);
    return (raw, start, place, sink) => emit(Boolean(raw[start + at]), place, sink);
  }
  const emit = numberEmitter(point);
  return (raw, start, place, sink) => emit(Number(raw[start + at]), place, sink);
}

/** @param at registers from the start of the point */
function registerDecoder(point: PointLayout, at: number, registers: number): ValueDecoder {
  const { data_type } = point;
  const word = wordReader(point.byte_order, registers);
  switch (data_type) {
    case 'bool': {
      const emit = truthEmitter(point);
      return (raw, start, place, sink) => emit(Number(raw[start + at]) !== 0, place, sink);
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
      return (raw, start, place, sink) => emit(read(raw as Registers, start + at), place, sink);
    }
    case 'bcd16':
    case 'bcd32': {
      const emit = numberEmitter(point);
      return (raw, start, place, sink) => {
        const value = readBcd(raw as Registers, start + at, word, registers);
        if (value === undefined) sink.bad(place, noValue.notBcd);
        else emit(value, place, sink);
      };
    }
    case 'int64':
    case 'uint64':
      return longDecoder(point, at, word);
    case 'string':
      return textDecoder(point, at, registers);
    case 'unix_time32':
      return (raw, start, place, sink) => {
        const seconds = readUint32(raw as Registers, start + at, word);
        emitTime(seconds * 1_000, place, sink);
      };
    case 'unix_time64':
      return (raw, start, place, sink) => {
        const ms = Number(readInt64(raw as Registers, start + at, word));
        emitTime(ms, place, sink);
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
  const emit = bigintEmitter(point);
  return (raw, start, place, sink) => emit(read(raw, start), place, sink);
}

/** True if its values are 64-bit integers as the device sent them. */
export function isExactInteger(point: PointLayout): boolean {
  return !isBitTable(point.table) && isExact(point);
}

function textDecoder(point: PointLayout, at: number, registers: number): ValueDecoder {
  const { encoding = 'ascii' } = point;
  const word = wordReader(orderOfOneRegister(point.byte_order), registers);
  return (raw, start, place, sink) => {
    const bytes = new Uint8Array(registers * 2);
    for (let index = 0; index < registers; index++) {
      const pair = word(raw as Registers, start + at, index);
      bytes[index * 2] = pair >>> 8;
      bytes[index * 2 + 1] = pair & 0xff;
    }
    const text = decodeText(bytes, encoding);
    if (text === undefined) sink.bad(place, noValue.notText);
    else sink.other(place, text, 0);
  };
}
