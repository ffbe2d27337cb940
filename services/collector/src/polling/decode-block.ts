import { pointDecoder, type ReadingSink } from '@holdfast/shared/domain/register/decode.ts';
import type { RawBlock } from '../ports.ts';
import type { ReadBlock } from './read-plan.ts';

/** Gives what a reply to exactly this block says; what it lacks becomes the problem `incomplete`. */
export type BlockDecoder = (raw: RawBlock, sink: ReadingSink) => void;

/** Once for each block of a plan; what it returns is called at every tick. */
export function blockDecoder(block: ReadBlock): BlockDecoder {
  const points = block.points.map(({ point, offset }) => ({ decode: pointDecoder(point), offset }));
  return ({ values }, sink) => {
    for (const { decode, offset } of points) decode(values, offset, sink);
  };
}
