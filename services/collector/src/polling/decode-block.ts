import type { PointValue } from '@holdfast/shared/contracts/sample.ts';
import { decodePoint, type PointProblem } from '@holdfast/shared/domain/register/decode.ts';
import type { RawBlock } from '../ports.ts';
import type { ReadBlock } from './read-plan.ts';

/** By point code. A point is in exactly one of the two. */
export interface DecodedBlock {
  readonly values: Record<string, PointValue>;
  readonly problems: Record<string, PointProblem>;
}

/** `raw` is the reply to exactly this block; what it lacks becomes the problem `incomplete`. */
export function decodeBlock(block: ReadBlock, raw: RawBlock): DecodedBlock {
  const values: [string, PointValue][] = [];
  const problems: [string, PointProblem][] = [];
  for (const { point, offset, width } of block.points) {
    const decoded = decodePoint(point, raw.values.slice(offset, offset + width));
    if (decoded.ok) values.push([point.code, decoded.value]);
    else problems.push([point.code, decoded.problem]);
  }
  return { values: Object.fromEntries(values), problems: Object.fromEntries(problems) };
}
