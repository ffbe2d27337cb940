import type { PartAnswer } from '@holdfast/driver/driver.ts';
import type { AddressRange, ReadCut } from './plan-reads.ts';
import type { PlannedPoint, ReadBlock } from './read-plan.ts';

export interface NarrowingDown {
  /** Called with refused points that are at the same place and were requested alone. */
  readonly onRefused: (points: readonly PlannedPoint[]) => void;
  /** Called when both sides can be read, but not in one request over the hole between them. */
  readonly onCut: (cut: ReadCut, hole: AddressRange) => void;
  /** Called when both halves can be read, but not the whole, although there is no hole between them. It is too long. */
  readonly onTooLong: (quantityThatIsRead: number) => void;
}

/**
 * Finds out by halving why a device refuses a block: one bad point among a hundred is found with about a dozen requests,
 * and all others are read on the way. It yields points to read, if necessary in more than one request, and receives the
 * outcome.
 * @returns false when it was stopped before it was done
 */
export function* narrowDown(
  block: ReadBlock,
  steps: NarrowingDown,
): Generator<readonly PlannedPoint[], boolean, PartAnswer> {
  const places = [...Map.groupBy(block.points, ({ offset, width }) => `${offset}+${width}`).values()];
  return yield* narrow(places, steps, block);
}

type Places = readonly (readonly PlannedPoint[])[];

function* narrow(
  places: Places,
  steps: NarrowingDown,
  block: ReadBlock,
): Generator<readonly PlannedPoint[], boolean, PartAnswer> {
  if (places.length <= 1) {
    steps.onRefused(places.flat());
    return true;
  }
  const middle = Math.ceil(places.length / 2);
  const halves = [places.slice(0, middle), places.slice(middle)];
  let isDone = true;
  let areBothRead = true;
  for (const half of halves) {
    const answer = yield half.flat();
    if (answer === 'stopped') return false;
    if (answer === 'read') continue;
    areBothRead = false;
    isDone = yield* narrow(half, steps, block);
    if (!isDone) return false;
  }
  if (areBothRead) concludeFromHalves(halves, steps, block);
  return isDone;
}

function concludeFromHalves(halves: readonly Places[], steps: NarrowingDown, block: ReadBlock): void {
  const [leftExtent, rightExtent] = halves.map((half) => extentOf(half));
  if (!leftExtent || !rightExtent) return;
  if (rightExtent.from > leftExtent.end) {
    const { table, address } = block;
    const hole = { table, from: address + leftExtent.end, to: address + rightExtent.from - 1 };
    steps.onCut({ table, address: address + rightExtent.from }, hole);
    return;
  }
  // Holes within a half are not to blame: the half was read across them.
  steps.onTooLong(Math.max(leftExtent.end - leftExtent.from, rightExtent.end - rightExtent.from));
}

function extentOf(places: Places): { from: number; end: number } {
  const points = places.flat();
  return {
    from: Math.min(...points.map(({ offset }) => offset)),
    end: Math.max(...points.map(({ offset, width }) => offset + width)),
  };
}
