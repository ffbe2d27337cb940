import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import type { PointValueView } from '@holdfast/shared/contracts/http/points-http.ts';
import { wideColumnsAtMost } from '@holdfast/shared/contracts/http/value-export-http.ts';

/** What an export begins with: some points, or all of a device. */
export interface ExportSubject {
  readonly points?: readonly string[];
  readonly device?: string;
}

export type ExportedPoint = Pick<PointValueView, 'device' | 'point_code' | 'name' | 'unit'>;

export const nameOf = ({ device, point_code }: ExportedPoint) => pointName({ device, point: point_code });

/** Names of the points that are chosen at first. */
export function chosenAtFirst(
  { points = [], device }: ExportSubject,
  all: readonly ExportedPoint[],
): ReadonlySet<string> {
  return new Set([...points, ...all.filter((each) => each.device === device).map(nameOf)]);
}

/** Servers take no longer addresses; this leaves room for a proxy's prefix and the rest of the query. */
const placesAtMost = 12_000;
const [pointsAtMost, devicesAtMost] = [500, 100];

/**
 * The parameters that name points: a device whose points are all chosenPoints by its code alone, which keeps the address short.
 * @returns undefined for more than a server takes
 */
export function placesOf(
  chosenPoints: ReadonlySet<string>,
  all: readonly ExportedPoint[],
): [name: 'device' | 'point', value: string][] | undefined {
  const left = new Set(chosenPoints);
  const places: [name: 'device' | 'point', value: string][] = [];
  for (const [device, points] of Map.groupBy(all, (each) => each.device)) {
    const names = points.map(nameOf);
    if (names.length < 2 || !names.every((name) => chosenPoints.has(name))) continue;
    places.push(['device', device]);
    for (const name of names) left.delete(name);
  }
  const devices = places.length;
  for (const name of left) places.push(['point', name]);
  const length = places.reduce(
    (sum, [name, value]) => sum + name.length + encodeURIComponent(value).length + 2,
    0,
  );
  const isTooMuch =
    chosenPoints.size > wideColumnsAtMost ||
    devices > devicesAtMost ||
    left.size > pointsAtMost ||
    length > placesAtMost;
  return isTooMuch ? undefined : places;
}
