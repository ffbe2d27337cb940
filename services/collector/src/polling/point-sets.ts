import { createHash } from 'node:crypto';
import { PointList } from '@holdfast/driver/point-list.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { ValueKeys } from '../samples/value-keys.ts';

export interface Rate {
  readonly periodMs: number;
  /** Numbers of the points. */
  readonly points: readonly number[];
}

interface Rates {
  readonly rates: readonly Rate[];
  readonly due: Map<string, readonly number[]>;
}

/**
 * A list of points with everything derived from it, made once for all devices with the same list. It is the same for
 * each device.
 */
export class PointSet {
  readonly points: PointConfig[];
  readonly list: PointList;
  readonly keys: ValueKeys;
  /** The numbers of all points. */
  readonly all: readonly number[];
  readonly #rates = new Map<number, Rates>();

  constructor(points: PointConfig[]) {
    this.points = points;
    this.list = new PointList(points);
    this.keys = new ValueKeys(points);
    this.all = points.map((_, number) => number);
  }

  /** The points by how often they are read. */
  rates(taskPeriodMs: number): Rates {
    const cached = this.#rates.get(taskPeriodMs);
    if (cached) return cached;
    const byPeriod = Map.groupBy(this.all, (number) => this.points[number]?.period_ms ?? taskPeriodMs);
    const created = {
      rates: [...byPeriod].map(([periodMs, points]) => ({ periodMs, points })),
      due: new Map(),
    };
    this.#rates.set(taskPeriodMs, created);
    return created;
  }
}

/**
 * Finds the devices that have the same points, such as machines of one type in a workshop. A point with its name, its
 * place in a plan and its decoder takes some hundred bytes. Shared, they stay in the processor's cache while one device
 * after the other is read, and garbage collection has less to go through.
 */
export class PointSets {
  readonly #setsByKey = new Map<string, WeakRef<PointSet>>();
  #sweepAt = 64;

  of(points: PointConfig[], protocol: string): PointSet {
    const text = JSON.stringify([protocol, points]);
    const key = createHash('sha256').update(text).digest('base64');
    const cached = this.#setsByKey.get(key)?.deref();
    if (cached) return cached;
    const created = new PointSet(points);
    if (this.#setsByKey.size >= this.#sweepAt) this.#sweep();
    this.#setsByKey.set(key, new WeakRef(created));
    return created;
  }

  /** Removes the sets whose devices are gone. */
  #sweep(): void {
    for (const [key, reference] of this.#setsByKey) if (!reference.deref()) this.#setsByKey.delete(key);
    this.#sweepAt = Math.max(64, this.#setsByKey.size * 2);
  }
}
