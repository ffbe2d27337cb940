import type { PointMeaning } from '../point.ts';
import type { TextEncoding } from './device-text.ts';
import type { ByteOrder } from './word-order.ts';

/** The fields that define how a value is stored in words of 16 bits, and what these mean. */
export interface WordValue extends PointMeaning {
  readonly byte_order: ByteOrder;
  /** Number of words in a string. */
  readonly length?: number | undefined;
  /** Encoding of a string; ASCII unless set. */
  readonly encoding?: TextEncoding | undefined;
}

/** Number of words that a single value takes. */
export function wordsPerValue({ data_type, length }: Pick<WordValue, 'data_type' | 'length'>): number {
  switch (data_type) {
    case 'bool':
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bcd16':
      return 1;
    case 'int32':
    case 'uint32':
    case 'float32':
    case 'bcd32':
    case 'unix_time32':
      return 2;
    case 'int64':
    case 'uint64':
    case 'float64':
    case 'unix_time64':
      return 4;
    case 'string':
      return length ?? 1;
    default:
      return data_type satisfies never;
  }
}
