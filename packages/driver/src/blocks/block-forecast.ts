import type { Device } from '../device.ts';
import { PointList } from '../point-list.ts';
import type { Forecast } from '../spec.ts';
import { driverText } from '../texts.ts';
import type { BlockReading } from './block.ts';
import { blockPoints } from './block-points.ts';
import { mergeBlocks } from './merge-blocks.ts';

/** Why a point fits into no request: the part of a sentence after the point. */
export const widerThanItsReads = driverText('longer_than_largest_read');

/** The requests of a device that has refused nothing. @param ms duration of each request */
export function blockForecast<A>(
  { points }: Pick<Device<object, A>, 'points'>,
  reading: BlockReading<A>,
  ms: number,
): Forecast {
  const all = blockPoints(new PointList(points), reading);
  const isTooWide = ({ area, count }: (typeof all)[number]) => count > reading.limit(area).most;
  return {
    requests: (due) => {
      const duePoints = new Set(due);
      const readable = all.filter((each) => duePoints.has(each.at) && !isTooWide(each));
      return mergeBlocks(readable, reading, (area) => reading.limit(area).most).map((block) => ({
        request: reading.describe(block),
        points: block.points.map(({ point }) => point.code),
        ms,
        registers: reading.limit(block.area).unit === 'bits' ? block.count / 16 : block.count,
      }));
    },
    unreadable: all.filter(isTooWide).map(({ point }) => ({ point: point.code, reason: widerThanItsReads })),
  };
}
