import type { PartAnswer } from '../driver.ts';
import type { Group } from '../requests.ts';
import type { Block, BlockPoint } from './block.ts';
import { blockOf } from './merge-blocks.ts';

export interface NarrowingDown<A> {
  readonly groupOf: (block: Block<A>) => Group;
  readonly onRead: (points: readonly BlockPoint<A>[]) => void;
  /** Called with a point that was refused alone. */
  readonly onRefused: (point: BlockPoint<A>) => void;
  /** Called when both halves were read although the whole was refused: the device gives at most `count` at once. */
  readonly onTooLong: (count: number) => void;
}

/**
 * Finds out by halving why a device refuses a block, and reads the other points on the way.
 * @returns false when it was stopped before it was done
 */
export function* narrowBlock<A>(
  { points, count }: Pick<Block<A>, 'points' | 'count'>,
  steps: NarrowingDown<A>,
): Generator<Group, boolean, PartAnswer> {
  const [only] = points;
  if (points.length === 1 && only) {
    steps.onRefused(only);
    return true;
  }
  const middle = Math.ceil(points.length / 2);
  let areBothRead = true;
  let largest = Math.floor(count / 2);
  for (const half of [points.slice(0, middle), points.slice(middle)].map(blockOf)) {
    const answer = yield steps.groupOf(half);
    if (answer === 'stopped') return false;
    if (answer === 'read') {
      steps.onRead(half.points);
      largest = Math.max(largest, half.count);
      continue;
    }
    areBothRead = false;
    if (!(yield* narrowBlock(half, steps))) return false;
  }
  if (areBothRead && largest < count) steps.onTooLong(largest);
  return true;
}
