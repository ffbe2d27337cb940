import type { PointList } from '../point-list.ts';
import type { BlockPoint, BlockReading } from './block.ts';

/** The points of a list, with the cells that each takes. */
export function blockPoints<A>(list: PointList<A>, reading: BlockReading<A>): readonly BlockPoint<A>[] {
  return list.once(`blocks ${reading.key}`, () =>
    list.points.map((point, at) => ({ ...reading.extent(point), point, at })),
  );
}
