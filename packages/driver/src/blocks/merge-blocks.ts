import type { Block, BlockPoint, BlockReading, Extent } from './block.ts';

type Limits = (area: string) => number;

/**
 * The fewest reads that give each of the points once, in the order of areas and cells. Cells between two points are
 * read along: this suits devices whose memory has no holes, and whose reads cost about the same whatever their length.
 * No point is split, as its parts would come from two moments; a point wider than the limit gets a read of its own.
 * @param walls cells that the device refuses: nothing is merged across them
 */
export function mergeBlocks<A>(
  points: readonly BlockPoint<A>[],
  { areas }: Pick<BlockReading<A>, 'areas'>,
  limit: Limits,
  walls: readonly Extent[] = [],
): Block<A>[] {
  const order = new Map(areas.map((area, index) => [area, index]));
  const sorted = points.toSorted(
    (a, b) =>
      (order.get(a.area) ?? 0) - (order.get(b.area) ?? 0) ||
      a.start - b.start ||
      // Narrow before wide: the narrow one may still fit where the wide one does not.
      a.count - b.count,
  );
  const blocks: { area: string; start: number; count: number; points: BlockPoint<A>[] }[] = [];
  for (const point of sorted) {
    const { area, start, count } = point;
    const last = blocks.at(-1);
    const end = start + count;
    const fits = last?.area === area && end - last.start <= limit(area);
    if (last && fits && !walls.some((wall) => overlaps(wall, area, last.start, end))) {
      last.points.push(point);
      last.count = Math.max(last.count, end - last.start);
    } else blocks.push({ area, start, count, points: [point] });
  }
  return blocks;
}

/** One read of all these points, which must be in one area. */
export function blockOf<A>(points: readonly BlockPoint<A>[]): Block<A> {
  return { points, ...extentOf(points) };
}

function extentOf(points: readonly Extent[]): Extent {
  const start = Math.min(...points.map((each) => each.start));
  const end = Math.max(...points.map((each) => each.start + each.count));
  return { area: points[0]?.area ?? '', start, count: end - start };
}

function overlaps(wall: Extent, area: string, start: number, end: number): boolean {
  return wall.area === area && wall.start < end && wall.start + wall.count > start;
}
