import type { DevicePoint } from './device.ts';
import { valueCodes } from './point.ts';

/**
 * The points of a device, shared by all devices with the same points: a fleet of machines of one type has one list, one
 * set of decoders, one plan.
 */
export class PointList<A = unknown> {
  readonly points: readonly DevicePoint<A>[];
  /** Names of all values, in the order of the points. A value's place in it is its `at`. */
  readonly codes: readonly string[];
  readonly #first: Uint32Array;
  readonly #valuesByKey = new Map<string, unknown>();

  constructor(points: readonly DevicePoint<A>[]) {
    this.points = points;
    this.codes = points.flatMap(valueCodes);
    this.#first = new Uint32Array(points.length + 1);
    points.forEach(({ count = 1 }, index) => {
      this.#first[index + 1] = (this.#first[index] as number) + count;
    });
  }

  /** Place of the point's first value. For the number after the last point, the place after the last value. */
  firstOf(point: number): number {
    return this.#first[point] as number;
  }

  /** Number of the point to which the value belongs. */
  pointOf(at: number): number {
    let low = 0;
    let high = this.points.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#first[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Keeps derived objects under a key: decoders, maps, plans. They must depend only on the key and the points. */
  once<T>(key: string, make: () => T): T {
    if (!this.#valuesByKey.has(key)) this.#valuesByKey.set(key, make());
    return this.#valuesByKey.get(key) as T;
  }
}
