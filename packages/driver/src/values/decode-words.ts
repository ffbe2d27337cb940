import type { DataType } from '../point.ts';
import type { ValueSink } from '../value-sink.ts';
import { decodeText } from './device-text.ts';
import { bigintEmitter, emitTime, noValue, numberEmitter, truthEmitter } from './emit-value.ts';
import { orderOfOneWord, type WordReader, type Words, wordReader } from './word-order.ts';
import { type WordValue, wordsPerValue } from './word-value.ts';

/** Decodes one value of a point, and reports it to the sink under this place. */
export type WordDecoder = (raw: Words, start: number, place: number, sink: ValueSink) => void;

/**
 * Makes the decoder of a value that fills its words. As much as possible is decided here, once, instead of at every
 * reading.
 * @param at words from the start of the point
 */
export function wordDecoder(point: WordValue, at: number): WordDecoder {
  const { data_type } = point;
  const words = wordsPerValue(point);
  const word = wordReader(point.byte_order, words);
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
      const readNumber = numberReader(data_type, word);
      const emit = numberEmitter(point);
      return (raw, start, place, sink) => emit(readNumber(raw, start + at), place, sink);
    }
    case 'bcd16':
    case 'bcd32': {
      const emit = numberEmitter(point);
      return (raw, start, place, sink) => {
        const value = readBcd(raw, start + at, word, words);
        if (value === undefined) sink.bad(place, noValue.notBcd);
        else emit(value, place, sink);
      };
    }
    case 'int64':
    case 'uint64':
      return longDecoder(point, at, word);
    case 'string':
      return textDecoder(point, at, words);
    case 'unix_time32':
      return (raw, start, place, sink) => {
        const seconds = readUint32(raw, start + at, word);
        emitTime(seconds * 1_000, place, sink);
      };
    case 'unix_time64':
      return (raw, start, place, sink) => {
        const ms = Number(readInt64(raw, start + at, word));
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

function numberReader(type: NumberType, word: WordReader): (raw: Words, at: number) => number {
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

function readUint32(raw: Words, at: number, word: WordReader): number {
  return word(raw, at, 0) * 0x1_0000 + word(raw, at, 1);
}

function readInt64(raw: Words, at: number, word: WordReader): bigint {
  loadFourWords(raw, at, word);
  return scratch.getBigInt64(0);
}

function loadFourWords(raw: Words, at: number, word: WordReader): void {
  for (let index = 0; index < 4; index++) scratch.setUint16(index * 2, word(raw, at, index));
}

/** Reads BCD, four decimal digits in a word. Undefined when a digit is above 9. */
function readBcd(raw: Words, at: number, word: WordReader, words: number): number | undefined {
  let value = 0;
  for (let index = 0; index < words; index++) {
    const digits = word(raw, at, index);
    for (let shift = 12; shift >= 0; shift -= 4) {
      const digit = (digits >>> shift) & 0xf;
      if (digit > 9) return undefined;
      value = value * 10 + digit;
    }
  }
  return value;
}

function longDecoder(point: WordValue, at: number, word: WordReader): WordDecoder {
  const isSigned = point.data_type === 'int64';
  const read = (raw: Words, start: number): bigint => {
    const value = readInt64(raw, start + at, word);
    return isSigned ? value : BigInt.asUintN(64, value);
  };
  const emit = bigintEmitter(point);
  return (raw, start, place, sink) => emit(read(raw, start), place, sink);
}

function textDecoder(point: WordValue, at: number, words: number): WordDecoder {
  const { encoding = 'ascii' } = point;
  const word = wordReader(orderOfOneWord(point.byte_order), words);
  return (raw, start, place, sink) => {
    const bytes = new Uint8Array(words * 2);
    for (let index = 0; index < words; index++) {
      const pair = word(raw, start + at, index);
      bytes[index * 2] = pair >>> 8;
      bytes[index * 2 + 1] = pair & 0xff;
    }
    const text = decodeText(bytes, encoding);
    if (text === undefined) sink.bad(place, noValue.notText);
    else sink.other(place, text, 0);
  };
}
