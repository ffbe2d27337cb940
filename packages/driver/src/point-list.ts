import type { DevicePoint } from './device.ts';
import { valueCodes } from './point.ts';

/**
 * The points of a device, shared by all devices that have the same: a fleet's machines of one type keep one list, one set of
 * decoders, one plan.
 */
export class PointList<A = unknown> {
  readonly points: readonly DevicePoint<A>[];
  /** Names of all values, in the order of the points: the place in it is a value's `at`. */
  readonly codes: readonly string[];
  readonly #first: Uint32Array;
  readonly #kept = new Map<string, unknown>();

  constructor(points: readonly DevicePoint<A>[]) {
    this.points = points;
    this.codes = points.flatMap(valueCodes);
    this.#first = new Uint32Array(points.length + 1);
    points.forEach(({ count = 1 }, index) => {
      this.#first[index + 1] = (this.#first[index] as number) + count;
    });
  }

  /** Place of the point's first value; of the first value after the list's last point for the number after it. */
  firstOf(point: number): number {
    return this.#first[point] as number;
  }

  /** Number of the point that has the value. */
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

  /** Keeps what is made under a key: decoders, maps, plans. It must follow from the key and the points alone. */
  once<T>(key: string, make: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as T;
  }
}
