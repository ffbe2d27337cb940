import type { PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';

/** A time for which a device has nothing on record, in seconds. */
export interface Hole {
  readonly device: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'over' | 'now' | 'unread';
  readonly cause: string | undefined;
  readonly ticks: number;
}

/** A gap that ends no more than this before the end of the known time goes on. */
const stillSeconds = 15;

export function holesOf({ devices: all, as_of, end_time }: PointTrends, codes: ReadonlySet<string>): Hole[] {
  const isNow = Date.parse(as_of) - Date.parse(end_time) < 1_000;
  const end = Date.parse(as_of) / 1_000 - stillSeconds;
  return all
    .filter(({ device }) => codes.has(device))
    .flatMap(({ device, gaps, not_read }) => [
      ...(gaps ?? []).map(({ start_time, end_time, cause, ticks }): Hole => {
        const to = Date.parse(end_time) / 1_000;
        const kind = isNow && to >= end ? 'now' : 'over';
        return { device, from: Date.parse(start_time) / 1_000, to, kind, cause, ticks };
      }),
      ...(not_read ?? []).map(({ start_time, end_time }): Hole => {
        const [from, to] = [start_time, end_time].map((time) => Date.parse(time) / 1_000) as [number, number];
        return { device, from, to, kind: 'unread', cause: undefined, ticks: 0 };
      }),
    ]);
}
