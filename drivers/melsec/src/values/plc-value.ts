import type { BlockDecoder, Cells } from '@holdfast/driver/blocks/block.ts';
import type { DevicePoint } from '@holdfast/driver/device.ts';
import { wordDecoder } from '@holdfast/driver/values/decode-words.ts';
import { truthEmitter } from '@holdfast/driver/values/emit-value.ts';
import { truthOf, wordsOf } from '@holdfast/driver/values/encode-words.ts';
import { type Encodable, refuseInvalid } from '@holdfast/driver/values/raw-value.ts';
import { type WordValue, wordsPerValue } from '@holdfast/driver/values/word-value.ts';
import type { PlcPlace } from '../layout/notation.ts';
import type { MelsecPlace } from '../layout/place.ts';

type PlcPoint = DevicePoint<MelsecPlace>;

/** Decodes all values of a point. Made once for each point. */
export function plcDecoder(point: PlcPoint, { device, bit }: PlcPlace): BlockDecoder {
  const { count = 1 } = point;
  if (device.unit === 'bit' || bit !== undefined) {
    const emit = truthEmitter(point);
    const isOn =
      bit === undefined
        ? (raw: Cells, at: number) => raw[at] !== 0
        : (raw: Cells, at: number) => (((raw[at >>> 4] as number) >>> (at & 15)) & 1) !== 0;
    const perCell = bit === undefined ? 1 : 16;
    return (raw, start, at, sink) => {
      const first = start * perCell + (bit ?? 0);
      for (let index = 0; index < count; index += 1) emit(isOn(raw, first + index), at + index, sink);
    };
  }
  const value = wordValue(point);
  const words = wordsPerValue(value);
  const decoders = Array.from({ length: count }, (_, index) => wordDecoder(value, index * words));
  return (raw, start, at, sink) => {
    for (let index = 0; index < count; index += 1) decoders[index]?.(raw, start, at + index, sink);
  };
}

/**
 * The words or bits that give a point an operator's value.
 * @throws RefusedValue
 */
export function plcCells(point: PlcPoint, { device }: PlcPlace, value: Encodable): number[] {
  if (device.unit === 'bit') return [truthOf(point, value) ? 1 : 0];
  refuseInvalid(point, value);
  return wordsOf(wordValue(point), value);
}

/**
 * The lowest of several words comes first; in a text, so does the low byte of each word. SH-080008, 8.1, "Considerations for
 * handling real number data and character string data".
 */
function wordValue({ address: { length, encoding }, ...meaning }: PlcPoint): WordValue {
  return { ...meaning, length, encoding, byte_order: meaning.data_type === 'string' ? 'BADC' : 'CDAB' };
}
