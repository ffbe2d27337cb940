import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import { noValue } from '@holdfast/driver/values/emit-value.ts';
import { valueCodes } from '../layout/point-layout.ts';
import type { RawBlock } from '../layout/requests.ts';
import { ValueDecoders } from '../values/decode.ts';
import type { ReadBlock } from './read-plan.ts';

/** Gives what a reply to exactly this block says; what it lacks is bad. */
export type BlockDecoder = (raw: RawBlock, sink: ValueSink) => void;

/**
 * Once for each block of a plan; what it returns is called at every tick.
 * @param placeOf the place of a value among all of its device, by code
 * @param decoders of all blocks of a device
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
  // Side by side, and not as objects: a fleet has hundreds of thousands of them.
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
