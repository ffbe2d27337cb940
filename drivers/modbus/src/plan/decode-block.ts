import { valueCodes } from '../layout/point-layout.ts';
import type { RawBlock } from '../layout/requests.ts';
import { type ReadingSink, ValueDecoders } from '../values/decode.ts';
import type { ReadBlock } from './read-plan.ts';

/** Gives what a reply to exactly this block says; what it lacks becomes the problem `incomplete`. */
export type BlockDecoder = (raw: RawBlock, sink: ReadingSink) => void;

/**
 * Once for each block of a plan; what it returns is called at every tick.
 * @param decoders of all blocks of a device
 */
export function blockDecoder(block: ReadBlock, decoders = new ValueDecoders()): BlockDecoder {
  const values = block.points.flatMap(({ point, offset, width }) =>
    valueCodes(point).map((code, index) => ({
      code,
      decode: decoders.of(point, index),
      offset,
      end: offset + width,
    })),
  );
  // Side by side, and not as objects: a fleet has hundreds of thousands of them.
  const codes = values.map(({ code }) => code);
  const decodeEach = values.map(({ decode }) => decode);
  const offsets = values.map(({ offset }) => offset);
  const ends = values.map(({ end }) => end);
  return ({ values: raw }, sink) => {
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] as string;
      if (raw.length < (ends[index] as number)) sink.onProblem(code, 'incomplete');
      else decodeEach[index]?.(raw, offsets[index] as number, code, sink);
    }
  };
}
