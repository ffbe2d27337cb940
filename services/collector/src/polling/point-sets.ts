import { createHash } from 'node:crypto';
import type { ReadLimits } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import { ValueDecoders } from '@holdfast/driver-modbus/values/decode.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { ValueKeys } from '../samples/value-keys.ts';
import type { PointStock } from './tick-plan.ts';

/** A list of points with what is made of it once, for all devices that have the same. Nothing of it changes with a device. */
export class PointSet {
  readonly points: PointConfig[];
  readonly keys: ValueKeys;
  readonly decoders = new ValueDecoders();
  readonly #stocks = new Map<string, PointStock>();

  constructor(points: PointConfig[]) {
    this.points = points;
    this.keys = new ValueKeys(points);
  }

  /** The points to read of a device with these limits that has taught nothing yet. */
  untaught(limits: ReadLimits, taskPeriodMs: number, make: () => PointStock): PointStock {
    const key = JSON.stringify([taskPeriodMs, limits]);
    const known = this.#stocks.get(key);
    if (known) return known;
    const made = make();
    this.#stocks.set(key, made);
    return made;
  }
}

/**
 * Finds the devices that have the same points, as the machines of one type in a workshop do. A point with its name, its
 * place in a plan and its decoder takes some hundred bytes; shared, they stay in the processor's cache while one device
 * after the other is read, and the collector of garbage has as much less to go through.
 */
export class PointSets {
  readonly #known = new Map<string, WeakRef<PointSet>>();
  #sweepAt = 64;

  of(points: PointConfig[]): PointSet {
    const key = createHash('sha256').update(JSON.stringify(points)).digest('base64');
    const known = this.#known.get(key)?.deref();
    if (known) return known;
    const made = new PointSet(points);
    if (this.#known.size >= this.#sweepAt) this.#sweep();
    this.#known.set(key, new WeakRef(made));
    return made;
  }

  /** Those whose devices are gone. */
  #sweep(): void {
    for (const [key, found] of this.#known) if (!found.deref()) this.#known.delete(key);
    this.#sweepAt = Math.max(64, this.#known.size * 2);
  }
}
