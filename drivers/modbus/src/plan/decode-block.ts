import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import { noValue } from '@holdfast/driver/values/emit-value.ts';
import { valueCodes } from '../layout/point-layout.ts';
import type { RawBlock } from '../layout/requests.ts';
import { ValueDecoders } from '../values/decode.ts';
import type { ReadBlock } from './read-plan.ts';

/** Hands the values in a reply to exactly this block to the sink; missing ones are bad. */
export type BlockDecoder = (raw: RawBlock, sink: ValueSink) => void;

/**
 * Makes the decoder of a block: called once for each block of a plan, the decoder at every tick.
 * @param placeOf the place of each value among all values of the device, by code
 * @param decoders shared by all blocks of a device
 */
export function blockDecoder(
  block: ReadBlock,
  placeOf: (code: string) => number,
  decoders = new ValueDecoders(),
): BlockDecoder {
  const values = block.points.flatMap(({ point, offset, width }) =>
    valueCodes(point).map((code, index) => ({
      at: placeOf(code),
      decode: decoders.of(point, index),
      offset,
      end: offset + width,
    })),
  );
  // Parallel arrays instead of objects: a fleet has hundreds of thousands of values.
  const places = values.map(({ at }) => at);
  const decodeEach = values.map(({ decode }) => decode);
  const offsets = values.map(({ offset }) => offset);
  const ends = values.map(({ end }) => end);
  return ({ values: raw }, sink) => {
    for (let index = 0; index < places.length; index += 1) {
      const at = places[index] as number;
      if (raw.length < (ends[index] as number)) sink.bad(at, noValue.incomplete);
      else decodeEach[index]?.(raw, offsets[index] as number, at, sink);
    }
  };
}
